"""An alert on its way to one channel: handed over once, and what became of it."""

import datetime as dt
import logging
import random
import uuid
from collections.abc import Iterable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.alerts import pace
from audits.alerts.base import Kind, Outcome, Parcel, Result
from audits.alerts.posting import LONGEST_WAIT_S
from audits.models import doorbell, sending
from audits.models.alerts import Alert
from audits.models.channels import Channel

logger = logging.getLogger(__name__)

# Longer than the task that sends may live: see `audits.tasks.send_delivery`.
LEASE = dt.timedelta(seconds=120)
# What was tried waits no longer than this for the next attempt.
LONGEST = dt.timedelta(seconds=max(pace.LONGEST_S, LONGEST_WAIT_S))
SEND = "audits.tasks.send_delivery"
# No jitter needs to be hard to guess.
CHANCE = random.Random()  # noqa: S311  # nosec B311


def put_off_too_far(now: dt.datetime) -> models.Q:
    """What waits for a time that nothing is put off to: the clock was set back since."""
    return models.Q(attempts=0, next_at__gt=now) | models.Q(next_at__gt=now + LONGEST)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def hand_over(self, alert: Alert, channels: Iterable[Channel], *, ring: bool) -> None:
        """One for each channel."""
        made = [self.model(alert=alert, channel=each) for each in channels]
        for delivery in self.bulk_create(made):
            if ring:
                delivery.ring()

    def unfinished(self) -> "DeliveryQuerySet":
        return self.filter(state__in=(Delivery.State.WAITING, Delivery.State.SENDING))

    def left(self) -> "DeliveryQuerySet":
        """That a person may have got."""
        return self.filter(state__in=LEFT)

    def due(self) -> "DeliveryQuerySet":
        """The longest waiting first, without those that must wait for an earlier one: however
        many a dead receiver has of these, they take no place of others."""
        ended = Delivery.objects.unfinished().ended_by(
            models.OuterRef("channel"), models.OuterRef("alert__thread")
        )
        must_wait = models.Q(models.Exists(ended), alert__kind=Kind.RECOVERED)
        waiting = self.filter(state=Delivery.State.WAITING, next_at__lte=timezone.now())
        return waiting.exclude(must_wait).order_by("next_at")

    def ended_by(self, channel: Any, thread: Any) -> "DeliveryQuerySet":
        """What the channel is told of the matter before its recovery. By kind: by its time it is
        the later one where the clock was set back in between."""
        rows = self.filter(channel=channel, alert__thread=thread)
        return rows.exclude(alert__kind=Kind.RECOVERED)

    def make_up_for_clock(self, now: dt.datetime) -> int:
        """After the clock was set back: those that wait for longer than they could have been put
        off are due. How many."""
        waiting = self.filter(put_off_too_far(now), state=Delivery.State.WAITING)
        return waiting.update(next_at=now)

    def visible_to(self, user) -> "DeliveryQuerySet":
        return self.filter(channel__team__memberships__user=user)

    def unanswered_tests(self) -> "DeliveryQuerySet":
        """Tests that left for a channel that there is, and of which nobody said that they
        arrived or did not."""
        return self.left().filter(
            alert__kind=Kind.TEST, answered_at=None, channel__removed_at=None
        )

    def take_back(self) -> int:
        """Those that a worker died with: to be sent again where the receiver knows a second one
        for what it is, and otherwise unknown for good. How many."""
        now = timezone.now()
        # A lease can end later than this only where the clock was set back since.
        over = models.Q(lease_until__lt=now) | models.Q(lease_until__gt=now + 2 * LEASE)
        left = self.filter(over, state=Delivery.State.SENDING)
        # What ends each worker that sends it is not sent for ever.
        again = left.filter(channel__kind__in=Channel.REPEATABLE, attempts__lt=pace.ATTEMPTS)
        pks = list(again.values_list("pk", flat=True))
        # By key, and with what must still hold: the worker may be alive, and late.
        rescued = self.filter(over, state=Delivery.State.SENDING, pk__in=pks).update(
            state=Delivery.State.WAITING, next_at=now, says="The worker ended; sending it again."
        )
        others = list(left.exclude(pk__in=pks).values_list("pk", flat=True))
        lost = self.filter(over, state=Delivery.State.SENDING, pk__in=others).update(
            state=Delivery.State.UNKNOWN,
            says="The worker ended while it was sending. Nothing says whether it arrived.",
            finished_at=now,
        )
        return rescued + lost


