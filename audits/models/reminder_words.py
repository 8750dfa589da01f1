"""What reminders of action items say."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from audits.alerts.base import Kind, Message, Severity
from audits.models.actions import Action
from audits.models.teams import Team
from audits.models.users import User

# In a chat; the rest is counted.
NAMED = 15


def of_team(team: Team, actions: Sequence[Action], thread: str, now: dt.datetime) -> Message:
    late = sum(1 for each in actions if each.is_late)
    lines = [f"• {each}: {each.owner}, {when(each)} ({_where(each)})" for each in actions[:NAMED]]
    if len(actions) > NAMED:
        lines.append(f"and {len(actions) - NAMED} more")
    return Message(
        kind=Kind.REMINDER,
        severity=Severity.WARNING if late else Severity.INFO,
        thread=thread,
        title=f"{_counted(len(actions), late)} in {team.name}",
        says="\n".join(lines),
        next_step="Close what is done, or give it another day or owner.",
        team=team.name,
        project="",
        environment="",
        probe="",
        at=now,
        link=settings.PUBLIC_URL + reverse("action-list", args=[team.pk]),
    )


def mail(user: User, actions: Sequence[Action]) -> tuple[str, str]:
    """Subject and text."""
    late = sum(1 for each in actions if each.is_late)
    context = {
        "user": user,
        "rows": [(each, when(each), settings.PUBLIC_URL + _address(each)) for each in actions],
        "public_url": settings.PUBLIC_URL,
    }
    body = render_to_string("actions/reminder.txt", context)
    return f"{_counted(len(actions), late)} of yours", body


def when(action: Action) -> str:
    """Such as `due tomorrow, 22 Nov 2026`."""
    days = (action.due - timezone.localdate()).days
    if days < 0:
        words = f"late by {-days} day{'s'[: days != -1]}, was due"
    else:
        words = {0: "due today,", 1: "due tomorrow,"}.get(days, f"due in {days} days,")
    return f"{words} {action.due.day} {action.due:%b %Y}"


def _counted(number: int, late: int) -> str:
    words = f"{number} action item{'s'[: number != 1]}"
    if not late:
        return f"{words} due soon"
    return f"{words}, {late} late"


def _where(action: Action) -> str:
    return f"{action.audit.project.name}, {action.audit.title}"


def _address(action: Action) -> str:
    return f"{reverse('action-list', args=[action.team_id])}#action-{action.pk}"
