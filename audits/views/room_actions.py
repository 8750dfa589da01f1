"""Action items as the room adds and changes them."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from audits.access_reviews import Visitor
from audits.forms.actions import ActionForm, CloseForm
from audits.forms.correct import correct, explain
from audits.forms.talk import of_action
from audits.http import Request, for_guests, posted, require_form
from audits.models import Action, AgendaPoint
from audits.models.errors import Refused, RuleBroken
from audits.views.room_talk import new_action
from audits.views.talk_answers import page, talked, visitor_at

NEW_PAGE, PAGE = "reviews/talk_action_new_page.html", "reviews/talk_action_page.html"


@for_guests
@require_form
def room_action_new(request: Request, pk, point_pk) -> HttpResponse:
    visitor, point = visitor_at(request, pk, point_pk, edits=True)
    visitor.review.refuse_unless("running")
    team = visitor.review.audit.project.team
    if request.method != "POST":
        return page(request, visitor, point, NEW_PAGE, 200, form=new_action(point, team))
    form = ActionForm(request.POST, team=team, auto_id=f"action-{point.pk}-%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            Action.objects.add(
                *(visitor.review.audit, said["title"], said["owner"], said["due"]),
                by=request.user,
                point=point,
            )
        except Refused as error:
            explain(form, error)
        else:
            return talked(request, visitor, point)
    if request.htmx:
        return talked(request, visitor, point, 422, action_form=form)
    return page(request, visitor, point, NEW_PAGE, 422, form=form)


@for_guests
@require_form
def room_action_edit(request: Request, pk, point_pk, action_pk) -> HttpResponse:
    visitor, point, action = _action(request, pk, point_pk, action_pk)
    form = _action_form(visitor, action, posted(request))
    if form.is_valid():
        said = dict(form.cleaned_data)
        try:
            action.change(**said | {"seen_version": said.pop("version")}, by=request.user)
        except RuleBroken as error:
            return _again(request, visitor, point, action, form, error)
        return talked(request, visitor, point)
    status = 422 if form.is_bound else 200
    return _page(request, visitor, point, action, status, form=form)


@for_guests
@require_POST
def room_action_close(request: Request, pk, point_pk, action_pk) -> HttpResponse:
    """Done already, or dropped."""
    visitor, point, action = _action(request, pk, point_pk, action_pk)
    form = CloseForm(request.POST, auto_id=f"closing-{action.pk}-%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            action.close(
                said["closing"],
                state=said["state"],
                seen_version=said["version"],
                by=request.user,
            )
        except RuleBroken as error:
            return _again(request, visitor, point, action, form, error)
        return talked(request, visitor, point)
    return _page(request, visitor, point, action, 422, closing=form)


def _action(request: Request, pk, point_pk, action_pk) -> tuple[Visitor, AgendaPoint, Action]:
    """One of the review, whichever point it is of: the list shows them all."""
    visitor, point = visitor_at(request, pk, point_pk, edits=True)
    action = get_object_or_404(visitor.review.actions.select_related("owner"), pk=action_pk)
    return visitor, point, action


def _action_form(visitor: Visitor, action: Action, data: QueryDict | None = None) -> ActionForm:
    return ActionForm(
        data,
        team=visitor.review.audit.project.team,
        owner=action.owner,
        initial=of_action(action),
        auto_id=f"action-{action.pk}-%s",
    )


def _again(
    request: Request,
    visitor: Visitor,
    point: AgendaPoint,
    action: Action,
    form: ActionForm | CloseForm,
    error: RuleBroken,
) -> HttpResponse:
    """What was typed once more, with the reason, on top of the action item as it is now."""
    explain(form, error)
    action.refresh_from_db()
    correct(form, version=action.version)
    if isinstance(form, CloseForm):
        return _page(request, visitor, point, action, error.status, closing=form)
    return _page(request, visitor, point, action, error.status, form=form)


def _page(
    request: Request,
    visitor: Visitor,
    point: AgendaPoint,
    action: Action,
    status: int,
    form: ActionForm | None = None,
    closing: CloseForm | None = None,
) -> HttpResponse:
    initial = {"version": action.version}
    blank = CloseForm(initial=initial, auto_id=f"closing-{action.pk}-%s")
    template = f"{PAGE}#forms" if request.htmx else PAGE
    return page(
        *(request, visitor, point, template, status),
        action=action,
        form=form or _action_form(visitor, action),
        closing=closing or blank,
    )
