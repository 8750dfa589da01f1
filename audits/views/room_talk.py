"""What the room shows of the talk about a point: its note, its polls, its action items."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch

from audits.forms.actions import ActionForm
from audits.forms.talk import PollForm, usual
from audits.models import Action, AgendaPoint, Review, Team, Vote
from audits.models.notes import MAX_CHARACTERS
from audits.views.live_parts import MAY_EDIT
from audits.views.room_html import shared


def parts(
    point: AgendaPoint,
    variant: str,
    *,
    poll_form: PollForm | None = None,
    action_form: ActionForm | None = None,
) -> dict[str, str]:
    """Element id -> HTML, the same for everybody of the variant; the forms are what was sent and
    not taken. In a constant number of queries."""
    context = context_of(point, variant)
    if context["may_edit"]:
        team = point.review.audit.project.team
        context["poll_form"] = poll_form or new_poll(point)
        context["action_form"] = action_form or new_action(point, team)
    return {"talk": shared("reviews/talk.html", context)}


def context_of(point: AgendaPoint, variant: str) -> dict[str, Any]:
    review = point.review
    votes = Prefetch("votes", Vote.objects.select_related("participant"))
    polls = list(point.polls.select_related("asked_by").prefetch_related(votes))
    of_point, others = _actions(review, point)
    return {
        "review": review,
        "point": point,
        "is_running": review.is_running,
        "may_edit": variant in MAY_EDIT and review.is_running and not review.audit.is_sealed,
        "may_open": variant in MAY_EDIT and review.is_running,
        "note_state": b64encode(bytes(point.note_state)).decode(),
        "note_limit": MAX_CHARACTERS,
        # The latest first: the others are over.
        "polls": [(poll, poll.results(), len(poll.votes.all())) for poll in reversed(polls)],
        "poll_is_open": any(poll.is_open for poll in polls),
        "actions": of_point,
        "other_actions": others,
    }


def _actions(review: Review, point: AgendaPoint) -> tuple[Sequence[Action], Sequence[Action]]:
    """Those of the point, and those of the review beside it."""
    found = list(review.actions.select_related("owner").order_by("created_at"))
    of_point = [action for action in found if action.point_id == point.pk]
    return of_point, [action for action in found if action.point_id != point.pk]


def new_poll(point: AgendaPoint) -> PollForm:
    initial = {"preset": "unsure", "question": "Is this ready for the launch?"}
    return PollForm(initial=initial, auto_id=f"poll-{point.pk}-%s")


def new_action(point: AgendaPoint, team: Team) -> ActionForm:
    return ActionForm(team=team, initial=usual(point), auto_id=f"action-{point.pk}-%s")
