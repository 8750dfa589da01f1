"""The end of a meeting as everybody in its room sees it: the roll call, what it can end with, and
then how it ended and who signed."""

from dataclasses import dataclass
from typing import Any

from audits.models import Review, Round, obstacles, policies, review_ends
from audits.models.authors import main_author
from audits.models.lifecycle import Outcome, ReviewState, RoundState
from audits.models.review_ends import Standing
from audits.models.roll_call import voices
from audits.views.live_parts import GUEST, MAY_EDIT
from audits.views.room_html import shared
from audits.views.seats import seats


@dataclass(frozen=True)
class Possible:
    """An outcome that leads to signatures; `why_not` is empty when it can be given now."""

    value: str
    label: str
    why_not: str


def parts(review: Review, variant: str) -> dict[str, str]:
    """Element id -> HTML, the same for everybody of a variant. Nothing of a review that has not
    begun."""
    context = {"review": review, "audit": review.audit, **_who(variant)}
    if review.state == ReviewState.RUNNING:
        context |= running(review)
        return {
            "room-roll": shared("reviews/end_roll.html", context),
            "room-outcome": shared("reviews/end_possible.html", context),
        }
    if review.state == ReviewState.ENDED:
        context |= ended(review)
        return {"room-outcome": shared("reviews/end_outcome.html", context)}
    return {}


def _who(variant: str) -> dict[str, bool]:
    return {"is_member": variant != GUEST, "may_edit": variant in MAY_EDIT}


def running(review: Review) -> dict[str, Any]:
    """The roll call, and what stands against a go. The chain of events, which takes long to read,
    is looked at when the review ends."""
    audit = review.audit
    rules = policies.in_force(audit)
    found = voices(review, rules)
    stand = Standing(audit, rules, found, obstacles.of(audit, chain=False))
    return {
        "voices": found,
        "spoken": sum(1 for voice in found if voice.words),
        "possible": possible(stand),
        "obstacles": stand.obstacles,
    }


def possible(stand: Standing) -> list[Possible]:
    return [
        Possible(outcome.value, str(outcome.label), stand.why_not(outcome))
        for outcome in (Outcome.GO, Outcome.CONDITIONAL_GO)
        if outcome == Outcome.GO or stand.rules.conditional
    ]


def ended(review: Review) -> dict[str, Any]:
    """How it ended, and who signed since."""
    row = review.round
    is_no_go = review.outcome == Outcome.NO_GO
    context = {
        "round": row,
        "to_propose": is_no_go and review_ends.waits_for_proposal(review),
        "is_no_go": is_no_go,
    }
    return context | _signatures(review, row) if row else context


def _signatures(review: Review, row: Round) -> dict[str, Any]:
    audit, rules = review.audit, row.rules_then
    signed = list(row.sign_offs.select_related("by").order_by("at", "pk"))
    author = main_author(audit) if row.is_proposed else None
    found = seats(rules, signed, policies.approvers(audit.project.team), author)
    return {
        "seats": found,
        "rules": rules,
        "signatures": sum(len(seat.given) for seat in found),
        "refusals": [each for each in signed if each.decision == "no_go"],
        "is_over": row.state in (RoundState.OUTDATED, RoundState.WITHDRAWN),
    }
