"""What the answer to a narrower or broader item proposes; a person decides."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from audits.models import pieces
from audits.models.answers import Answer
from audits.models.errors import Refused
from audits.models.evidence import Evidence
from audits.models.ties import INVERSE, Tie, refuse_outdated
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.audits import Audit


def proposes(tie: Tie, answer: Answer, other: Answer) -> bool:
    """Whether `other`, which is settled, proposes how `answer`, which is open, could be given."""
    still_open = answer.state == Answer.State.OPEN
    return tie.kind in INVERSE and still_open and other.counts_as != Answer.State.OPEN


@transaction.atomic
def take(tie: Tie, answer: Answer, *, by: User, seen: Mapping[int, int | None]) -> Answer:
    """Answer as the other end of the tie is answered, and let its evidence back this one too.

    The acceptance of a risk waits for its approver again, who confirmed another item. Outdated
    when either answer has another version than the page showed, which `seen` tells by primary key.
    """
    audit = tie.audit.for_change()
    answer, other = _ends(audit, tie, answer)
    refuse_outdated((answer, other), seen)
    for each in (answer, other):
        each.refuse_if_retired()
    if not proposes(tie, answer, other):
        raise Refused("There is nothing to take over: look at the two answers again.")
    taken = answer.record(
        other.state,
        by=by,
        reason=other.reason,
        approver=other.approver,
        until=other.accepted_until,
    )
    for evidence in Evidence.objects.current().filter(answer=other).select_related("answer"):
        evidence.answer.audit = audit
        pieces.share(evidence, [answer.pk], by=by)
    return taken


def _ends(audit: "Audit", tie: Tie, answer: Answer) -> tuple[Answer, Answer]:
    """This answer and the other as they are now."""
    pks = (tie.first_id, tie.second_id)
    rows = audit.answers.filter(pk__in=pks).select_related("item", "approver", "changed_by")
    ends = {row.pk: row for row in rows.folded()}
    for row in ends.values():
        row.audit = audit
    return ends.pop(answer.pk), ends.popitem()[1]
