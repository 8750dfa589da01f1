"""What a person who leaves a team still had to see to, and who sees to it now."""

from django.db import models, transaction

from audits.models import edits
from audits.models.actions import Action
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.lifecycle import SEALED
from audits.models.teams import Membership, Team
from audits.models.terms import Plan
from audits.models.ties import partners
from audits.models.users import User


def left_open_by(user: User, team: Team) -> models.QuerySet[Answer]:
    """Open answers, in audits of the team that are not sealed, whose owner is the person."""
    answers = Answer.objects.open().filter(owner=user, audit__project__team=team)
    return answers.exclude(audit__state__in=SEALED)


def actions_of(user: User, team: Team) -> models.QuerySet[Action]:
    """Open action items of the team whose owner is the person, whatever the audit's state."""
    return Action.objects.open().filter(owner=user, team=team)


@transaction.atomic
def part(member: Membership, *, by: User, heir: User | None) -> int:
    """End a membership; how many open answers its person's heir owns now."""
    given = hand_over(member.user, member.team, to=heir, by=by) if heir else 0
    if heir:
        _pass_on(member, heir, by)
    member.end(by=by)
    return given


def _pass_on(member: Membership, heir: User, by: User) -> None:
    """The person's action items; in one order, as below."""
    for action in actions_of(member.user, member.team).order_by("audit_id", "pk"):
        action.change(title=action.title, owner=heir, due=action.due, by=by)


@transaction.atomic
def hand_over(user: User, team: Team, *, to: User, by: User) -> int:
    """Give all of it to another member; how many answers changed their owner."""
    plan, changed = Plan(owner=to), 0
    # In one order, so that two who hand over at once do not wait for each other.
    owned = left_open_by(user, team).order_by("audit_id").values_list("audit", flat=True)
    for pk in owned.distinct():
        audit = Audit.objects.locked(pk)
        if audit.is_sealed:
            continue
        plan.check(audit)
        mine = list(left_open_by(user, team).filter(audit=audit).select_related("item"))
        for answer in mine:
            answer.audit = audit
        given = edits.apply(audit, partners(audit, mine), plan.give, verb="answer.planned", by=by)
        changed += len(given)
    return changed
