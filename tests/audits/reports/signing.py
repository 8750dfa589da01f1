"""Proposals and seals for tests, in the shape of docs/seal-format.md, and older snapshots."""

import copy
from typing import Any

from tests.audits.reports.snapshots import Snapshot, digest_of, event_chain

VERIFY_AT = "https://audits.harbour.example/verify/"

NEW_IN_3 = ("proposal", "policy", "release", "answered_by", "obstacles", "since")


def proposal(decision: str = "go", *conditions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "decision": decision, "by": "Ada Park", "at": "2026-11-21T04:34:00Z",
        "statement": "All that we know of is in here.", "conditions": list(conditions), **changes,
    }  # fmt: skip


def condition_of_the_go(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "number": number, "text": "Ship the circuit breaker", "owner": "Jonas Lindqvist",
        "due": "2026-12-15", "covers": "", **changes,
    }  # fmt: skip


def sign_off(
    by: str = "Noor Haddad", role: str = "Security", decision: str = "go", **changes: Any
) -> dict[str, Any]:
    """One signature, but for the digest, which `sealed` puts in."""
    return {
        "by": by, "email": f"{by.split()[0].lower()}@harbour.example", "role": role,
        "at": "2026-11-21T09:12:07Z", "decision": decision,
        "statement": "I have read the open items and the accepted risks, and approve the launch.",
        "method": "password", **changes,
    }  # fmt: skip


def sealed(snapshot: Snapshot, *sign_offs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The seal of a proposed snapshot; signed by one person unless told."""
    signed = [{"digest": digest_of(snapshot), **each} for each in sign_offs or (sign_off(),)]
    history = event_chain(len(signed) + 1, after=snapshot["history"])
    return {
        "format": "countersign.seal/1", "snapshot": digest_of(snapshot),
        "audit": {name: snapshot["audit"][name] for name in ("id", "title", "revision")},
        "decision": signed[-1]["decision"], "sealed_at": signed[-1]["at"],
        "valid_until": "2027-05-20", "release": snapshot["release"],
        "release_bound": snapshot["policy"]["release_bound"], "sign_offs": signed,
        "history": history,
        "events": {"count": history[-1]["number"], "head": history[-1]["hash"]},
        "verify_at": VERIFY_AT, **changes,
    }  # fmt: skip


def embedded_seal(decision: str = "go") -> dict[str, Any]:
    """What formats 1 and 2 held of a seal."""
    return {
        "by": "Noor Haddad", "email": "noor@harbour.example", "role": "approver",
        "at": "2026-11-21T04:34:00Z", "decision": decision,
        "statement": "I have read the open items and the accepted risks, and approve the launch.",
    }  # fmt: skip


def format_4(snapshot: Snapshot) -> Snapshot:
    """The snapshot as it was written before format 5, and before reviews."""
    old = copy.deepcopy(snapshot) | {"format": "countersign.snapshot/4"}
    del old["reviews"]
    return old


def format_3(snapshot: Snapshot) -> Snapshot:
    """The snapshot as it was written before format 4, and before probes."""
    old = format_4(snapshot) | {"format": "countersign.snapshot/3"}
    for edition in old["editions"]:
        for item in (item for section in edition["sections"] for item in section["items"]):
            del item["answer"]["machine"]
    return old


def format_2(snapshot: Snapshot, *, seal: dict[str, Any] | None = None) -> Snapshot:
    """The snapshot as it was written before format 3."""
    old = {name: value for name, value in format_3(snapshot).items() if name not in NEW_IN_3}
    for event in old["history"]:
        del event["content"]
    old["audit"]["state"] = "sealed" if seal else "open"
    return old | {"format": "countersign.snapshot/2", "seal": seal}


def format_1(snapshot: Snapshot, *, seal: dict[str, Any] | None = None) -> Snapshot:
    """The snapshot as it was written before format 2."""
    old = format_2(snapshot, seal=seal) | {"format": "countersign.snapshot/1"}
    for edition in old["editions"]:
        del edition["retired"]
        for kind in ("entry_conditions", "exit_criteria"):
            edition[kind] = [{"id": each["id"], "text": each["text"]} for each in edition[kind]]
        for item in (item for section in edition["sections"] for item in section["items"]):
            _forget(item)
    return old


def _forget(item: dict[str, Any]) -> None:
    del item["own_severity"]
    for name in ("severity_reason", "verdict", "ties"):
        del item["answer"][name]
    for row in item["answer"]["evidence"]:
        for name in ("piece", "version", "expires_on", "replaced"):
            del row[name]
    for each in item["answer"]["comments"]:
        del each["withdrawn_at"]
