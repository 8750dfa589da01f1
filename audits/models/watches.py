import datetime as dt
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models.environments import Environment
from audits.models.errors import Refused
from audits.models.teams import Membership
from audits.models.users import User
from audits.probes import registry
from audits.probes.base import Cost, Probe, Verdict

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun

# Of the time between two runs: what is due together does not stay together.
JITTER = 0.1
# A month: what runs more seldom runs by hand.
MOST_MINUTES = 31 * 24 * 60
# New ones begin within this, one after the other.
FIRST_SECONDS = 20


class WatchQuerySet(models.QuerySet["Watch"]):
    def visible_to(self, user) -> "WatchQuerySet":
        return self.filter(environment__project__team__memberships__user=user)

    def editable_by(self, user) -> "WatchQuerySet":
        return self.filter(
            environment__project__team__memberships__user=user,
            environment__project__team__memberships__role__in=Membership.EDIT,
        )

    def known(self) -> "WatchQuerySet":
        """Of probes that there are: one that was taken out leaves its rows behind."""
        return self.filter(probe__in=registry.PROBES)

    def due(self, now: dt.datetime) -> "WatchQuerySet":
        return self.known().filter(next_at__lte=now).order_by("next_at")

    def make_missing(self, environment: Environment) -> None:
        """A watch for each probe that the environment is not watched by yet."""
        now = timezone.now()
        rows = [Watch.of(environment.pk, probe, now) for probe in registry.PROBES.values()]
        Watch.objects.bulk_create(rows, ignore_conflicts=True)

    def make_all_missing(self) -> None:
        """For what a new release brings: each probe's missing watches, in a query and as many
        inserts as there are."""
        now = timezone.now()
        for probe in registry.PROBES.values():
            bare = Environment.objects.exclude(watches__probe=probe.name)
            rows = [Watch.of(pk, probe, now) for pk in bare.values_list("pk", flat=True)]
            Watch.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