class Delivery(models.Model):
    """The attempt that is under way counts in `attempts`. `answered_by` is the member who said
    whether a test `arrived`."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        UNKNOWN = "unknown", "Unknown"
        SKIPPED = "skipped", "Left out"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    says = models.CharField(max_length=300, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    arrived = models.BooleanField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="delivery_unfinished",
            ),
            models.Index(fields=["channel", "-created_at"], name="delivery_of_channel"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "channel"], name="one_delivery_an_alert_and_channel"
            )
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} to {self.channel_id}, {self.state}"

    @property
    def has_left(self) -> bool:
        """Whether a person may have got it."""
        return self.state in LEFT

    def ring(self) -> None:
        """Ask the worker to send it, after the commit."""
        transaction.on_commit(lambda: doorbell.ring(SEND, self.pk))

    def execute(self) -> None:
        """Send it. Any number of calls at once send it once; what came of it is in the row."""
        if not self._claim():
            return
        try:
            outcome = sending.send(self.channel, Parcel(self.pk, self.alert.message))
        except Exception as error:
            # Not with its text, which nobody has looked through for what is secret.
            logger.error("Delivery %s failed: %s", self.pk, type(error).__name__)
            self._store(
                Outcome(Result.UNKNOWN, "Sending it failed in a way that is not understood.")
            )
            if isinstance(error, SoftTimeLimitExceeded):
                raise
        else:
            self._store(outcome)

    @transaction.atomic
    def _claim(self) -> bool:
        """Take the lease; False when another worker has it, or it is not its turn."""
        rows = Delivery.objects.select_for_update(no_key=True, of=("self",))
        row = rows.select_related("alert", "channel__team").filter(pk=self.pk).first()
        if row is None or row.state != self.State.WAITING or row.next_at > timezone.now():
            return False
        before = self._before(row)
        if before.unfinished().exists():
            # An alert and its recovery arrive in the order in which they were told.
            return False
        self.alert, self.channel = row.alert, row.channel
        if why := _why_not(row, before):
            self._finish(self.State.SKIPPED, why, {"state": self.State.WAITING})
            return False
        self._write(
            {"state": self.State.WAITING},
            state=self.State.SENDING,
            attempts=row.attempts + 1,
            lease_until=timezone.now() + LEASE,
        )
        return True

    @staticmethod
    def _before(row: "Delivery") -> DeliveryQuerySet:
        """What the same channel was told of the matter that a recovery ends."""
        if row.alert.kind != Kind.RECOVERED:
            return Delivery.objects.none()
        return Delivery.objects.all().ended_by(row.channel_id, row.alert.thread)

    @transaction.atomic
    def _store(self, outcome: Outcome) -> None:
        mine = {"state": self.State.SENDING, "attempts": self.attempts}
        if outcome.result is Result.LATER and self.attempts < pace.ATTEMPTS:
            wait = pace.wait_s(self.attempts, outcome.after_s, chance=CHANCE)
            self._write(
                mine,
                state=self.State.WAITING,
                says=outcome.says[:300],
                status=outcome.status,
                next_at=timezone.now() + dt.timedelta(seconds=wait),
            )
            return
        says = outcome.says
        if outcome.result is Result.LATER:
            says += f" Given up after {self.attempts} attempts."
        state = STATES.get(outcome.result, self.State.FAILED)
        self._finish(state, says, mine, status=outcome.status)
        if outcome.result is Result.GONE:
            self.channel.turn_off(says)

    def _finish(self, state: str, says: str, mine: dict, **values) -> None:
        self._write(mine, state=state, says=says[:300], finished_at=timezone.now(), **values)

    def _write(self, mine: dict, **values) -> None:
        """Change the row as long as it is as this worker left it."""
        Delivery.objects.filter(pk=self.pk, **mine).update(**values)
        self.refresh_from_db(fields=["state", "attempts", "says", "status", "next_at"])


LEFT = (Delivery.State.SENT, Delivery.State.UNKNOWN)
STATES = {Result.SENT: Delivery.State.SENT, Result.UNKNOWN: Delivery.State.UNKNOWN}


def _why_not(row: Delivery, before: DeliveryQuerySet) -> str:
    """Why nothing is sent after all; empty where it is."""
    if row.channel.removed_at is not None:
        return "The channel was removed."
    if not row.channel.on:
        return "The channel is off."
    if row.alert.kind == Kind.RECOVERED and not before.left().exists():
        return "The alert that this one ends did not arrive."
    return ""
