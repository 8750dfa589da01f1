"""Who was in the room of a review, and when."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import models
from django.db.models.functions import Greatest
from django.utils import timezone

from audits.models.lifecycle import ReviewState
from audits.models.participants import Participant
from audits.models.reviews import Review

# Whoever is back within it was never away: a reload, a lost line, a restart of the server.
AWAY = dt.timedelta(minutes=2)


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def begin(self, participants: Collection[uuid.UUID]) -> None:
        """These are in the room from now on, if its meeting is under way: who waits for it to
        start attends nothing yet. Inside a transaction only."""
        if not participants:
            return
        met = Participant.objects.filter(review__state=ReviewState.RUNNING)
        # Under their locks: they may come in by two windows at once.
        held = met.select_for_update(no_key=True, of=("self",)).order_by("pk")
        for participant in held.filter(pk__in=participants):
            now = timezone.now()
            last = participant.attendances.order_by("-joined_at").first()
            if last is None or (last.left_at and last.left_at < now - AWAY):
                self.create(participant=participant, joined_at=now)
            elif last.left_at:
                self.filter(pk=last.pk).update(left_at=None)

    def end(self, participant: uuid.UUID, at: dt.datetime) -> None:
        """Their last stream is over; `at` is when it gave its last sign of life."""
        self.filter(participant=participant)._close(at)

    def end_all(self, review: Review, at: dt.datetime) -> None:
        """Everybody leaves with the end of the meeting."""
        self.filter(participant__review=review)._close(at)

    def _close(self, at: dt.datetime) -> None:
        # By a clock that was set back nobody leaves before they came.
        here = self.filter(left_at=None)
        here.update(left_at=Greatest("joined_at", models.Value(at, models.DateTimeField())))


class Attendance(models.Model):
    """A stretch of time that somebody was in the room."""

    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="attendances"
    )
    joined_at = models.DateTimeField()
    # Null: is there still.
    left_at = models.DateTimeField(null=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant"],
                condition=models.Q(left_at=None),
                name="one_open_attendance_a_participant",
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant}, from {self.joined_at:%H:%M}"
