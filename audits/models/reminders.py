"""Reminders of action items: one mail a person a day that lists all of theirs, and one message a
team a day to its chat. docs/reviews.md says when."""

import datetime as dt
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.alerts import pace
from audits.alerts.base import Outcome, Result
from audits.models import alert_mail, doorbell, reminder_words
from audits.models.actions import Action, ActionQuerySet
from audits.models.alerts import Alert
from audits.models.channels import Channel
from audits.models.deliveries import CHANCE, LEASE, Delivery, put_off_too_far
from audits.models.teams import Membership
from audits.models.users import User

logger = logging.getLogger(__name__)

SEND = "audits.tasks.send_reminder"
# Nobody is reminded in the middle of the night; in UTC, as all days of due are.
FROM_HOUR = 7
# A failure stands on the team's page for so long.
SHOWN_FOR = dt.timedelta(days=7)


def remind(now: dt.datetime) -> int:
    """Decide for today what was not decided yet; how many action items people are reminded of.

    Any number of calls at once remind of an item once a day: `told_on` is set under the
    condition that it is still what was read, and each person and each team is told once a day.
    What was missed, be it for weeks, is told once, with all the rest."""
    if now.astimezone(dt.UTC).hour < FROM_HOUR:
        return 0
    today = timezone.localdate(now)
    # Who has their mail of the day is reminded of what came since on another day.
    told = Reminder.objects.filter(day=today).values("user")
    rows = to_remind(today).exclude(owner__in=told).for_list()
    due = list(rows.order_by("due", "created_at"))
    if not due:
        return 0
    with transaction.atomic():
        mine = [action for action in due if _claim(action, today)]
        _mail(mine, today)
        _tell_chats(mine, now)
    return len(mine)


def to_remind(today: dt.date) -> ActionQuerySet:
    """Of what people are to be reminded today: two days and one day before it is due, daily for
    three days after, then a week after the last reminder; on the last day itself where nobody was
    reminded before it. Never on the day on which it was added, nor twice a day."""

    def day(number: int) -> dt.date:
        return today + dt.timedelta(days=number)

    untold = models.Q(told_on=None)
    near = models.Q(due__range=(day(1), day(2)))
    missed = models.Q(due=today) & (untold | models.Q(told_on__lt=day(-2)))
    just_late = models.Q(due__range=(day(-3), day(-1)))
    long_late = models.Q(due__lt=day(-3)) & (untold | models.Q(told_on__lte=day(-7)))
    return Action.objects.open().filter(
        near | missed | just_late | long_late,
        untold | models.Q(told_on__lt=today),
        created_at__lt=dt.datetime.combine(today, dt.time(), dt.UTC),
    )


def _claim(action: Action, today: dt.date) -> bool:
    still = Action.objects.open().filter(pk=action.pk, told_on=action.told_on, due=action.due)
    return bool(still.update(told_on=today))


def _mail(actions: Sequence[Action], today: dt.date) -> None:
    """To owners who are in the team still: who left may not read of it."""
    if not settings.MAIL_IS_SENT:
        return
    members = set(
        Membership.objects.filter(
            user__in={action.owner_id for action in actions}, user__is_active=True
        ).values_list("team", "user")
    )
    owners = {a.owner_id for a in actions if (a.team_id, a.owner_id) in members}
    for owner in sorted(owners):
        reminder, made = Reminder.objects.get_or_create(user_id=owner, day=today)
        if made:
            reminder.ring()


def _tell_chats(actions: Iterable[Action], now: dt.datetime) -> None:
    by_team: dict[Any, list[Action]] = defaultdict(list)
    for action in actions:
        by_team[action.team_id].append(action)
    midnight = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    reminders = Alert.objects.filter(kind=Alert.Kind.REMINDER, at__gte=midnight)
    told = set(reminders.filter(team__in=by_team).values_list("team", flat=True))
    for pk, theirs in by_team.items():
        if pk not in told:
            _tell_chat(theirs, now)


