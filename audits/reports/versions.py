"""Snapshots of every format there was, as the newest one: a report of an old seal still renders."""

from typing import Any

OLDEST, NEWEST = "countersign.snapshot/1", "countersign.snapshot/2"


def upgraded(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot in the newest format; the one given stays as it was signed.

    Raises ValueError for a format that this version does not know.
    """
    known = snapshot["format"]
    if known == NEWEST:
        return snapshot
    if known != OLDEST:
        raise ValueError(f"{known!r} is no format of a snapshot that this version can read.")
    editions = [
        edition | {"sections": [_section(section) for section in edition["sections"]]}
        for edition in snapshot["editions"]
    ]
    return snapshot | {"format": NEWEST, "editions": editions}


def _section(section: dict[str, Any]) -> dict[str, Any]:
    return section | {
        "items": [item | {"answer": _answer(item["answer"])} for item in section["items"]]
    }


def _answer(answer: dict[str, Any]) -> dict[str, Any]:
    """Evidence had no versions and no end, and comments stayed, before format 2."""
    return answer | {
        "evidence": [
            {"piece": piece["id"], "version": 1, "expires_on": None, "replaced": None} | piece
            for piece in answer["evidence"]
        ],
        "comments": [{"withdrawn_at": None} | comment for comment in answer["comments"]],
    }
