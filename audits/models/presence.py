"""Who looks at an audit, or is in the room of its review, at the moment."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models import rings
from audits.models.attendance import Attendance
from audits.models.audits import Audit
from audits.models.lifecycle import ReviewState
from audits.models.participants import Participant
from audits.models.reviews import Review

# Whose stream gave no sign for so long is not here: the process that served it was killed.
ALIVE = dt.timedelta(seconds=45)


class PresenceQuerySet(models.QuerySet["Presence"]):
    def alive(self) -> "PresenceQuerySet":
        return self.filter(beat_at__gte=timezone.now() - ALIVE)

    @transaction.atomic
    def arrive(self, rows: Sequence["Presence"]) -> None:
        """These streams are open; one that is known already stays as it is."""
        Presence.objects.bulk_create(rows, ignore_conflicts=True)
        Attendance.objects.begin(_participants(rows))
        _tell(rows)

    def attend(self, review: Review) -> None:
        """The meeting starts for who is in its room already; inside its transaction."""
        here = self.alive().filter(participant__review=review)
        Attendance.objects.begin(set(here.values_list("participant", flat=True)))

    @transaction.atomic
    def leave(self, streams: Collection[uuid.UUID]) -> None:
        """These streams are over. Whoever has another window of the room open is there still."""
        self._end(self.filter(pk__in=streams))

    @transaction.atomic
    def sweep(self) -> None:
        """Take leave of those whose process did not live to do it, as of its last sign."""
        self._end(self.filter(beat_at__lt=timezone.now() - ALIVE))

    def beat(self, process: uuid.UUID, rows: Sequence["Presence"]) -> None:
        """That process lives, and so do its streams. Those that another one took for dead come
        back: the machine slept, or the database was away."""
        mine = self.filter(process=process)
        if mine.update(beat_at=timezone.now()) < len(rows):
            self.arrive(rows)
        running = mine.filter(participant__review__state=ReviewState.RUNNING)
        there = Attendance.objects.filter(participant=models.OuterRef("participant"), left_at=None)
        missed = running.exclude(models.Exists(there)).values_list("participant", flat=True)
        if absent := set(missed):
            with transaction.atomic():
                Attendance.objects.begin(absent)

    def _end(self, over: "PresenceQuerySet") -> None:
        rows = list(over)
        if not rows:
            return
        # Who closes two windows at once leaves once: under the locks that coming in takes too.
        held = Participant.objects.select_for_update(no_key=True).filter(
            pk__in=_participants(rows)
        )
        list(held.order_by("pk"))
        self.filter(pk__in=[row.pk for row in rows]).delete()
        left = {row.participant_id: row for row in rows if row.participant_id}
        still = self.alive().filter(participant__in=left).values_list("participant", flat=True)
        now = timezone.now()
        for pk in set(left) - set(still):
            seen = left[pk].beat_at
            Attendance.objects.end(pk, seen if seen < now - ALIVE else now)
        _tell(rows)


class Presence(models.Model):
    """One stream: `process` is the web process that serves it and says that it lives."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    process = models.UUIDField()
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    # Of a stream of a room.
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, null=True, related_name="presences"
    )
    since = models.DateTimeField()
    beat_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["audit", "beat_at"], name="presence_of_audit"),
            models.Index(fields=["process"], name="presence_of_process"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


def _tell(rows: Iterable[Presence]) -> None:
    """Whoever looks at the same sees who else does."""
    for audit in {row.audit_id for row in rows}:
        rings.audit(audit)
    if participants := _participants(rows):
        reviews = Participant.objects.filter(pk__in=participants).values_list("review", flat=True)
        for review in set(reviews):
            rings.review(review)


def _participants(rows: Iterable[Presence]) -> set[uuid.UUID]:
    return {row.participant_id for row in rows if row.participant_id is not None}