def _tell_chat(actions: Sequence[Action], now: dt.datetime) -> None:
    team = actions[0].team
    message = reminder_words.of_team(team, actions, str(uuid.uuid4()), now)
    channels = [each for each in Channel.objects.taking(team) if each.takes_reminder(message)]
    if channels:
        Alert.objects.tell(team, message, channels)


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def due(self) -> "ReminderQuerySet":
        waiting = self.filter(state=Reminder.State.WAITING, next_at__lte=timezone.now())
        return waiting.order_by("next_at")

    def make_up_for_clock(self, now: dt.datetime) -> int:
        """As `DeliveryQuerySet.make_up_for_clock`."""
        waiting = self.filter(put_off_too_far(now), state=Reminder.State.WAITING)
        return waiting.update(next_at=now)

    def take_back(self) -> int:
        """Those that a worker died with: a mail server cannot tell a second one from the first,
        so there is none. How many."""
        now = timezone.now()
        # A lease can end later than this only where the clock was set back since.
        over = models.Q(lease_until__lt=now) | models.Q(lease_until__gt=now + 2 * LEASE)
        return self.filter(over, state=Reminder.State.SENDING).update(
            state=Reminder.State.UNKNOWN,
            says="The worker ended while it was sending. Nothing says whether it arrived.",
            finished_at=now,
        )

    def failed_lately(self, team) -> "ReminderQuerySet":
        """Of members of the team: the mails that did not arrive, or may not have."""
        states = (Reminder.State.FAILED, Reminder.State.UNKNOWN)
        since = timezone.localdate() - SHOWN_FOR
        rows = self.filter(state__in=states, day__gte=since, user__memberships__team=team)
        return rows.select_related("user").order_by("-day", "user__name")


class Reminder(models.Model):
    """The mail of a day to one person. What it lists is read when it is sent: what was closed
    meanwhile is left out. The attempt that is under way counts in `attempts`."""

    State = Delivery.State

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reminders")
    day = models.DateField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    says = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="one_reminder_a_person_a_day")
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="reminder_unfinished",
            ),
            models.Index(fields=["day", "state"], name="reminder_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.day}, {self.state}"

    def ring(self) -> None:
        """Ask the worker to send it, after the commit."""
        transaction.on_commit(lambda: doorbell.ring(SEND, self.pk))

    def actions(self) -> list[Action]:
        """What it lists: all that the person was to be reminded of that day and still is to do,
        in teams that they are in."""
        rows = Action.objects.open().filter(owner=self.user_id, told_on=self.day)
        mine = rows.filter(team__memberships__user=self.user_id)
        return list(mine.for_list().order_by("due", "created_at"))

    def execute(self) -> None:
        """Send it. Any number of calls at once send it once; what came of it is in the row."""
        if not self._claim():
            return
        try:
            outcome = self._send()
        except Exception as error:
            # Not with its text, which nobody has looked through for what is secret.
            logger.error("Reminder %s failed: %s", self.pk, type(error).__name__)
            self._store(
                Outcome(Result.UNKNOWN, "Sending it failed in a way that is not understood.")
            )
            raise
        self._store(outcome)

    def _claim(self) -> bool:
        now = timezone.now()
        waiting = Reminder.objects.filter(pk=self.pk, state=self.State.WAITING, next_at__lte=now)
        taken = waiting.update(
            state=self.State.SENDING, attempts=models.F("attempts") + 1, lease_until=now + LEASE
        )
        if taken:
            self.refresh_from_db()
        return bool(taken)

    def _send(self) -> Outcome | None:
        """None where nothing is left to tell."""
        actions = self.actions()
        if not actions or not self.user.is_active:
            return None
        subject, body = reminder_words.mail(self.user, actions)
        return alert_mail.send_one(self.user.email, subject, body, self.pk)

    def _store(self, outcome: Outcome | None) -> None:
        now = timezone.now()
        if outcome is None:
            self._write(self.State.SKIPPED, "All of it was closed meanwhile.", finished_at=now)
        elif outcome.result is Result.SENT:
            self._write(self.State.SENT, outcome.says, finished_at=now)
        elif outcome.result is Result.UNKNOWN:
            self._write(self.State.UNKNOWN, outcome.says, finished_at=now)
        elif outcome.result is Result.LATER and self.attempts < pace.ATTEMPTS:
            wait = pace.wait_s(self.attempts, outcome.after_s, chance=CHANCE)
            self._write(self.State.WAITING, outcome.says, next_at=now + dt.timedelta(seconds=wait))
        else:
            given_up = f" Given up after {self.attempts} attempts." * (
                outcome.result is Result.LATER
            )
            self._write(self.State.FAILED, outcome.says + given_up, finished_at=now)

    def _write(self, state: str, says: str, **values: Any) -> None:
        """Change the row as long as it is as this worker left it."""
        mine = Reminder.objects.filter(
            pk=self.pk, state=self.State.SENDING, attempts=self.attempts
        )
        mine.update(state=state, says=says[:300], **values)
        self.refresh_from_db()
