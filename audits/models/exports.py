"""An audit as the file that docs/audit-format.md describes."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from audits.exports.formats import FORMAT
from audits.models.audits import Audit
from audits.models.evidence import Evidence
from checklist.formats.text import UNPRINTABLE
from checklist.models import Relation

ANSWER = (
    *("item__edition__checklist__slug", "item__ref", "item__title", "state", "reason"),
    *("approver__email", "accepted_until", "accepted_at", "owner__email", "due"),
    *("severity", "item__severity", "severity_reason", "pk"),
)


def plain_of(audit: Audit) -> dict[str, Any]:
    """Texts, lists and mappings, in the order of the format, without what is empty; in a constant
    number of queries. What no file can hold, a control character, becomes U+FFFD."""
    pins = audit.pins.values_list("edition__checklist__slug", "edition__version")
    conditions = audit.conditions.order_by("edition__pins__position", "kind", "id").filter(
        edition__pins__audit=audit
    )
    said = conditions.values_list("edition__checklist__slug", "kind", "ref", "state", "note")
    whole = {
        "format": FORMAT,
        "title": audit.title,
        "editions": [{"checklist": slug, "version": version} for slug, version in pins],
        "answers": _answers(audit),
        "conditions": [
            _filled(zip(("checklist", "kind", "id", "state", "note"), row, strict=True))
            for row in said
        ],
        "parted": _parted(audit),
    }
    return {name: _fit(value) for name, value in whole.items() if value}


def _answers(audit: Audit) -> list[dict[str, Any]]:
    evidence = _evidence(audit)
    rows = audit.answers.filter(retired_at=None).order_by("position").values_list(*ANSWER)
    answers = []
    for slug, ref, title, state, reason, approver, until, accepted, *rest in rows:
        owner, due, severity, own_severity, why, pk = rest
        is_other = severity != own_severity
        answer = {"checklist": slug, "item": ref, "title": title, "state": state}
        answer |= {"reason": reason, "approver": approver, "until": _day(until)}
        if state == "risk_accepted":
            answer["confirmed"] = accepted is not None
        answer |= {"owner": owner, "due": _day(due)}
        if is_other:
            answer |= {"severity": severity, "severity_reason": why}
        answers.append(_filled(answer.items()) | _filled([("evidence", evidence[pk])]))
    return answers


def _evidence(audit: Audit) -> dict[int, list[dict[str, Any]]]:
    """Answer's primary key -> what backs it now, in the order in which it came."""
    backing = Evidence.objects.current().filter(answer__audit=audit, answer__retired_at=None)
    rows = list(backing.order_by("answer__position", "added_at", "id"))
    times = Counter(row.piece for row in rows)
    names: dict[UUID, str] = {}
    told = defaultdict(list)
    for row in rows:
        if times[row.piece] > 1:
            names.setdefault(row.piece, f"piece-{len(names) + 1}")
        told[row.answer_id].append(_piece(row, names.get(row.piece, "")))
    return told


def _piece(row: Evidence, name: str) -> dict[str, Any]:
    piece: dict[str, Any] = {"kind": row.kind, "title": row.title, "url": row.url}
    piece |= {"text": row.text, "name": row.filename}
    if row.kind == Evidence.Kind.FILE:
        piece |= {"size": row.size_bytes, "sha256": row.sha256}
    piece |= {"speaks_of": _day(row.speaks_of), "expires_on": _day(row.expires_on)}
    return _filled((piece | {"piece": name}).items())


def _parted(audit: Audit) -> list[dict[str, Any]]:
    ties = audit.ties.filter(kind=Relation.Kind.EQUAL, parted_at__isnull=False)
    ties = ties.filter(first__retired_at=None, second__retired_at=None)
    ends = [
        f"{end}__{column}"
        for end in ("first", "second")
        for column in ("position", "item__edition__checklist__slug", "item__ref")
    ]
    pairs = sorted(sorted((row[:3], row[3:])) for row in ties.values_list(*ends))
    return [
        {"checklist": slug, "item": ref, "other": {"checklist": other, "item": other_ref}}
        for (_, slug, ref), (_, other, other_ref) in pairs
    ]


def _day(of) -> str:
    return of.isoformat() if of else ""


def _filled(pairs) -> dict[str, Any]:
    return {name: value for name, value in pairs if value or value is False}


def _fit(value: Any) -> Any:
    if isinstance(value, str):
        return UNPRINTABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {name: _fit(each) for name, each in value.items()}
    return [_fit(each) for each in value] if isinstance(value, list) else value
