"""What calls of the API leave behind: what they cost, and what all workers share of an API that
does not answer or has a limit. guards.py and ledger.py work on them."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from audits.models.environments import Environment
from audits.models.projects import Project


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, user) -> "LedgerEntryQuerySet":
        return self.filter(project__team__memberships__user=user)


class LedgerEntry(models.Model):
    """A paid call. `reserved` is the most that it could cost, in dollars, and counts until `cost`
    is known; of a call whose end nobody saw (`unknown`) it counts for good.

    The entry outlives its environment, whose name stays with it.
    """

    class State(models.TextChoices):
        RESERVED = "reserved"
        SETTLED = "settled"
        RELEASED = "released"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.ForeignKey(
        Environment, on_delete=models.SET_NULL, null=True, related_name="ledger"
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="ledger")
    environment_name = models.CharField(max_length=60)
    run = models.ForeignKey(
        "audits.ProbeRun", on_delete=models.SET_NULL, null=True, related_name="ledger"
    )
    at = models.DateTimeField(default=timezone.now)
    model = models.CharField(max_length=100)
    request_id = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.RESERVED)
    # Why nothing was paid, or why nobody knows.
    detail = models.CharField(max_length=80, blank=True)
    reserved = models.DecimalField(max_digits=12, decimal_places=6)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cache_read_tokens = models.PositiveIntegerField(default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0)
    simulated = models.BooleanField(default=False)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "id"]
        verbose_name_plural = "ledger entries"
        indexes = [models.Index(fields=["environment", "at"], name="ledger_environment_at")]

    def __str__(self) -> str:
        return f"{self.model}, {self.state}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.environment is not None and self._state.adding:
            self.project = self.environment.project
            self.environment_name = self.environment.name
            self.simulated = self.environment.simulated
        super().save(*args, **kwargs)


class CircuitBreaker(models.Model):
    """Whether calls to an API are let through, for all workers. `scope` names the API and the
    environment. While it is half open, `trials` calls were let through, of which `passed` went
    well; who has not come back by `trial_until` has failed."""

    class State(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"
        HALF_OPEN = "half_open"

    scope = models.CharField(max_length=400, primary_key=True)
    state = models.CharField(max_length=9, choices=State, default=State.CLOSED)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    trials = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    trial_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.scope}: {self.state}"


class RateWindow(models.Model):
    """What all workers together sent of late: the client-side limiter's own entries, as JSON."""

    scope = models.CharField(max_length=400, primary_key=True)
    entries = models.JSONField(default=list)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.scope
