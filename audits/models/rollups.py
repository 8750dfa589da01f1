from django.db import models

from audits.models.runs import ProbeRun
from audits.models.watches import Watch
from audits.probes import base


class Sample(models.Model):
    """One streamed call: `audits.probes.base.Sample` as a row."""

    watch = models.ForeignKey(
        Watch, on_delete=models.CASCADE, related_name="samples", db_index=False
    )
    # It may outlive its run, and no index has to be kept for the day that the run goes.
    run = models.ForeignKey(
        ProbeRun,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="samples",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField()
    model = models.CharField(max_length=100)
    ttft_ms = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    total_ms = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["watch", "at"], name="sample_watch_at"),
            models.Index(fields=["at"], name="sample_at"),
        ]

    def __str__(self) -> str:
        return f"{self.model} at {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def of(cls, run: ProbeRun, sample: base.Sample) -> "Sample":
        return cls(
            watch=run.watch,
            run=run,
            at=sample.at,
            model=sample.model[:100],
            ttft_ms=sample.ttft_ms,
            total_ms=sample.total_ms,
            error=sample.error[:200],
        )


class RollupQuerySet(models.QuerySet["Rollup"]):
    def visible_to(self, user) -> "RollupQuerySet":
        return self.filter(watch__environment__project__team__memberships__user=user)


class Rollup(models.Model):
    """An hour or a day of a watch: how often it said what, and how long its calls took.

    `histograms` holds those of `ttft` and `total`, as `audits.probes.histogram` writes them: they
    merge, and the percentiles beside them, in ms, are taken from them and within one in a hundred.
    """

    class Period(models.TextChoices):
        HOUR = "hour"
        DAY = "day"

    watch = models.ForeignKey(
        Watch, on_delete=models.CASCADE, related_name="rollups", db_index=False
    )
    period = models.CharField(max_length=4, choices=Period)
    start = models.DateTimeField()
    passes = models.PositiveIntegerField(default=0)
    fails = models.PositiveIntegerField(default=0)
    inconclusives = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    # Calls that were answered, and those that were not.
    samples = models.PositiveIntegerField(default=0)
    failed_samples = models.PositiveIntegerField(default=0)
    histograms = models.JSONField(default=dict)
    ttft_p50_ms = models.DecimalField(max_digits=12, decimal_places=1, null=True)
    ttft_p95_ms = models.DecimalField(max_digits=12, decimal_places=1, null=True)
    ttft_p99_ms = models.DecimalField(max_digits=12, decimal_places=1, null=True)
    total_p50_ms = models.DecimalField(max_digits=12, decimal_places=1, null=True)
    total_p95_ms = models.DecimalField(max_digits=12, decimal_places=1, null=True)
    total_p99_ms = models.DecimalField(max_digits=12, decimal_places=1, null=True)

    objects = RollupQuerySet.as_manager()

    class Meta:
        ordering = ["start"]
        constraints = [
            models.UniqueConstraint(
                fields=["watch", "period", "start"], name="one_rollup_a_period_of_a_watch"
            )
        ]
        indexes = [models.Index(fields=["period", "start"], name="rollup_period_start")]

    def __str__(self) -> str:
        return f"{self.period} from {self.start:%Y-%m-%d %H:%M}"


class RolledUp(models.Model):
    """How far the roll-ups of a period have come: everything before `until` is in them.

    `lease_until` keeps two workers from rolling up at once.
    """

    period = models.CharField(max_length=4, choices=Rollup.Period, primary_key=True)
    until = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.period}s until {self.until}"
