"""Snapshots of older formats, as today's reports read them. Their bytes stay as they were."""

from typing import Any


def upgraded(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot with what its format did not know yet, empty."""
    if snapshot["format"] != "countersign.snapshot/1":
        return snapshot
    return snapshot | {"editions": [_edition(edition) for edition in snapshot["editions"]]}


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


def _item(item: dict[str, Any]) -> dict[str, Any]:
    answer = {"severity_reason": "", "verdict": "", "ties": []} | item["answer"]
    answer["evidence"] = [
        {"piece": row["id"], "version": 1, "expires_on": None, "replaced": None} | row
        for row in answer["evidence"]
    ]
    answer["comments"] = [{"withdrawn_at": None} | each for each in answer["comments"]]
    return {"own_severity": item["severity"]} | item | {"answer": answer}
