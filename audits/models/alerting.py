"""What was told of each watch last, what is due now, and how long it is mute."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.alerts import rules
from audits.alerts.base import Kind, Message
from audits.models import alert_words
from audits.models.alerts import Alert
from audits.models.channels import Channel
from audits.models.errors import Refused
from audits.models.leases import CLOCKS_DIFFER
from audits.models.runs import ProbeRun
from audits.models.text import clean
from audits.models.users import User
from audits.models.watches import Watch
from audits.probes.base import Verdict

# Runs that are looked back on; those that saw nothing among them are left out.
LOOKED_BACK = 10
# A longer one is a watch to turn off.
LONGEST_MUTE = dt.timedelta(days=90)


class AlertingQuerySet(models.QuerySet["Alerting"]):
    def due(self) -> "AlertingQuerySet":
        return self.filter(again_at__lte=timezone.now())

    def make_up_for_clock(self, now: dt.datetime) -> int:
        """After the clock was set back: what was to be decided later than a quiet time lasts is
        decided anew. A mute in force stays. How many."""
        too_far = self.filter(again_at__gt=now + rules.QUIET)
        return too_far.exclude(muted_until__gt=now).update(again_at=now)

    def of(self, watch: Watch) -> "Alerting":
        """That of the watch, under its lock; within a transaction."""
        self.get_or_create(watch=watch)
        return self.select_for_update(no_key=True, of=("self",)).get(watch=watch)

    @transaction.atomic
    def mute(self, watch: Watch, *, until: dt.datetime, by: User, why: str) -> "Alerting":
        """No alert of the watch until then; what still holds by then is told."""
        now = timezone.now()
        if not now < until <= now + LONGEST_MUTE:
            raise Refused(
                f"Choose a time within the next {LONGEST_MUTE.days} days; a watch that is not "
                "needed is better turned off.",
                field="until",
            )
        row = self.of(watch)
        row.muted_until, row.muted_by = until, by
        row.muted_why = clean(Alerting, "muted_why", why, field="why")
        row.again_at = until
        row.save()
        shown = f"{until.astimezone(dt.UTC):%d %b %Y, %H:%M} UTC"
        row._log("alert.muted", by=by, until=shown, why=row.muted_why)
        return row


class Alerting(models.Model):
    """What was told of a watch last. `again_at` is when to decide anew without a run."""

    watch = models.OneToOneField(
        Watch, on_delete=models.CASCADE, primary_key=True, related_name="alerting"
    )
    # The last FAILING or RECOVERED one.
    last = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, related_name="+")
    again_at = models.DateTimeField(null=True, db_index=True)
    muted_until = models.DateTimeField(null=True)
    muted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    muted_why = models.CharField(max_length=200, blank=True)

    objects = AlertingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"What was told of watch {self.watch_id}"

    @property
    def is_mute(self) -> bool:
        return self.muted_until is not None and timezone.now() < self.muted_until

    @transaction.atomic
    def unmute(self, *, by: User) -> None:
        row = Alerting.objects.of(self.watch)
        if not row.is_mute:
            return
        row.muted_until = row.again_at = timezone.now()
        row.save()
        row._log("alert.unmuted", by=by)

    @transaction.atomic
    def reconsider(self) -> None:
        """Decide anew, with what ran by now."""
        Alerting.objects.of(self.watch).consider()

    def consider(self) -> None:
        """Tell what is due; under the row's lock."""
        now = timezone.now()
        self.again_at = self.muted_until if self.is_mute else None
        if not self.is_mute:
            told = rules.Told(Kind(self.last.kind), self.last.at) if self.last else None
            history = _history(self.watch, now)
            if kind := rules.decide(history, told, now):
                self._tell(kind, now)
            elif told and rules.wanted(history, told):
                self.again_at = told.at + rules.QUIET
        self.save()

    def _log(self, verb: str, *, by: User, **more: str) -> None:
        environment = self.watch.environment
        told = {"probe": alert_words.probe_title(self.watch), "environment": environment.name}
        environment.project.team.log(verb, by=by, name=environment.project.name, **told, **more)

    def _tell(self, kind: Kind, now: dt.datetime) -> None:
        if kind is Kind.RECOVERED and self.last:
            message = alert_words.of_watch(kind, self.watch, self.last.thread, now)
            # Who was not told that it fails is not told that it is well again.
            told = Channel.objects.present().filter(deliveries__alert=self.last)
            channels = list(told)
        else:
            message = alert_words.of_watch(kind, self.watch, str(uuid.uuid4()), now)
            channels = taking(self.watch, message)
        self.last = Alert.objects.tell(
            self.watch.environment.project.team, message, channels, watch=self.watch
        )


def _history(watch: Watch, now: dt.datetime) -> list[Verdict]:
    """What the latest runs said, the newest last. Those from before the clock was set back would
    be the newest until their time comes again."""
    done = ProbeRun.objects.filter(
        watch=watch, state=ProbeRun.State.DONE, finished_at__lte=now + CLOCKS_DIFFER
    )
    latest = done.order_by("-finished_at", "-pk").values_list("verdict", flat=True)
    return [Verdict(verdict) for verdict in reversed(latest[:LOOKED_BACK])]


def taking(watch: Watch, message: Message) -> list[Channel]:
    """The team's channels that take the message."""
    channels = Channel.objects.taking(watch.environment.project.team)
    return [each for each in channels if each.takes(message, watch.environment.kind)]
