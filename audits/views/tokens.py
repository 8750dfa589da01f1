"""API tokens of a team. A key is in one answer alone, and neither in a session nor in a log."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from audits import access
from audits.forms.teams import TokenForm
from audits.http import Request, posted, require_form
from audits.models import ApiToken, Team
from audits.models.errors import Refused
from audits.views.teams import team_page


@never_cache
@require_form
def token_list(request: Request, pk) -> HttpResponse:
    """The tokens, and the form that issues one."""
    team = access.team_for_management(request.user, pk)
    form = TokenForm(posted(request))
    if not form.is_bound:
        return _page(request, team, form)
    if form.is_valid():
        try:
            token, key = ApiToken.objects.issue(team, form.cleaned_data["name"], by=request.user)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return _page(request, team, TokenForm(), issued=token, key=key)
    return _page(request, team, form, status=422)


@require_POST
def token_revoke(request: Request, pk, token_pk) -> HttpResponse:
    token = access.token_for_management(request.user, pk, token_pk)
    token.revoke(by=request.user)
    messages.success(request, f"The token “{token}” is revoked. Its key opens nothing now.")
    return redirect("token-list", pk)


def _page(
    request: Request,
    team: Team,
    form: TokenForm,
    *,
    issued: ApiToken | None = None,
    key: str = "",
    status: int = 200,
) -> HttpResponse:
    live = team.tokens.live().select_related("created_by")
    return team_page(
        request,
        team,
        "teams/token_list.html",
        status=status,
        form=form,
        tokens=live,
        revoked=team.tokens.exclude(revoked_at=None).order_by("-revoked_at"),
        members=set(team.memberships.values_list("user", flat=True)),
        issued=issued,
        key=key,
    )
