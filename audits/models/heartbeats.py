import datetime as dt

from django.db import models
from django.utils import timezone


class Heartbeat(models.Model):
    """When a part of the installation that works out of sight was last seen alive."""

    class Part(models.TextChoices):
        WORKER = "worker"
        SCHEDULER = "scheduler"

    # Three missed beats; a beat comes every 5 s from the worker, and with each tick.
    PATIENCE = {Part.WORKER: dt.timedelta(seconds=20), Part.SCHEDULER: dt.timedelta(seconds=90)}

    part = models.CharField(max_length=10, choices=Part, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.part} at {self.at:%H:%M:%S}"

    @classmethod
    def beat(cls, part: str) -> None:
        cls.objects.update_or_create(part=part, defaults={"at": timezone.now()})

    @classmethod
    def last(cls, part: str) -> dt.datetime | None:
        return cls.objects.filter(part=part).values_list("at", flat=True).first()

    @classmethod
    def complaint(cls, part: "Heartbeat.Part") -> str:
        """What is wrong with that part, in a sentence; empty while it is well."""
        heartbeat = cls.objects.filter(part=part).first()
        if heartbeat is None:
            return f"No {part} has ever reported."
        silence = timezone.now() - heartbeat.at
        if silence > cls.PATIENCE[part]:
            return f"The {part} was last heard of {int(silence.total_seconds())} s ago."
        return ""
