"""Snapshots of older formats, as today's reports read them. Their bytes stay as they were."""

from typing import Any

# What formats 1 and 2 did not record: nobody can tell any more, which is not the same as none.
UNRECORDED = {
    "proposal": None,
    "policy": None,
    "release": "",
    "answered_by": None,
    "obstacles": None,
    "since": None,
}

# Formats of when no machine looked at anything, and of when no review left minutes.
BEFORE_PROBES = tuple(f"countersign.snapshot/{number}" for number in (1, 2, 3))
BEFORE_REVIEWS = (*BEFORE_PROBES, "countersign.snapshot/4")


def upgraded(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot in the shape of format 5, with what its own format did not know left empty."""
    if snapshot["format"] == "countersign.snapshot/1":
        snapshot = snapshot | {"editions": [_edition(each) for each in snapshot["editions"]]}
    if snapshot["format"] in BEFORE_PROBES:
        snapshot = snapshot | {"editions": [_unchecked(each) for each in snapshot["editions"]]}
    if snapshot["format"] in BEFORE_REVIEWS:
        snapshot = snapshot | {"reviews": None}
    if "seal" not in snapshot:
        return snapshot
    state = "proposed" if snapshot["seal"] else "open"
    return {
        **UNRECORDED,
        **{key: value for key, value in snapshot.items() if key != "seal"},
        "audit": snapshot["audit"] | {"state": state},
        "history": [{"content": None} | event for event in snapshot["history"]],
    }


def seal_within(snapshot: dict[str, Any], digest: str) -> dict[str, Any] | None:
    """The seal that formats 1 and 2 held inside, in the shape of docs/seal-format.md, or None.

    It was made in one act with the snapshot, so both have one time and one head of events.
    """
    signed = snapshot.get("seal")
    if not signed:
        return None
    audit = snapshot["audit"]
    return {
        "format": "countersign.seal/1",
        "snapshot": digest,
        "audit": {name: audit[name] for name in ("id", "title", "revision")},
        "decision": signed["decision"],
        "sealed_at": signed["at"],
        "valid_until": None,
        "release": "",
        "release_bound": False,
        "sign_offs": [
            signed | {"role": signed["role"].capitalize(), "digest": digest, "method": ""}
        ],
        "history": [],
        "events": snapshot["events"],
        "verify_at": "",
    }


def _edition(edition: dict[str, Any]) -> dict[str, Any]:
    unsaid = {"state": "", "note": "", "changed_at": None, "changed_by": None}
    return {
        "retired": [],
        **edition,
        **{
            kind: [unsaid | condition for condition in edition[kind]]
            for kind in ("entry_conditions", "exit_criteria")
        },
        "sections": [
            section | {"items": [_item(item) for item in section["items"]]}
            for section in edition["sections"]
        ],
    }


def _unchecked(edition: dict[str, Any]) -> dict[str, Any]:
    return edition | {
        "retired": [_alone(item) for item in edition["retired"]],
        "sections": [
            section | {"items": [_alone(item) for item in section["items"]]}
            for section in edition["sections"]
        ],
    }


def _alone(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"answer": {"machine": []} | item["answer"]}


def _item(item: dict[str, Any]) -> dict[str, Any]:
    answer = {"severity_reason": "", "verdict": "", "ties": []} | item["answer"]
    answer["evidence"] = [
        {"piece": row["id"], "version": 1, "expires_on": None, "replaced": None} | row
        for row in answer["evidence"]
    ]
    answer["comments"] = [{"withdrawn_at": None} | each for each in answer["comments"]]
    return {"own_severity": item["severity"]} | item | {"answer": answer}
