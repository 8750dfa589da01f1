"""What a team was told, and what is mute."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from audits import access, access_alerts
from audits.forms.channels import WatchMuteForm
from audits.http import Request
from audits.models import Alerting, Team
from audits.models.alert_words import probe_title
from audits.models.errors import Refused
from audits.views.teams import team_page

A_PAGE = 50


@require_safe
def alert_list(request: Request, pk) -> HttpResponse:
    team = access.team_for_view(request.user, pk)
    return _page(request, team, WatchMuteForm(team=team))


@require_POST
def alert_mute(request: Request, pk) -> HttpResponse:
    team = access.team_for_edit(request.user, pk)
    form = WatchMuteForm(request.POST, team=team)
    if form.is_valid():
        given = form.cleaned_data
        try:
            Alerting.objects.mute(
                given["watch"], until=given["until"], by=request.user, why=given["why"]
            )
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, "It is mute. What still fails at the end is told then.")
            return redirect("alert-list", pk)
    return _page(request, team, form, status=422)


@require_POST
def alert_unmute(request: Request, pk, watch_pk) -> HttpResponse:
    alerting = access_alerts.alerting_for_edit(request.user, pk, watch_pk)
    alerting.unmute(by=request.user)
    messages.success(request, "It tells alerts again.")
    return redirect("alert-list", pk)


def _page(request: Request, team: Team, form: WatchMuteForm, *, status: int = 200) -> HttpResponse:
    mute = Alerting.objects.filter(
        watch__environment__project__team=team, muted_until__gt=timezone.now()
    ).select_related("watch__environment__project", "muted_by")
    told = team.alerts.prefetch_related("deliveries__channel")
    return team_page(
        request,
        team,
        "channels/alert_list.html",
        status=status,
        form=form,
        mute=[(each, probe_title(each.watch)) for each in mute.order_by("muted_until")],
        page=Paginator(told, A_PAGE).get_page(request.GET.get("page")),
    )
