"""The “may I?” queries of channels and alerts; see `audits/access.py`."""

from django.shortcuts import get_object_or_404

from audits.access import team_for_edit, team_for_management
from audits.models import Alerting, Channel, Delivery, User


def channel_for_view(user: User, team_pk, pk) -> Channel:
    """Also one that was removed: its log stays."""
    visible = Channel.objects.visible_to(user).select_related("team", "created_by", "changed_by")
    return get_object_or_404(visible, team=team_pk, pk=pk)


def channel_for_management(user: User, team_pk, pk) -> Channel:
    team = team_for_management(user, team_pk)
    return get_object_or_404(team.channels.present().select_related("team"), pk=pk)


def channel_for_edit(user: User, team_pk, pk) -> Channel:
    team = team_for_edit(user, team_pk)
    return get_object_or_404(team.channels.present().select_related("team"), pk=pk)


def delivery_for_edit(user: User, team_pk, pk) -> Delivery:
    team = team_for_edit(user, team_pk)
    deliveries = Delivery.objects.filter(channel__team=team).select_related("channel")
    return get_object_or_404(deliveries, pk=pk)


def alerting_for_edit(user: User, team_pk, watch_pk) -> Alerting:
    team = team_for_edit(user, team_pk)
    rows = Alerting.objects.filter(watch__environment__project__team=team)
    return get_object_or_404(rows.select_related("watch__environment__project"), pk=watch_pk)
