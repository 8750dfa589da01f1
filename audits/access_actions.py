"""The “may I?” queries of action items; see `audits/access.py`."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from audits.models import Action, User

REFUSAL = (
    "Your role in this team does not let you do that: ask an owner for the editor role. "
    "Those who own an action item may close it themselves."
)


def actions(user: User) -> QuerySet[Action]:
    return Action.objects.visible_to(user).for_list()


def action_for_edit(user: User, pk) -> Action:
    return _allowed(Action.objects.editable_by(user), user, pk)


def action_to_close(user: User, pk) -> Action:
    """For who may edit it, and for its owner whatever their role."""
    return _allowed(Action.objects.closable_by(user), user, pk)


def _allowed(allowed: QuerySet[Action], user: User, pk) -> Action:
    if action := allowed.for_list().filter(pk=pk).first():  # type: ignore[attr-defined]
        return action
    if Action.objects.visible_to(user).filter(pk=pk).exists():
        raise PermissionDenied(REFUSAL)
    raise Http404
