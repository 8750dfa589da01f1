"""The same change of many answers at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from audits.models import edits
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.errors import Refused
from audits.models.events import Event
from audits.models.terms import Plan, Rating, Terms, refuse_unless_approver
from audits.models.text import clean
from audits.models.ties import partners
from audits.models.users import User

CHUNK = 500


@dataclass(frozen=True)
class Outcome:
    """`changed` with those that are tied to them; `outdated` were changed by somebody else
    after the page was loaded and stay as they are; `event` is what an undo names."""

    changed: Sequence[Answer]
    outdated: Sequence[Answer]
    event: Event | None


@transaction.atomic
def change_many(
    audit: Audit, seen: Mapping[int, int], change: Terms | Plan | Rating, *, by: User
) -> Outcome:
    """Change the answers whose primary keys and versions the page showed.

    All or none where the change itself is refused; what is outdated is left out and named.
    """
    audit = audit.for_change()
    chosen = _chosen(audit, seen)
    current = [answer for answer in chosen if answer.version == seen[answer.pk]]
    outdated = [answer for answer in chosen if answer.version != seen[answer.pk]]
    if isinstance(change, Rating):
        changed = _rate(audit, current, change, by)
    else:
        verb, edit = _edit(audit, change, by)
        together = partners(audit, current)
        changed = edits.apply(audit, together, edit, verb=verb, by=by)
    event = audit.events.get(number=audit.events_count) if changed else None
    return Outcome(changed, outdated, event)


def _chosen(audit: Audit, seen: Mapping[int, int]) -> list[Answer]:
    if not seen:
        raise Refused("Select at least one item first.")
    answers = audit.answers.filter(retired_at=None).select_related("item", "owner", "changed_by")
    pks = sorted(seen)
    found = [
        answer
        for start in range(0, len(pks), CHUNK)
        for answer in answers.folded().filter(pk__in=pks[start : start + CHUNK])
    ]
    if len(found) < len(seen):
        raise Refused("Some of the items are not in this audit any more: load the page again.")
    return sorted(found, key=lambda answer: answer.position)


def _edit(audit: Audit, change: Terms | Plan, by: User) -> tuple[str, edits.Edit]:
    if isinstance(change, Plan):
        return "answer.planned", change.check(audit).give
    change.reason = clean(Answer, "reason", change.reason)
    return "answer.recorded", change.check(audit).claim(by)


def _rate(audit: Audit, answers: list[Answer], rating: Rating, by: User) -> list[Answer]:
    rating.reason = clean(Answer, "severity_reason", rating.reason)
    rating.check()
    if any(rating.lowers(answer) for answer in answers):
        refuse_unless_approver(audit, by)
    return edits.apply(audit, answers, rating.give, verb="answer.rated", by=by)
