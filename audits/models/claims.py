"""What a person says of an item, and how it stands today."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Claim(models.Model):
    """A state, and the terms on which it is claimed."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        NOT_APPLICABLE = "not_applicable", "Not applicable"
        RISK_ACCEPTED = "risk_accepted", "Risk accepted"

    state = models.CharField(max_length=14, choices=State, default=State.OPEN)
    reason = models.TextField(blank=True, max_length=4000)
    # A risk is accepted by its approver in person: until then `accepted_at` is empty, and the
    # item counts as open.
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    accepted_until = models.DateField(null=True)

    class Meta:
        abstract = True

    @property
    def awaits_approver(self) -> bool:
        return self.state == self.State.RISK_ACCEPTED and self.accepted_at is None

    @property
    def has_lapsed(self) -> bool:
        return (
            self.state == self.State.RISK_ACCEPTED
            and self.accepted_until is not None
            and self.accepted_until < timezone.localdate()
        )

    @property
    def counts_as(self) -> str:
        """The state that progress counts: an acceptance that does not hold is open."""
        if self.awaits_approver or self.has_lapsed:
            return self.State.OPEN
        return self.state

    @property
    def standing(self) -> str:
        """The state as pages show it, which tells an acceptance that does not hold apart."""
        if self.has_lapsed:
            return "expired"
        return "awaiting" if self.awaits_approver else self.state


def counts_as_open() -> Q:
    """The condition for an answer to count as open."""
    lapsed = Q(accepted_until__lt=timezone.localdate())
    holds_not = Q(accepted_at=None) | lapsed
    return Q(state=Claim.State.OPEN) | (Q(state=Claim.State.RISK_ACCEPTED) & holds_not)
