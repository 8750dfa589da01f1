import datetime as dt
import uuid

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models.errors import Refused
from audits.models.leases import LEASE, is_over
from audits.models.teams import Membership
from audits.models.users import User
from audits.models.watches import Watch
from audits.probes.base import Finding

# A worker is rung for again after this long; what it was rung by before is void then.
RING_AGAIN = dt.timedelta(seconds=30)


class ProbeRunQuerySet(models.QuerySet["ProbeRun"]):
    def visible_to(self, user) -> "ProbeRunQuerySet":
        return self.filter(watch__environment__project__team__memberships__user=user)

    def editable_by(self, user) -> "ProbeRunQuerySet":
        return self.filter(
            watch__environment__project__team__memberships__user=user,
            watch__environment__project__team__memberships__role__in=Membership.EDIT,
        )

    def unfinished(self) -> "ProbeRunQuerySet":
        return self.exclude(state=ProbeRun.State.DONE)

    def waiting(self, now: dt.datetime) -> "ProbeRunQuerySet":
        """Queued, or left behind by a worker that died."""
        return self.filter(
            models.Q(state=ProbeRun.State.QUEUED)
            | models.Q(is_over(now), state=ProbeRun.State.RUNNING)
        )

    def to_ring_for(self, now: dt.datetime) -> "ProbeRunQuerySet":
        """Waiting, and not rung for of late: the longest first."""
        not_of_late = models.Q(rung_at=None) | ~models.Q(rung_at__range=(now - RING_AGAIN, now))
        return self.waiting(now).filter(not_of_late).order_by("queued_at")

    @transaction.atomic
    def ask(self, watch: Watch, *, by: User) -> "ProbeRun":
        """The run of the watch that is not over yet, or a new one, queued; the caller rings.

        Refused while nobody agreed to what the probe costs or does.
        """
        watch = watch.locked()
        if missing := watch.missing_consent():
            raise Refused(missing)
        if run := self.unfinished().filter(watch=watch).first():
            return run
        return self.create(
            watch=watch,
            trigger=ProbeRun.Trigger.PERSON,
            asked_by=by,
            simulated=watch.environment.simulated,
        )

    def record(self, watch: Watch, finding: Finding, *, by: User) -> "ProbeRun":
        """A run that was done where it was asked for, such as of an uploaded log sample."""
        from audits.models.running import record

        return record(watch, finding, by=by)


class ProbeRun(models.Model):
    """One run of a watch's probe: queued, taken by one worker, done with a verdict.

    `finding` is the probe's, as `audits.probes.findings` writes it, without samples; of a run that
    changed nothing it goes after a day, and the run after two weeks. What `stays` stays.
    """

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule"
        PERSON = "person"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="runs", db_index=False)
    trigger = models.CharField(max_length=8, choices=Trigger, default=Trigger.SCHEDULE)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    # When a worker was last rung for; null before the first time.
    rung_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField(max_length=12, choices=Watch.Said, blank=True)
    says = models.TextField(blank=True)
    finding = models.JSONField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    simulated = models.BooleanField(default=False)
    # It changed its watch's verdict, or is evidence: retention leaves it.
    stays = models.BooleanField(default=False)

    objects = ProbeRunQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["watch"],
                condition=~models.Q(state="done"),
                name="one_unfinished_run_a_watch",
            )
        ]
        indexes = [
            models.Index(fields=["watch", "finished_at"], name="run_watch_finished_at"),
            # What the tick rings for, and what retention looks for.
            models.Index(
                fields=["queued_at"], condition=~models.Q(state="done"), name="run_unfinished"
            ),
            models.Index(
                fields=["finished_at"],
                condition=models.Q(stays=False),
                name="run_that_goes",
            ),
            models.Index(
                fields=["finished_at"],
                condition=models.Q(stays=False, finding__isnull=False),
                name="run_finding_that_goes",
            ),
        ]

    def __str__(self) -> str:
        return f"Run of {self.watch}, {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("run-detail", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        return self.state == self.State.DONE

    def execute(self) -> None:
        """Run the probe and keep what it found: see running.py, which stands on this module."""
        from audits.models.running import execute

        execute(self)

    def claim(self) -> bool:
        """Take the lease; False when the run is done or in another worker's hands."""
        now = timezone.now()
        taken = {
            "state": self.State.RUNNING,
            "started_at": now,
            "lease_until": now + LEASE,
            "attempts": self.attempts + 1,
        }
        # One short write, without a transaction around it.
        mine = ProbeRun.objects.waiting(now).filter(pk=self.pk, attempts=self.attempts)
        if not mine.update(**taken):
            return False
        for name, value in taken.items():
            setattr(self, name, value)
        return True

    def finish(self) -> bool:
        """Done, as long as it is still in this worker's hands."""
        mine = ProbeRun.objects.filter(
            pk=self.pk, state=self.State.RUNNING, attempts=self.attempts
        )
        now = timezone.now()
        if not mine.update(state=self.State.DONE, finished_at=now, lease_until=None):
            return False
        self.state, self.finished_at, self.lease_until = self.State.DONE, now, None
        return True
