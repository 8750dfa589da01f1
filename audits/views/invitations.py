"""Inviting: what owners do. Following a link is in `invited.py`."""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from audits import access
from audits.forms.teams import InviteForm
from audits.http import Request, posted, require_form
from audits.mail import link_of, send_invitations
from audits.models import Invitation, Team
from audits.models.errors import Refused
from audits.models.invitations import NotInvited
from audits.views.teams import team_page

A_PAGE = 50


@never_cache
@require_form
def invitation_list(request: Request, pk) -> HttpResponse:
    """Who is invited, and the form that invites."""
    team = access.team_for_management(request.user, pk)
    form = InviteForm(posted(request))
    if not form.is_bound:
        return _page(request, team, form)
    if slow_down := ratelimit.consume_or_429(request, action="invite"):
        return slow_down
    if form.is_valid():
        made = _invite(request, team, form)
        if made:
            return _answer(request, team, made)
    return _page(request, team, form, status=422)


def _invite(request: Request, team: Team, form: InviteForm) -> list[Invitation]:
    emails = form.cleaned_data["emails"]
    for email in emails:
        if not _may_be_sent(request, email):
            form.add_error("emails", _too_many(email))
    if form.errors:
        return []
    try:
        return Invitation.objects.invite(
            team,
            emails,
            form.cleaned_data["role"],
            by=request.user,
            by_mail=settings.MAIL_IS_SENT,
        )
    except NotInvited as refusal:
        form.add_error("emails", refusal.faults)
        return []


@never_cache
@require_POST
def invitation_renew(request: Request, pk, invitation_pk) -> HttpResponse:
    invitation = access.invitation_for_management(request.user, pk, invitation_pk)
    if not _may_be_sent(request, invitation.email):
        raise Refused(_too_many(invitation.email))
    renewed = invitation.renew(by=request.user, by_mail=settings.MAIL_IS_SENT)
    return _answer(request, invitation.team, [renewed])


@require_POST
def invitation_withdraw(request: Request, pk, invitation_pk) -> HttpResponse:
    invitation = access.invitation_for_management(request.user, pk, invitation_pk)
    invitation.withdraw(by=request.user)
    messages.success(request, f"The invitation of {invitation.email} is withdrawn.")
    return redirect("invitation-list", pk)


def _answer(request: Request, team: Team, made: list[Invitation]) -> HttpResponse:
    """Send the links; where no mail is sent, show them this once."""
    if not settings.MAIL_IS_SENT:
        links = [(invitation, link_of(request, invitation)) for invitation in made]
        return _page(request, team, InviteForm(), links=links)
    unsent = send_invitations(request, made)
    if sent := len(made) - len(unsent):
        whom = made[0].email if len(made) == 1 else f"{sent} people"
        messages.success(request, f"A link is on its way to {whom}.")
    if unsent:
        names = ", ".join(invitation.email for invitation in unsent)
        messages.error(request, f"The mail could not be sent to {names}. Send it again below.")
    return redirect("invitation-list", team.pk)


def _page(
    request: Request, team: Team, form: InviteForm, *, links=(), status: int = 200
) -> HttpResponse:
    waiting = team.invitations.pending().select_related("invited_by").order_by("email")
    return team_page(
        request,
        team,
        "teams/invitation_list.html",
        status=status,
        form=form,
        links=links,
        page=Paginator(waiting, A_PAGE).get_page(request.GET.get("page")),
        mail_is_sent=settings.MAIL_IS_SENT,
    )


def _may_be_sent(request: Request, email: str) -> bool:
    return ratelimit.consume(request, action="invite_address", key=email)


def _too_many(email: str) -> str:
    return f"{email} was sent several links within the hour. Wait before you send another."
