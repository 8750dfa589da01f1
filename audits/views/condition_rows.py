"""The rows of a conditional go, where an audit is proposed and where its review ends."""

from collections.abc import Sequence
from typing import Any

from audits.forms.bulk import People
from audits.forms.sign_offs import ADD, Conditions, rows_for, rows_sent, with_rows
from audits.http import Request
from audits.models import Action, Audit
from audits.models.go_conditions import MOST, uncovered
from audits.models.lifecycle import Decision
from audits.models.obstacles import Obstacle


def rows_of(request: Request, audit: Audit, found: Sequence[Obstacle], chosen_by: str):
    """Only a conditional go, in the field `chosen_by`, looks at what the rows say; they are kept
    whatever is chosen."""
    shared = _shared(audit, found)
    if request.method != "POST":
        return Conditions(initial=rows_for(found, Action.objects.fixes(audit)), **shared)
    if ADD in request.POST:
        return Conditions(initial=[*rows_sent(request.POST), {}][:MOST], **shared)
    if request.POST.get(chosen_by) != Decision.CONDITIONAL_GO:
        return Conditions(initial=rows_sent(request.POST), **shared)
    return Conditions(request.POST, **shared)


def rows_again(rows, audit: Audit, found: Sequence[Obstacle]):
    """The rows as they were sent, beside what stands in the way now."""
    shared = _shared(audit, found)
    if not rows.is_bound:
        return Conditions(initial=rows.initial, **shared)
    covered = {each["covers"] for each in rows_sent(rows.data)}
    return Conditions(with_rows(rows.data, uncovered(covered, found)), **shared)


def _shared(audit: Audit, found: Sequence[Obstacle]) -> dict[str, Any]:
    return {"people": People(audit.project.team), "obstacles": found}
