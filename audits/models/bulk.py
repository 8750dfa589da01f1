"""The same change of many answers at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from audits.models import edits
from audits.models.answer_rows import AnswerQuerySet
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.errors import Refused, RuleBroken
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


class Overtaken(RuleBroken):
    """Others changed the audit after a page of all that a filter matches: `events` are their
    changes, and `head` is the end of the chain that a page with them shows."""

    def __init__(self, events: Sequence[Event], head: str):
        names = " and ".join(sorted({event.actor_name for event in events}))
        super().__init__(
            f"{names} changed the audit after your page was loaded, so nothing of yours was "
            "saved. Look at the changes; sending it again changes all that match now."
        )
        self.events = events
        self.head = head


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
    changed, event = _change(audit, current, change, by)
    return Outcome(changed, outdated, event)


@transaction.atomic
def change_matching(
    audit: Audit, matching: AnswerQuerySet, head: str, change: Terms | Plan | Rating, *, by: User
) -> Outcome:
    """Change all answers that a filter of the audit matches. Overtaken when somebody else
    changed any after the event whose hash is `head`, which the page showed as the latest."""
    audit = audit.for_change()
    if since := _by_others(audit, head, by):
        raise Overtaken(since, audit.events_head)
    answers = matching.select_related("item", "owner", "changed_by").folded()
    chosen = list(answers.order_by("position"))
    if not chosen:
        raise Refused("No item matches the filter any more.")
    changed, event = _change(audit, chosen, change, by)
    return Outcome(changed, [], event)


def _by_others(audit: Audit, head: str, by: User) -> list[Event]:
    """What others changed of answers after that event, the latest first."""
    if head == audit.events_head:
        return []
    head = head if head.isascii() and head.isalnum() else ""
    number = audit.events.filter(hash=head).values_list("number", flat=True).first()
    if number is None:
        raise Refused("The page sent no proper state of the audit: load it again.")
    later = audit.events.filter(number__gt=number, answer__isnull=False).order_by("-number")
    return [event for event in later if event.actor_id != by.pk]


def _change(
    audit: Audit, answers: list[Answer], change: Terms | Plan | Rating, by: User
) -> tuple[list[Answer], Event | None]:
    for answer in answers:
        answer.audit = audit
    if isinstance(change, Rating):
        changed = _rate(audit, answers, change, by)
    else:
        verb, edit = _edit(audit, change, by)
        changed = edits.apply(audit, partners(audit, answers), edit, verb=verb, by=by)
    return changed, audit.events.get(number=audit.events_count) if changed else None


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
