"""The two attachments of a sealed report: do snapshot, seal and history agree with one another?"""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from audits.reports.canonical import canonical_json, digest
from audits.reports.verification import Check, Sealed, SignOff

SNAPSHOT, SEAL = "snapshot.json", "seal.json"
SNAPSHOT_FORMAT = re.compile(r"countersign\.snapshot/\d+")
SEAL_FORMAT = "countersign.seal/1"
DECISIONS = {"go", "conditional_go", "no_go"}
HEX = re.compile(r"[0-9a-f]{64}")
FIRST = "0" * 64

# What any of the steps below may meet in a file that somebody made up.
BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


def check_content(attachments: dict[str, bytes]) -> tuple[list[Check], Sealed | None]:
    """The checks of what is attached, up to the first that fails, and what the seal says."""
    done: list[Check] = []
    sealed = None
    try:
        for check, sealed in _checks(attachments):  # noqa: B007 - the last one is returned
            done.append(check)
            if not check.passed:
                return done, None
    except BROKEN:
        text = f"{SNAPSHOT} and {SEAL} are not of the form that a sealed report has."
        return [*done, Check("content", False, text)], None
    return done, sealed


def _checks(attachments: dict[str, bytes]) -> Iterator[tuple[Check, Sealed | None]]:
    for name in (SNAPSHOT, SEAL):
        if name not in attachments:
            text = f"It carries no {name}: it is a draft, or no report of Countersign."
            yield Check("content", False, text, "unverifiable"), None
    data = attachments[SNAPSHOT]
    snapshot, seal = _read(data), _read(attachments[SEAL])
    told = digest(data)
    yield _snapshot(snapshot, data, told), None
    yield _seal(seal, attachments[SEAL], snapshot, told), None
    yield _sign_offs(seal, told), None
    yield _history(snapshot, seal), _sealed(seal, told)


def _read(data: bytes) -> dict[str, Any]:
    value = json.loads(data)
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _snapshot(snapshot: dict[str, Any], data: bytes, told: str) -> Check:
    if not SNAPSHOT_FORMAT.fullmatch(snapshot["format"]):
        return Check("snapshot", False, f"{SNAPSHOT} is of an unknown format.")
    if canonical_json(snapshot) != data:
        return Check("snapshot", False, f"{SNAPSHOT} is not in its canonical form.")
    for each in snapshot.get("reviews") or ():
        if digest(canonical_json(each["minutes"])) != each["digest"]:
            return Check("snapshot", False, "The minutes of a review do not match their digest.")
    return Check("snapshot", True, f"The snapshot is attached; its SHA-256 is {told}.")


def _seal(seal: dict[str, Any], data: bytes, snapshot: dict[str, Any], told: str) -> Check:
    if seal["format"] != SEAL_FORMAT or canonical_json(seal) != data:
        return Check("seal", False, f"{SEAL} is of an unknown format, or not canonical.")
    if seal["snapshot"] != told:
        return Check("seal", False, f"The seal names another snapshot: {seal['snapshot']}.")
    audits = [
        {key: each["audit"][key] for key in ("id", "title", "revision")}
        for each in (seal, snapshot)
    ]
    if audits[0] != audits[1]:
        return Check("seal", False, "The seal names another audit or revision.")
    if seal["decision"] not in DECISIONS:
        return Check("seal", False, "The seal has no decision that is known.")
    return Check("seal", True, "The seal names this snapshot, audit and revision.")


def _sign_offs(seal: dict[str, Any], told: str) -> Check:
    sign_offs = list(seal["sign_offs"])
    decisions = {each["decision"] for each in sign_offs}
    # One refusal is enough; a go is what everybody said.
    if "no_go" in decisions and seal["decision"] == "no_go":
        decisions = {"no_go"}
    if decisions != {seal["decision"]}:
        return Check("sign_offs", False, "The decision is not what those who signed said.")
    for each in sign_offs:
        if each["digest"] != told:
            text = f"What {each['by']} signed as {each['role']} was another snapshot."
            return Check("sign_offs", False, text)
    one = len(sign_offs) == 1
    text = f"{len(sign_offs)} sign-off{'' if one else 's'}, {'it names' if one else 'all name'} "
    return Check("sign_offs", True, f"{text}this snapshot.")


def _history(snapshot: dict[str, Any], seal: dict[str, Any]) -> Check:
    count, head, given = 0, FIRST, 0
    for part, where in ((snapshot, SNAPSHOT), (seal, SEAL)):
        for entry in part["history"]:
            if fault := _link(entry, count + 1, head):
                return Check("history", False, f"{fault} ({where}).")
            count, head = entry["number"], entry["hash"]
            given += entry.get("content") is not None
        if (part["events"]["count"], part["events"]["head"]) != (count, head):
            text = f"The history does not end where {where} says that it ends."
            return Check("history", False, text)
    text = f"The history is an unbroken chain of {count} events"
    return Check("history", True, f"{text}; the hashes of {given} were computed again.")


def _link(entry: dict[str, Any], number: int, head: str) -> str:
    """Why the entry does not continue a chain whose last hash is `head`, or nothing."""
    if entry["number"] != number or isinstance(entry["number"], bool):
        return f"Event {number} is missing from the history"
    if not HEX.fullmatch(entry["hash"]):
        return f"Event {number} has no hash"
    content = entry.get("content")
    if content is None:  # of the time before contents were written down
        return ""
    if not HEX.fullmatch(content):
        return f"Event {number} has no digest of its content"
    if hashlib.sha256((head + content).encode()).hexdigest() != entry["hash"]:
        return f"Event {number} does not follow from the one before it"
    return ""


def _sealed(seal: dict[str, Any], told: str) -> Sealed:
    names = ("by", "email", "role", "at", "decision", "statement", "method")
    return Sealed(
        digest=told,
        audit=_text(seal["audit"]["id"]),
        title=_text(seal["audit"]["title"]),
        revision=int(seal["audit"]["revision"]),
        decision=seal["decision"],
        sealed_at=_text(seal["sealed_at"]),
        valid_until=seal["valid_until"] and _text(seal["valid_until"]),
        release=_text(seal["release"]),
        sign_offs=tuple(
            SignOff(**{name: _text(each[name]) for name in names}) for each in seal["sign_offs"]
        ),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
