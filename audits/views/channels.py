"""Where a team's alerts go. A webhook's signing key is in one answer alone."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audits import access, access_alerts
from audits.forms.channels import ChannelForm
from audits.forms.correct import correct, explain
from audits.http import Request, posted, require_form
from audits.models import Channel, Delivery, Team, telling
from audits.models.errors import Outdated, RuleBroken
from audits.tasks import ring_for_run
from audits.views.teams import team_page

A_PAGE = 50
# A test that nobody spoke of is asked about this long in the list.
ASKED_ABOUT = 10


@require_safe
def channel_list(request: Request, pk) -> HttpResponse:
    team = access.team_for_view(request.user, pk)
    latest = Delivery.objects.filter(channel=OuterRef("pk")).order_by("-created_at")
    channels = team.channels.present().annotate(
        last_state=Subquery(latest.values("state")[:1]),
        last_at=Subquery(latest.values("created_at")[:1]),
    )
    asked = Delivery.objects.unanswered_tests().filter(channel__team=team)
    return team_page(
        request,
        team,
        "channels/channel_list.html",
        channels=channels,
        kinds=Channel.Kind.choices,
        asked=asked.select_related("channel", "alert")[:ASKED_ABOUT],
    )


@require_safe
def channel_detail(request: Request, pk, channel_pk) -> HttpResponse:
    """The log: what was sent, how often it was tried, and what came back."""
    channel = access_alerts.channel_for_view(request.user, pk, channel_pk)
    log = channel.deliveries.select_related("alert", "answered_by")
    return team_page(
        request,
        channel.team,
        "channels/channel_detail.html",
        channel=channel,
        people=channel.people.all(),
        page=Paginator(log, A_PAGE).get_page(request.GET.get("page")),
    )


@never_cache
@require_form
def channel_new(request: Request, pk, kind: str) -> HttpResponse:
    team = access.team_for_management(request.user, pk)
    if kind not in Channel.Kind.values:
        raise Http404
    form = ChannelForm(posted(request), team=team, kind=kind)
    context = {"form": form, "kind": Channel.Kind(kind)}
    if form.is_valid():
        try:
            channel, key = Channel.objects.add(team, kind, form.wish(), by=request.user)
        except RuleBroken as refusal:
            explain(form, refusal)
        else:
            return _saved(request, channel, key, f"The channel “{channel}” is added.")
    status = 422 if form.is_bound else 200
    return team_page(request, team, "channels/channel_form.html", status=status, **context)


@never_cache
@require_form
def channel_edit(request: Request, pk, channel_pk) -> HttpResponse:
    channel = access_alerts.channel_for_management(request.user, pk, channel_pk)
    initial: dict[str, Any] = {
        name: getattr(channel, name)
        for name in ("version", "name", "kinds", "severities", "on", "reminders")
    }
    initial["people"] = channel.people.all()
    form = ChannelForm(
        posted(request), team=channel.team, kind=channel.kind, channel=channel, initial=initial
    )
    context = {"form": form, "channel": channel, "kind": Channel.Kind(channel.kind)}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        seen = form.cleaned_data["version"]
        try:
            changed, key = channel.change(form.wish(), by=request.user, seen_version=seen)
        except Outdated as outdated:
            channel.refresh_from_db()
            correct(form, version=channel.version)
            form.add_error(None, f"{outdated} Send it again to replace what is there now.")
            status = 409
        except RuleBroken as refusal:
            explain(form, refusal)
        else:
            return _saved(request, changed, key, f"The channel “{changed}” is changed.")
    return team_page(request, channel.team, "channels/channel_form.html", status=status, **context)


@require_form
def channel_remove(request: Request, pk, channel_pk) -> HttpResponse:
    """Asks first; a page of its own, so that it works without scripts."""
    channel = access_alerts.channel_for_management(request.user, pk, channel_pk)
    if request.method == "POST":
        channel.remove(by=request.user)
        messages.success(request, f"The channel “{channel}” is removed.")
        return redirect("channel-list", pk)
    return team_page(request, channel.team, "channels/channel_remove.html", channel=channel)


@require_POST
def channel_test(request: Request, pk, channel_pk) -> HttpResponse:
    channel = access_alerts.channel_for_edit(request.user, pk, channel_pk)
    try:
        telling.test_channel(channel, by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"A test goes to “{channel}”. Say here whether it arrived.")
    return redirect(channel)


@require_POST
def delivery_answer(request: Request, pk, delivery_pk) -> HttpResponse:
    """A member says whether a test arrived: `arrived` is yes or no."""
    delivery = access_alerts.delivery_for_edit(request.user, pk, delivery_pk)
    # A probe's page asks too, and shows what comes of the answer.
    asked_by_probe = request.POST.get("from") == "watch"
    page = (asked_by_probe and delivery.alert.watch) or delivery.channel
    word = request.POST.get("arrived", "")
    if word not in ("yes", "no"):
        messages.error(request, "Say whether the test arrived: yes or no.")
        return redirect(page)
    try:
        run = telling.answer_test(delivery, arrived=word == "yes", by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        if run:
            ring_for_run(run)
        messages.success(request, "Thank you: it is noted with your name.")
    return redirect(page)


def _saved(request: Request, channel: Channel, key: str, says: str) -> HttpResponse:
    """The channel's page; where there is a new signing key, one that shows it."""
    if not key:
        messages.success(request, says)
        return redirect(channel)
    team: Team = channel.team
    return team_page(
        request, team, "channels/channel_key.html", channel=channel, key=key, says=says
    )
