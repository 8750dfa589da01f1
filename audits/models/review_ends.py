"""How a review ends: with an outcome, frozen minutes and, for a go, a proposal that is signed.

docs/reviews.md says what each outcome asks for."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import get_text_list

from audits.models import go_conditions, leading, minutes, obstacles, policies, roll_call
from audits.models.attendance import Attendance
from audits.models.audits import Audit
from audits.models.errors import AuditSealed, NotAllowed, Refused, RuleBroken
from audits.models.go_conditions import Asked
from audits.models.lifecycle import Decision, Outcome, ReviewState
from audits.models.obstacles import Obstacle
from audits.models.polls import Poll
from audits.models.projects import Project
from audits.models.quorum import Rules
from audits.models.reviews import Review
from audits.models.roll_call import Voice
from audits.models.round_rows import refuse_unseen
from audits.models.rounds import Round
from audits.models.snapshots import state_seen
from audits.models.teams import Membership
from audits.models.text import clean
from audits.models.users import User
from audits.reports.canonical import canonical_json, digest

# The outcomes that are proposed for sign-off.
GOES = frozenset(Decision.values)
TO_BE_REFUSED = "The review ended with a no-go: it is proposed so that the no-go can be sealed."

# The columns that the end of a review sets.
FROZEN = (
    *("state", "ended_at", "outcome", "statement", "point_since", "lead"),
    *("minutes", "minutes_digest"),
)


@dataclass
class Standing:
    """What a review that is under way may end with now."""

    audit: Audit
    rules: Rules
    voices: Sequence[Voice]
    obstacles: Sequence[Obstacle]

    @cached_property
    def missing(self) -> list[str]:
        """The roles in which nobody spoke yet."""
        return [voice.role.name for voice in self.voices if voice.is_missing]

    def why_not(self, outcome: str) -> str:
        """What keeps the review from this outcome, as a sentence; empty when nothing does."""
        if outcome not in GOES:
            return ""
        if self.audit.is_sealed:
            return str(AuditSealed(self.audit.revision))
        if self.audit.is_proposed:
            return "The audit is proposed for sign-off already: sign it, or withdraw it first."
        if self.missing:
            left = get_text_list(self.missing, "and")
            return f"{left} {'has' if len(self.missing) == 1 else 'have'} not spoken yet."
        if against := self._said("no_go"):
            return f"{against} said no-go."
        if outcome == Outcome.GO:
            return self._why_no_go_at_once()
        return self._why_no_conditions()

    def _why_no_go_at_once(self) -> str:
        if self.obstacles:
            return f"{obstacles.in_words(list(self.obstacles))}."
        if on_conditions := self._said("conditional_go"):
            return f"{on_conditions} said go on conditions only."
        return ""

    def _why_no_conditions(self) -> str:
        if not self.rules.conditional:
            return "The sign-off policy allows no conditional go."
        never = [each for each in self.obstacles if not each.can_be_covered]
        return f"{obstacles.in_words(never)}." if never else ""

    def _said(self, decision: str) -> str:
        """Who said so, in which role."""
        said = [
            f"{word.by_name} ({voice.role.name})"
            for voice in self.voices
            for word in voice.words
            if word.decision == decision
        ]
        return get_text_list(said, "and")


def standing(review: Review) -> Standing:
    audit = review.audit
    rules = policies.in_force(audit)
    return Standing(audit, rules, roll_call.voices(review, rules), obstacles.of(audit))


@transaction.atomic
def end(
    review: Review,
    *,
    outcome: str,
    by: User,
    seen: str,
    statement: str = "",
    release: str = "",
    conditions: Sequence[Asked] = (),
) -> Review:
    """End the meeting and freeze its minutes; a go and a conditional go are then proposed, in the
    same transaction. `seen` is `state_seen` of the audit on the page that the person read."""
    # In the order of all writes: the project, as proposing does, the audit, the review.
    Project.objects.select_for_update(no_key=True).get(pk=review.audit.project_id)
    audit, row = review.locked()
    if row.state == ReviewState.ENDED and _ended_so(row, audit, outcome, by):
        return row
    row.refuse_unless(ReviewState.RUNNING)
    _refuse_unless_editor(audit, by)
    if outcome not in Outcome.values:
        raise Refused("Choose how the review ends.", field="outcome")
    if outcome != Outcome.NONE:
        refuse_unseen(audit, seen)
    row.outcome, row.statement = outcome, clean(Review, "statement", statement)
    _freeze(row, audit, by, conditions)
    if outcome in GOES:
        _propose(row, audit, by=by, release=release, conditions=conditions)
    return row


def _propose(row: Review, audit: Audit, *, by: User, **asked: Any) -> None:
    """What the meeting decided, as it stands under the locks."""
    row.round = Round.objects.propose(
        audit,
        by=by,
        seen=state_seen(audit),
        decision=row.outcome,
        statement=row.statement,
        **asked,
    )
    row.save(update_fields=["round"])


def waits_for_proposal(review: Review) -> bool:
    """Whether a no-go could be proposed, and so be sealed: nobody did, or what was proposed ended
    without a decision."""
    if review.outcome != Outcome.NO_GO or review.audit.is_sealed:
        return False
    return review.round is None or not (review.round.is_proposed or review.round.is_sealed)


@transaction.atomic
def propose_no_go(review: Review, *, by: User, seen: str) -> Round:
    """After a no-go: what somebody proposed already, or a proposal now, for a signer to refuse."""
    Project.objects.select_for_update(no_key=True).get(pk=review.audit.project_id)
    audit, row = review.locked()
    if row.state != ReviewState.ENDED or row.outcome != Outcome.NO_GO:
        raise RuleBroken("Only what a review ended as a no-go is proposed to be refused.")
    _refuse_unless_editor(audit, by)
    audit.refuse_if_sealed()
    if audit.is_proposed:
        row.round = audit.rounds.proposed().get()
    else:
        statement = f"{TO_BE_REFUSED}\n\n{row.statement}"[:4000]
        row.round = Round.objects.propose(audit, by=by, seen=seen, statement=statement)
    row.touch("round")
    return row.round


def _ended_so(row: Review, audit: Audit, outcome: str, by: User) -> bool:
    """Whether the same person ended it the same way: a form that was sent twice."""
    last = audit.events.filter(verb="review.ended", detail__review=str(row.pk)).last()
    return row.outcome == outcome and last is not None and last.actor_id == by.pk


def _refuse(row: Review, found: Standing) -> None:
    if why := found.why_not(row.outcome):
        if found.audit.is_sealed or found.audit.is_proposed:
            raise RuleBroken(why)
        raise Refused(f"{Outcome(row.outcome).label} is not possible now: {why}", field="outcome")
    if row.outcome == Outcome.NO_GO and not row.statement:
        raise Refused("Say why it is a no-go; the minutes keep it.", field="statement")


def _refuse_unless_editor(audit: Audit, by: User) -> None:
    if not audit.project.team.memberships.filter(user=by, role__in=Membership.EDIT).exists():
        raise NotAllowed("Only who may edit the audit can end its review.")


def _freeze(row: Review, audit: Audit, by: User, conditions: Sequence[Asked]) -> None:
    """Write the minutes, or say why the review cannot end with this outcome."""
    found, agreed = standing(row), []
    _refuse(row, found)
    if row.outcome == Outcome.CONDITIONAL_GO:
        agreed = go_conditions.check(conditions, audit, found.obstacles)
    _close(row, timezone.now())
    told = minutes.build(row, audit, found.voices, found.obstacles, agreed, by=by)
    row.minutes = canonical_json(told)
    row.minutes_digest = digest(row.minutes)
    row.touch(*FROZEN)
    audit.log(
        "review.ended",
        by=by,
        review=str(row.pk),
        number=row.number,
        title=row.title,
        outcome=row.outcome,
        digest=row.minutes_digest,
    )


def _close(row: Review, now: dt.datetime) -> None:
    """Nobody is in the room any more, no poll is open, no timer runs."""
    leading.stop_clock(row, now)
    Poll.objects.filter(point__review=row, closed_at=None).update(closed_at=now)
    Attendance.objects.end_all(row, now)
    row.point_since, row.lead, row.ended_at = None, None, now
    row.state = ReviewState.ENDED
