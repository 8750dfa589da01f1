"""What the page of a review shows before its meeting, and after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from audits.forms.reviews import ItemForm, TopicForm
from audits.http import Request
from audits.models import AgendaPoint, Answer, Heartbeat, Participant, Review, User, policies
from audits.models.agenda_kinds import PointKind
from audits.models.agenda_proposal import Proposal, ProposedPoint, key_of, propose, title_of
from audits.models.authors import main_author
from audits.models.quorum import Rules
from audits.models.review_probes import Look
from audits.views import participant_rows
from audits.views.seats import seats

# Beyond these an item is named by its number alone.
OFFERED = 500


@dataclass(frozen=True)
class Entry:
    """A point of the agenda as it stands today: what is not proposed any more `is_over`."""

    point: AgendaPoint
    reasons: Sequence[str]
    kind: PointKind
    is_over: bool


@dataclass(frozen=True)
class Role:
    """A role of the roll call: who may speak for it, and of those who is invited. `is_known`:
    whether the policy still asks it."""

    name: str
    people: Sequence[User]
    invited: Sequence[User]
    is_known: bool


def review_page(
    request: Request,
    review: Review,
    *,
    topic: TopicForm | None = None,
    item: ItemForm | None = None,
) -> HttpResponse:
    """In a constant number of queries; with a form that was refused in its place."""
    audit = review.audit
    viewer = audit.viewer
    rules = policies.in_force(audit)
    participants = participant_rows.people_of(review)
    may_edit = bool(viewer and viewer.may_edit)
    context = {
        "review": review,
        "audit": audit,
        "project": audit.project,
        "membership": viewer,
        "may_edit": may_edit,
        **participant_rows.context(review, participants, may_edit=may_edit),
        "roles": _roles(review, rules, _invited(participants)),
        "unasked": [role.name for role in rules.roles if role.name not in review.roles],
    }
    if review.is_planned:
        context |= _planned(review, topic, item)
    else:
        points = review.points.select_related("answer__item")
        context["entries"] = [_as_it_was(point) for point in points]
    status = 422 if topic or item else 200
    return render(request, "reviews/review_detail.html", context, status=status)


def _invited(participants: Iterable[Participant]) -> set[int | None]:
    return {each.user_id for each in participants if each.withdrawn_at is None}


def _planned(review: Review, topic: TopicForm | None, item: ItemForm | None) -> dict[str, Any]:
    proposal = propose(review.audit)
    points = list(review.points.select_related("answer"))
    known = {point.key for point in points}
    left_out = {each["key"] for each in review.left_out}
    proposed = {each.key: each for each in proposal.points}
    entries = [_entry(point, proposed.get(point.key)) for point in points]
    new = [each for each in proposal.points if each.key not in known | left_out]
    return probes_context(review) | {
        "entries": entries,
        "new": new,
        "over": [entry for entry in entries if entry.is_over],
        "left_out": review.left_out,
        "rest": proposal.rest(known),
        "is_fast": not entries and not new,
        "items": _offered(proposal, known),
        "topic_form": topic or TopicForm(auto_id="topic-%s"),
        "item_form": item or ItemForm(answers=()),
    }


def probes_context(review: Review) -> dict[str, Any]:
    look = Look.of(review)
    viewer = review.audit.viewer
    return {
        "review": review,
        "look": look,
        "may_edit": bool(viewer and viewer.may_edit),
        "no_worker": Heartbeat.complaint(Heartbeat.Part.WORKER) if look.running else "",
    }


def _entry(point: AgendaPoint, now: ProposedPoint | None) -> Entry:
    """With the reasons of today."""
    if now is not None:
        return Entry(point, now.says, now.kind, is_over=False)
    own = point.added_by_id is not None
    return Entry(point, point.reasons, PointKind(point.kind), is_over=not own)


def _as_it_was(point: AgendaPoint) -> Entry:
    return Entry(point, point.reasons, PointKind(point.kind), is_over=False)


def _roles(review: Review, rules: Rules, invited: set[int | None]) -> list[Role]:
    """Those that are asked, in the order of the policy."""
    audit = review.audit
    team = policies.approvers(audit.project.team)
    found = {seat.role.name: seat for seat in seats(rules, (), team, main_author(audit))}
    names = [name for name in found if name in review.roles]
    roles = []
    for name in (*names, *(name for name in review.roles if name not in found)):
        people = found[name].people if name in found else ()
        roles.append(
            Role(name, people, [each for each in people if each.pk in invited], name in found)
        )
    return roles


def _offered(proposal: Proposal, known: set[str]) -> list[str]:
    answers: list[Answer] = proposal.ground.answers
    free = [each for each in answers if key_of(each) not in known]
    return [title_of(each) for each in free[:OFFERED]]
