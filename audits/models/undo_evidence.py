"""Taking back what happened to a piece of evidence, while it is the latest of that piece."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Max
from django.utils import timezone

from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.errors import Refused
from audits.models.events import Event
from audits.models.evidence import BYTES_WAIT, VERBS, Change, Evidence, record
from audits.models.users import User

# What stands as the reason of what was attached and taken back.
REASON = "undone"
MOMENTS = ("replaced_at", "removed_at", "discard_at")


def latest(events: Iterable[Event]) -> dict[uuid.UUID, int]:
    """Piece -> the number of the last event that changed any row of it."""
    pieces = {_piece(event) for event in events if event.verb in VERBS and "was" in event.detail}
    if not pieces:
        return {}
    rows = Evidence.objects.filter(piece__in=pieces).order_by().values_list("piece")
    return dict(rows.annotate(Max("changed_in")))


def is_latest(event: Event, pieces: dict[uuid.UUID, int]) -> bool:
    if "was" not in event.detail:
        # It happened before changes of evidence could be taken back.
        return False
    batch = event.detail.get("batch") or {"first": event.number, "count": 1}
    return 0 <= pieces.get(_piece(event), 0) - batch["first"] < batch["count"]


def take_back(audit: Audit, event: Event, batch: Sequence[Event], *, by: User) -> list[Answer]:
    """Set the rows of the event, and of its batch, back to what they were: what was attached is
    taken off, what was removed is brought back. The answers concerned."""
    if not is_latest(event, latest([event])):
        raise Refused("This evidence was changed again since, and stays as it is.")
    pks = {pk for each in batch for pk in each.detail["was"]}
    rows = {
        str(row.pk): row
        for row in Evidence.objects.filter(pk__in=pks, answer__audit=audit).select_related(
            "answer__item"
        )
    }
    changes = []
    for each in batch:
        was = each.detail["was"]
        head = each.detail["evidence"]
        changed = [rows[head], *(rows[pk] for pk in was if pk != head)]
        changed[0].answer.refuse_if_retired()
        changed[0].answer.audit = audit
        change = Change(*changed, undoes=each.number, what=each.verb)
        for row in changed:
            _restore(audit, row, was[str(row.pk)], by)
        changes.append(change)
    record(audit, "evidence.undone", changes, by=by)
    return [change.rows[0].answer for change in changes]


def _restore(audit: Audit, row: Evidence, was: dict[str, Any] | None, by: User) -> None:
    if was is None:
        row.take_off(audit, REASON, by)
        return
    for name, value in was.items():
        if name in Evidence.STANDING:
            setattr(row, name, _read(name, value))
    if row.discard_at:
        row.discard_at = timezone.now() + BYTES_WAIT
    # Bytes of which the type is known were here once; see contents.file_elsewhere.
    if row.removed_at is None and row.content_type and not row.file:
        raise Refused(
            f"The file “{row.title}” was deleted in the meantime, so it cannot be brought back. "
            "Attach it again."
        )


def _read(name: str, value: Any) -> Any:
    if value and name in MOMENTS:
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if value and name == "expires_on" else value


def _piece(event: Event) -> uuid.UUID:
    return uuid.UUID(event.detail["piece"])
