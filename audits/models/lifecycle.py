"""The states of an audit, of a round of sign-off and of a review; docs/sign-off.md and
docs/reviews.md have the arrows."""

from collections.abc import Mapping
from typing import Any

from django.db import models


class AuditState(models.TextChoices):
    """Pages and indexes rely on the order of the values: what is still worked on comes first."""

    OPEN = "open"
    PROPOSED = "proposed"
    REFUSED = "refused"
    SIGNED = "signed"
    EXPIRED = "void", "Expired"


class RoundState(models.TextChoices):
    PROPOSED = "proposed"
    SIGNED = "signed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Decision(models.TextChoices):
    """What is proposed; a refusal is a no-go."""

    GO = "go", "Go"
    CONDITIONAL_GO = "conditional_go", "Conditional go"


class ReviewState(models.TextChoices):
    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Outcome(models.TextChoices):
    GO = "go", "Go"
    CONDITIONAL_GO = "conditional_go", "Conditional go"
    NO_GO = "no_go", "No-go"
    NONE = "none", "No decision"


# Nothing in the audit can change.
SEALED = frozenset({AuditState.SIGNED, AuditState.REFUSED, AuditState.EXPIRED})

LIVE = frozenset(AuditState) - SEALED

# Until a review is over, its agenda and who takes part can change.
AHEAD = (ReviewState.PLANNED, ReviewState.RUNNING)

# What tells of a sign-off itself. Any other event of a proposed audit is a change of what was
# proposed, and takes the audit back to open.
OF_A_SIGN_OFF = frozenset(
    {
        "audit.proposed",
        "audit.withdrawn",
        "audit.outdated",
        "audit.signed",
        "audit.refused",
        "audit.superseded",
        "audit.expired",
        "sign_off.given",
        "sign_off.withdrawn",
        "go_condition.settled",
    }
)

# What tells of a meeting and of its action items: it changes no claim, so what was proposed still
# is what is there.
OF_A_REVIEW = frozenset(
    {
        "review.planned",
        "review.changed",
        "review.cancelled",
        "review.started",
        "review.point",
        "review.ended",
        "guest.invited",
        "guest.withdrawn",
        "action.added",
        "action.changed",
        "action.closed",
        "action.reopened",
    }
)

# The machine's word on an answer, as an event.
VERDICT = "answer.verdict"


def ends_a_proposal(verb: str, detail: Mapping[str, Any]) -> bool:
    """Whether what was proposed is no longer there after such an event. A probe that could not
    look, or did again, takes nobody's signature back: what was signed says when the machine saw
    what. One that fails, or fails no longer, does."""
    if verb == VERDICT:
        return "fail" in (detail["before"], detail["after"])
    return verb not in OF_A_SIGN_OFF | OF_A_REVIEW
