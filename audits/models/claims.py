"""What a person says of an item, and how it stands today."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from checklist.models import Item


class State(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    NOT_APPLICABLE = "not_applicable", "Not applicable"
    RISK_ACCEPTED = "risk_accepted", "Risk accepted"


class Verdict(models.TextChoices):
    PASS = "pass"  # noqa: S105  # nosec B105: a verdict
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


class Standing:
    """How a claim stands today: of an answer, and of a row of a page that holds its values."""

    state: Any
    accepted_at: Any
    accepted_until: Any
    verdict: Any
    due: Any

    @property
    def is_conflict(self) -> bool:
        """A person says done, the machine says fail."""
        return is_conflict(self.state, self.verdict)

    @property
    def awaits_approver(self) -> bool:
        return self.state == State.RISK_ACCEPTED and self.accepted_at is None

    @property
    def has_lapsed(self) -> bool:
        return (
            self.state == State.RISK_ACCEPTED
            and self.accepted_until is not None
            and self.accepted_until < timezone.localdate()
        )

    @property
    def counts_as(self) -> str:
        """The state that progress counts: an acceptance that does not hold is open."""
        if self.awaits_approver or self.has_lapsed:
            return State.OPEN
        return self.state

    @property
    def standing(self) -> str:
        """The state as pages show it, which tells an acceptance that does not hold apart."""
        if self.has_lapsed:
            return "expired"
        return "awaiting" if self.awaits_approver else self.state

    @property
    def is_overdue(self) -> bool:
        return (
            self.due is not None
            and self.due < timezone.localdate()
            and self.counts_as == State.OPEN
        )


class Claim(Standing, models.Model):
    """A state, the terms on which it is claimed, and what the machine says beside it."""

    State = State
    Verdict = Verdict

    state = models.CharField(max_length=14, choices=State, default=State.OPEN)
    reason = models.TextField(blank=True, max_length=4000)
    # A risk is accepted by its approver in person: until then `accepted_at` is empty, and the
    # item counts as open.
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    accepted_until = models.DateField(null=True)

    # The item's own, unless somebody gave it another with a reason.
    severity = models.CharField(max_length=7, choices=Item.Severity)
    severity_reason = models.TextField(blank=True, max_length=4000)
    # The machine's latest word; empty while it has none.
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True)
    # Kept, and never counted: the audit moved to an edition without the item.
    retired_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def counted_in(self) -> frozenset[str]:
        """Which of the audit's counters count it. An acceptance that lapsed counts until it is
        reopened: what depends on the day is asked when it is shown."""
        if self.retired_at:
            return frozenset()
        return counters(self.state, self.severity, self.verdict, self.accepted_at is not None)


def counts_as_open() -> Q:
    """The condition for an answer to count as open."""
    lapsed = Q(accepted_until__lt=timezone.localdate())
    holds_not = Q(accepted_at=None) | lapsed
    return Q(state=State.OPEN) | (Q(state=State.RISK_ACCEPTED) & holds_not)


def is_conflict(state: str, verdict: str) -> bool:
    return state == State.DONE and verdict == Verdict.FAIL


def counters(state: str, severity: str, verdict: str, confirmed: bool) -> frozenset[str]:
    """The names of the audit's counters that count such an answer."""
    if state == State.RISK_ACCEPTED and not confirmed:
        state = State.OPEN
    names = {"total", str(state)}
    if state == State.OPEN and severity == Item.Severity.BLOCKER:
        names.add("blockers")
    if is_conflict(state, verdict):
        names.add("conflicts")
    return frozenset(names)
