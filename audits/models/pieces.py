"""A piece of evidence as a whole: its versions, and all the answers that it backs."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.errors import Outdated, Refused
from audits.models.evidence import Change, Evidence, record
from audits.models.expiry import Days, check_end
from audits.models.ties import partners
from audits.models.users import User

# How error messages call it.
WHAT = "this evidence"
GONE = "This evidence was removed; there is nothing to change any more."


@dataclass
class Piece:
    """What a list of evidence shows at one place: `row`, current or removed, its `former`
    versions, the latest first, and the other answers that it backs too."""

    row: Evidence
    former: list[Evidence] = field(default_factory=list)
    also: list[Answer] = field(default_factory=list)


def shown(answer: Answer) -> list[Piece]:
    """The evidence of an answer in the order it came, in two queries at most."""
    people = ("added_by", "removed_by", "replaced_by")
    rows = list(answer.evidence.select_related(*people))
    pieces = [Piece(row) for row in rows if row.replaced_at is None]
    # A current row is where its former versions belong; else the last that was removed is.
    places = {piece.row.piece: piece for piece in pieces if not piece.row.is_current}
    places |= {piece.row.piece: piece for piece in pieces if piece.row.is_current}
    for row in rows:
        if row.replaced_at is not None:
            places[row.piece].former.insert(0, row)
    also = _also(answer, [piece for piece in pieces if piece.row.is_current])
    for piece in pieces:
        if piece.row.is_current:
            piece.also = also[piece.row.piece]
    return sorted(pieces, key=lambda piece: (piece.former or [piece.row])[-1].added_at)


def stale_pieces(audit: Audit) -> list[Evidence]:
    """The stale evidence of an audit, in the order of its items: a row for each that it backs."""
    stale = Evidence.objects.stale().filter(answer__audit=audit, answer__retired_at=None)
    rows = list(stale.select_related("answer__item").order_by("answer__position", "added_at"))
    for row in rows:
        row.answer.audit = audit
    return rows


def together(answer: Answer) -> list[Answer]:
    """The answers that are given together with this one, and get what is attached to it."""
    others = [other for other in partners(answer.audit, [answer]) if other.pk != answer.pk]
    for other in others:
        other.audit = answer.audit
    return others


def _also(answer: Answer, pieces: list[Piece]) -> dict[object, list[Answer]]:
    """Piece -> the other answers of the audit that it backs."""
    found: dict[object, list[Answer]] = defaultdict(list)
    if not pieces:
        return found
    rows = Evidence.objects.current().filter(piece__in=[piece.row.piece for piece in pieces])
    rows = rows.exclude(answer=answer).select_related("answer__item")
    for row in rows.order_by("answer__position"):
        row.answer.audit = answer.audit
        found[row.piece].append(row.answer)
    return found


@transaction.atomic
def replace(
    evidence: Evidence, content: dict[str, Any], days: Days, *, by: User, seen_version: int
) -> Evidence:
    """Make a new version of the piece, on every answer that it backs; the former one stays.

    Outdated when the page showed another version than the present one.
    """
    audit = evidence.answer.audit.for_change()
    rows = _current_rows(audit, evidence)
    if rows[0].version != seen_version:
        raise Outdated(str(rows[0].added_by), WHAT)
    days = days.checked(audit.project.team, content["kind"])
    at, changes = timezone.now(), []
    about = content | vars(days) | {"piece": evidence.piece, "added_by": by}
    about |= {"version": _last_version(evidence) + 1, "revision": audit.revision}
    for former in rows:
        change = Change(
            Evidence(answer=former.answer, **about),
            former,
            former={"kind": former.kind, "name": former.title},
        )
        former.replaced_at, former.replaced_by = at, by
        changes.append(change)
    record(audit, "evidence.replaced", changes, by=by)
    return _here([change.rows[0] for change in changes], evidence)


@transaction.atomic
def set_expiry(
    evidence: Evidence, last: dt.date | None, *, by: User, seen: dt.date | None
) -> Evidence:
    """Say until when the piece is good, wherever it is used; None: it never grows stale.

    Outdated when the page showed another day than the present one.
    """
    audit = evidence.answer.audit.for_change()
    rows = _current_rows(audit, evidence)
    here = _here(rows, evidence)
    if here.pk != evidence.pk:
        raise Outdated(str(here.added_by), WHAT)
    if here.expires_on == last:
        return here
    if here.expires_on != seen:
        raise Outdated(last_changed(audit, here), WHAT)
    if last is not None:
        check_end(last, here.speaks_of)
    changes = [Change(row) for row in rows]
    for row in rows:
        row.expires_on = last
    record(audit, "evidence.dated", changes, by=by, until=last.isoformat() if last else "")
    return here


@transaction.atomic
def share(evidence: Evidence, answers: Collection[int], *, by: User) -> list[Answer]:
    """Let the piece back further answers of the same audit, with those that are answered
    together with them; the answers that it did not back before."""
    audit = evidence.answer.audit.for_change()
    here = _here(_current_rows(audit, evidence), evidence)
    if not answers:
        raise Refused("Choose at least one item.", "answers")
    chosen = audit.answers.filter(pk__in=answers, retired_at=None).select_related("item")
    found = list(chosen.folded().order_by("position"))
    if len(found) < len(set(answers)):
        raise Refused(
            "Some of the items are not in this audit any more: load the page again.", "answers"
        )
    backed = set(backing(evidence).values_list("answer_id", flat=True))
    new = [answer for answer in partners(audit, found) if answer.pk not in backed]
    if new:
        here.back(audit, new, by=by, backs=here.answer.item.title)
    return new


def backing(evidence: Evidence) -> models.QuerySet[Evidence]:
    """The current rows of its piece: one for each answer that it backs."""
    return Evidence.objects.current().filter(piece=evidence.piece)


def current_of(evidence: Evidence) -> Evidence:
    """The version of the piece that backs its answer now; Refused when there is none."""
    rows = backing(evidence).filter(answer=evidence.answer_id).select_related("added_by")
    if row := rows.first():
        row.answer = evidence.answer
        return row
    raise Refused(GONE)


def last_changed(audit: Audit, row: Evidence) -> str:
    """The name of who changed the row last."""
    event = audit.events.filter(number=row.changed_in).first()
    return event.actor_name if event else str(row.added_by)


def _current_rows(audit: Audit, evidence: Evidence) -> list[Evidence]:
    """Those of its piece, in the order of the items; Refused when its answer has none."""
    evidence.answer.refuse_if_retired()
    rows = list(
        backing(evidence)
        .filter(answer__audit=audit, answer__retired_at=None)
        .select_related("answer__item", "added_by")
        .order_by("answer__position")
    )
    _here(rows, evidence)
    return rows


def _here(rows: list[Evidence], evidence: Evidence) -> Evidence:
    for row in rows:
        if row.answer_id == evidence.answer_id:
            return row
    raise Refused(GONE)


def _last_version(evidence: Evidence) -> int:
    versions = Evidence.objects.filter(piece=evidence.piece).values_list("version", flat=True)
    return max(versions)
