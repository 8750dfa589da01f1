"""The action items of a team: what is to be done, by whom, until when, and what came of it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audits import access, access_actions
from audits.forms.actions import ActionForm, CloseForm, NewActionForm
from audits.forms.correct import correct, explain
from audits.http import Request, came_from, posted, require_form
from audits.models import Action, Answer, Membership, Reminder, Team
from audits.models.errors import Outdated, RuleBroken
from audits.views.actions_query import Query
from audits.views.macros import day
from audits.views.teams import team_page

A_PAGE = 50
FAILED_SHOWN = 5


@require_safe
def action_list(request: Request, pk) -> HttpResponse:
    return _list(request, access.team_for_view(request.user, pk))


def _list(
    request: Request, team: Team, *, sent: tuple[Any, CloseForm] | None = None, status: int = 200
) -> HttpResponse:
    """`sent` is a form of closing that was refused, and the primary key of its item."""
    query = Query(request.GET, team, request.user)
    membership = access.membership(request.user, team)
    page = Paginator(query.rows, A_PAGE).get_page(request.GET.get("page"))
    forms = dict([sent] if sent else [])
    people = set(team.memberships.values_list("user", flat=True))
    return team_page(
        request,
        team,
        "actions/action_list.html",
        status=status,
        query=query,
        chips=query.chips(),
        page=page,
        failed=Reminder.objects.failed_lately(team)[:FAILED_SHOWN],
        rows=[_row(action, membership, forms.get(action.pk), people) for action in page],
    )


def _row(
    action: Action, membership: Membership, form: CloseForm | None, people: set[int]
) -> dict[str, Any]:
    """What templates/actions/action_row.html shows."""
    may_edit = membership.may_edit
    return {
        "action": action,
        "may_edit": may_edit,
        "may_close": may_edit or action.owner_id == membership.user_id,
        "form": form or _close_form(action),
        "has_left": action.owner_id not in people,
    }


def _close_form(action: Action, data: Mapping[str, Any] | None = None) -> CloseForm:
    return CloseForm(data, initial={"version": action.version}, auto_id=f"action-{action.pk}-%s")


@require_form
def action_new(request: Request, pk) -> HttpResponse:
    """By hand, about an audit; with `?answer=` about one of its items."""
    team = access.team_for_edit(request.user, pk)
    answer = _answer(request, team)
    initial: dict[str, Any] = {"audit": request.GET.get("audit"), "answer": answer and answer.pk}
    if answer:
        initial["audit"] = answer.audit_id
    form = NewActionForm(posted(request), team=team, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            action = Action.objects.add(
                given["audit"],
                given["title"],
                given["owner"],
                given["due"],
                by=request.user,
                answer=answer,
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, f"{action.owner} has a new action item: “{action}”.")
            return redirect(answer or action)
    context = {"form": form, "answer": answer}
    status = 422 if form.is_bound else 200
    return team_page(request, team, "actions/action_form.html", status=status, **context)


def _answer(request: Request, team: Team) -> Answer | None:
    """The item that it is about, where the page names one."""
    sent = (posted(request) or request.GET).get("answer", "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 19):
        return None
    answers = Answer.objects.filter(audit__project__team=team).select_related("item", "audit")
    return get_object_or_404(answers, pk=sent)


@require_form
def action_edit(request: Request, pk) -> HttpResponse:
    action = access_actions.action_for_edit(request.user, pk)
    initial = {name: getattr(action, name) for name in ("title", "due", "version")}
    form = ActionForm(
        posted(request),
        team=action.team,
        owner=action.owner,
        initial=initial | {"owner": action.owner_id},
    )
    context: dict[str, Any] = {"form": form, "action": action}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        given = form.cleaned_data
        seen = given.pop("version")
        try:
            changed = action.change(**given, by=request.user, seen_version=seen)
        except Outdated as error:
            context["versions"] = _versions(action, error, given)
            correct(form, version=action.version)
            status = error.status
        except RuleBroken as error:
            explain(form, error)
            status = error.status
        else:
            return redirect(changed)
    return team_page(request, action.team, "actions/action_form.html", status=status, **context)


def _versions(action: Action, error: Outdated, mine: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "by": str(error).partition(" changed ")[0],
        "at": None,
        "rows": [
            ("What is to be done", action.title, mine["title"]),
            ("Who sees to it", str(action.owner), str(mine["owner"])),
            ("Until when", day(action.due), day(mine["due"])),
        ],
    }


@require_POST
def action_close(request: Request, pk) -> HttpResponse:
    action = access_actions.action_to_close(request.user, pk)
    form = _close_form(action, request.POST)
    if not form.is_valid():
        return _again(request, action, form, 422)
    given = form.cleaned_data
    try:
        closed = action.close(
            given["closing"], state=given["state"], by=request.user, seen_version=given["version"]
        )
    except RuleBroken as error:
        explain(form, error)
        correct(form, version=action.version)
        return _again(request, action, form, error.status)
    return _shown(request, closed, "Closed" if given["state"] == "done" else "Dropped")


@require_POST
def action_reopen(request: Request, pk) -> HttpResponse:
    action = access_actions.action_to_close(request.user, pk)
    return _shown(request, action.reopen(by=request.user), "Open again")


def _again(request: Request, action: Action, form: CloseForm, status: int) -> HttpResponse:
    """The form once more, with what was typed and what is wrong with it."""
    if request.htmx:
        return _fragment(request, action, form, status)
    return _list(request, action.team, sent=(action.pk, form), status=status)


def _shown(request: Request, action: Action, what: str) -> HttpResponse:
    """The item as it is now, where it stood; without htmx in the list that it belongs to."""
    if request.htmx:
        return _fragment(request, access_actions.actions(request.user).get(pk=action.pk))
    messages.success(request, f"{what}: “{action}”.")
    return redirect(action)


def _fragment(
    request: Request, action: Action, form: CloseForm | None = None, status: int = 200
) -> HttpResponse:
    membership = access.membership(request.user, action.team)
    people = set(action.team.memberships.values_list("user", flat=True))
    # The counts stand in the chips, whose links are those of the page that asked.
    asked = QueryDict(urlsplit(came_from(request)).query)
    query = Query(asked, action.team, request.user)
    context = {
        "row": _row(action, membership, form, people),
        "team": action.team,
        "chips": query.chips(),
        "address": reverse("action-list", args=[action.team_id]),
    }
    return render(request, "actions/action_saved.html", context, status=status)