class Watch(models.Model):
    """A probe on an environment: how often it runs, what the team agreed to, what it last said.

    `verdict` is the last run's, `streak` how many runs in a row said so, `verdict_since` when the
    first of them did and `verdict_at` when the last did. `kept` is `Finding.kept` of the last run
    that could look.
    """

    class Said(models.TextChoices):
        """A verdict as a column; empty before the first run."""

        PASS = Verdict.PASS.value
        FAIL = Verdict.FAIL.value
        INCONCLUSIVE = Verdict.INCONCLUSIVE.value
        ERROR = Verdict.ERROR.value

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="watches")
    probe = models.CharField(max_length=40)
    enabled = models.BooleanField(default=True)
    # 0: by hand only.
    every_minutes = models.PositiveIntegerField(default=0)
    # Null: not by itself. Whatever sets `enabled` and `every_minutes` sets this.
    next_at = models.DateTimeField(null=True)
    # Who agreed to pay for it, and who to its running on production.
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    paid_at = models.DateTimeField(null=True)
    intrusive_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    intrusive_at = models.DateTimeField(null=True)

    verdict = models.CharField(max_length=12, choices=Said, blank=True)
    verdict_at = models.DateTimeField(null=True)
    verdict_since = models.DateTimeField(null=True)
    streak = models.PositiveIntegerField(default=0)
    last_run = models.ForeignKey(
        "audits.ProbeRun", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    kept = models.JSONField(default=dict)

    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["environment", "probe"]
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(
                fields=["environment", "probe"], name="one_watch_a_probe_of_an_environment"
            )
        ]
        indexes = [models.Index(fields=["next_at"], name="watch_next_at")]

    def __str__(self) -> str:
        return f"{self.probe} on {self.environment}"

    def get_absolute_url(self) -> str:
        return reverse("watch-detail", args=[self.pk])

    @classmethod
    def of(cls, environment_pk: Any, probe: Probe, now: dt.datetime) -> "Watch":
        """As it begins: what costs or intrudes waits until somebody agrees."""
        minutes = min(int(probe.every.total_seconds() // 60), MOST_MINUTES)
        enabled = probe.cost is not Cost.PAID and not probe.intrusive
        starts = now + dt.timedelta(seconds=random.uniform(0, FIRST_SECONDS))  # noqa: S311  # nosec B311: no secret
        return cls(
            environment_id=environment_pk,
            probe=probe.name,
            enabled=enabled,
            every_minutes=minutes,
            next_at=starts if enabled and minutes else None,
        )

    @property
    def definition(self) -> Probe:
        """LookupError for a probe that there is no more."""
        return registry.find(self.probe)[0]

    def next_after(self, now: dt.datetime) -> dt.datetime | None:
        """When it is due again after it was queued at `now`, give or take a tenth."""
        if not self.enabled or not self.every_minutes:
            return None
        factor = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # nosec B311: no secret
        return now + dt.timedelta(minutes=self.every_minutes) * factor

    @transaction.atomic
    def change(self, *, by: User, enabled: bool, every_minutes: int) -> "Watch":
        """Whether and how often it runs by itself. Refused for a probe that costs or intrudes on
        production while nobody agreed to it."""
        watch = self.locked()
        if not 0 <= every_minutes <= MOST_MINUTES:
            raise Refused(
                f"Write a whole number from 0, by hand only, to {MOST_MINUTES:,} minutes.",
                "every_minutes",
            )
        if enabled and (missing := watch.missing_consent()):
            raise Refused(missing, "enabled")
        if (watch.enabled, watch.every_minutes) == (enabled, every_minutes):
            return watch
        watch.enabled, watch.every_minutes = enabled, every_minutes
        watch._reschedule()
        watch.save(update_fields=["enabled", "every_minutes", "next_at"])
        watch._tell("watch.changed", by=by, enabled=enabled, every_minutes=every_minutes)
        return watch

    def missing_consent(self) -> str:
        """Why it may not run yet, in words; empty when it may."""
        probe = self.definition
        if probe.cost is Cost.PAID and self.paid_at is None:
            return "This probe costs money: agree to pay for it first."
        if probe.intrusive and self.intrusive_at is None and self.environment.is_production:
            return "This probe is run on production only after a second yes."
        return ""

    @transaction.atomic
    def agree_to_pay(self, yes: bool, *, by: User) -> "Watch":
        """Agree that its runs cost money, up to the environment's daily cap, or no longer."""
        return self._agree("paid", yes, by=by)

    @transaction.atomic
    def agree_to_production(self, yes: bool, *, by: User) -> "Watch":
        """The second yes, to an intrusive probe on production; or no longer."""
        return self._agree("intrusive", yes, by=by)

    def _agree(self, what: str, yes: bool, *, by: User) -> "Watch":
        watch = self.locked()
        if yes == (getattr(watch, f"{what}_at") is not None):
            return watch
        setattr(watch, f"{what}_by", by if yes else None)
        setattr(watch, f"{what}_at", timezone.now() if yes else None)
        if watch.missing_consent():
            watch.enabled = False
        watch._reschedule()
        watch.save(update_fields=["enabled", "next_at", f"{what}_by", f"{what}_at"])
        watch._tell(f"watch.{what}", by=by, yes=yes)
        return watch

    def locked(self) -> "Watch":
        """The row under its lock, which whatever queues or ends a run of it takes first."""
        locked = Watch.objects.select_for_update(no_key=True, of=("self",))
        return locked.select_related("environment__project__team").get(pk=self.pk)

    def said(self, run: "ProbeRun", kept: Mapping[str, Any]) -> None:
        """Take over what the run that just ended says; under the lock."""
        if run.verdict == self.verdict:
            self.streak += 1
        else:
            self.verdict, self.verdict_since, self.streak = run.verdict, run.finished_at, 1
        self.verdict_at, self.last_run, self.kept = run.finished_at, run, dict(kept)
        self.save(
            update_fields=[
                "verdict",
                "verdict_at",
                "verdict_since",
                "streak",
                "last_run",
                "kept",
            ]
        )

    def _reschedule(self) -> None:
        self.next_at = timezone.now() if self.enabled and self.every_minutes else None

    def _tell(self, verb: str, *, by: User, **more: Any) -> None:
        environment = self.environment
        environment.project.team.log(
            verb,
            by=by,
            probe=self.definition.title,
            environment=environment.name,
            name=environment.project.name,
            project=str(environment.project_id),
            **more,
        )
