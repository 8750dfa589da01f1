"""Following the link of an invitation, which works for who is signed out too.

The link's address holds the token. It is exchanged at once for a key in the session, so that the
pages from there on can be shown, reloaded and left without telling it to anybody.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import complete_signup
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from audits.forms.invitations import InvitedForm
from audits.http import Request
from audits.models import Invitation, User
from audits.models.errors import Refused
from audits.models.invitations import InvitationClosed, key_of

KEYS = "invitations"


@login_not_required
@never_cache
@require_safe
def invitation_open(request: Request, pk, token: str) -> HttpResponse:
    """The link itself. Only looks: what follows links by itself, as mail scanners do, uses
    nothing up."""
    invitation = Invitation.objects.filter(pk=pk).first()
    key = key_of(token)
    if invitation is None or not invitation.fits(key):
        slow_down = ratelimit.consume_or_429(request, action="open_invitation", limit_get=True)
        return slow_down or _unknown(request)
    request.session[KEYS] = request.session.get(KEYS, {}) | {str(pk): key}
    response = redirect("invitation-detail", pk)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For who has followed the link in this session: the view gets invitation and key."""

    @login_not_required
    @never_cache
    @wraps(view)
    def look(request: Request, pk) -> HttpResponse:
        key = request.session.get(KEYS, {}).get(str(pk), "")
        invitations = Invitation.objects.select_related("team", "invited_by")
        invitation = invitations.filter(pk=pk).first()
        if invitation is None or not invitation.fits(key):
            return _unknown(request)
        try:
            invitation.refuse_if_closed()
            return view(request, invitation, key)
        except InvitationClosed as closed:
            context = {"invitation": invitation, "reason": closed}
            return render(request, "invitations/closed.html", context, status=closed.status)

    return look


@_by_link
@require_safe
def invitation_detail(request: Request, invitation: Invitation, key: str) -> HttpResponse:
    return _page(request, invitation)


@_by_link
@require_POST
def invitation_accept(request: Request, invitation: Invitation, key: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("invitation-detail", invitation.pk)
    member = invitation.accept(by=request.user, key=key)
    return _welcome(request, invitation, member.role)


@_by_link
@require_POST
def invitation_decline(request: Request, invitation: Invitation, key: str) -> HttpResponse:
    by = request.user if request.user.is_authenticated else None
    invitation.decline(by=by, key=key)
    return render(request, "invitations/declined.html", {"invitation": invitation})


@_by_link
@require_POST
def invitation_leave(request: Request, invitation: Invitation, key: str) -> HttpResponse:
    """Sign out, and on with the invitation as somebody else."""
    logout(request)
    request.session[KEYS] = {str(invitation.pk): key}
    return redirect("invitation-detail", invitation.pk)


@sensitive_post_parameters("password1", "password2")
@_by_link
@require_POST
def invitation_account(request: Request, invitation: Invitation, key: str) -> HttpResponse:
    """Make an account for the invited address, whoever may sign up otherwise."""
    if request.user.is_authenticated:
        return redirect("invitation-detail", invitation.pk)
    if slow_down := ratelimit.consume_or_429(request, action="signup"):
        return slow_down
    form = InvitedForm(request.POST, email=invitation.email)
    if not form.is_valid():
        return _page(request, invitation, form=form, status=422)
    if not invitation.by_mail:
        return _account_by_hand(request, invitation, form, key)
    try:
        user = _join(invitation, form, key)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, invitation, form=form, status=422)
    role = invitation.role
    messages.success(request, f"Welcome to {invitation.team}: you are {role} now.")
    return complete_signup(request, user, None, reverse("project-list"))


@transaction.atomic
def _join(invitation: Invitation, form: InvitedForm, key: str) -> User:
    """The link came by mail: its reader may know what else is at the address, and is in."""
    name, password = form.cleaned_data["name"], form.cleaned_data["password1"]
    user = invitation.make_account(name, password, key=key)
    if user is None:
        raise Refused(
            "There is an account for this address already. Sign in to it; where the password "
            "is forgotten, set a new one."
        )
    invitation.accept(by=user, key=key)
    return user


def _account_by_hand(
    request: Request, invitation: Invitation, form: InvitedForm, key: str
) -> HttpResponse:
    """Whoever has the link may be its sender, who shall not learn whether there is an account:
    the answer is the same, and only the right password goes on from there."""
    name, password = form.cleaned_data["name"], form.cleaned_data["password1"]
    invitation.make_account(name, password, key=key)
    messages.info(
        request,
        f"Sign in as {invitation.email} to go on: with the password that you chose, or, if you "
        "had an account before, with the one that it has.",
    )
    return redirect_to_login(reverse("invitation-detail", args=[invitation.pk]))


def _welcome(request: Request, invitation: Invitation, role: str) -> HttpResponse:
    messages.success(request, f"Welcome to {invitation.team}: you are {role} now.")
    return redirect("project-list")


def _page(
    request: Request, invitation: Invitation, *, form=None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"invitation": invitation, "team": invitation.team}
    if request.user.is_authenticated:
        context["is_theirs"] = request.user.is_at(invitation.email)
    else:
        here = reverse("invitation-detail", args=[invitation.pk])
        context["sign_in"] = redirect_to_login(here).url
        context["form"] = form or InvitedForm(email=invitation.email)
    return render(request, "invitations/invitation_detail.html", context, status=status)


def _unknown(request: Request) -> HttpResponse:
    """The same for a link that was never made, one that was replaced, and a session that has
    not followed it."""
    return render(request, "invitations/unknown.html", status=404)
