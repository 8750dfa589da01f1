"""Minutes of a made-up review, as `audits/models/minutes.py` freezes them."""

from typing import Any

from audits.reports.canonical import canonical_json, digest


def point(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "number": number, "kind": "blocker", "title": "B1 Keys live in a secret manager",
        "reasons": ["It is open.", "Nobody owns it."],
        "item": {"checklist": "one", "id": "i1", "label": "1", "title": "Keys"},
        "seconds": 95, "decision": "fix", "reason": "It *must* be done before.",
        "terms": {"owner": "Jonas Lindqvist", "due": "2026-11-25"},
        "decided_by": "Ada Park", "decided_at": "2026-11-20T10:12:00Z",
        "note": "The old key is **revoked** on Friday.", "polls": [poll()], **changes,
    }  # fmt: skip


def poll(**changes: Any) -> dict[str, Any]:
    votes = [
        {"by": "Noor Haddad", "guest": False, "choice": 0, "at": "2026-11-20T10:10:00Z"},
        {"by": "Gus Guest", "guest": True, "choice": 1, "at": "2026-11-20T10:11:00Z"},
    ]
    return {
        "question": "Ready without it?", "choices": ["Yes", "No", "Unsure"],
        "asked_by": "Ada Park", "opened_at": "2026-11-20T10:09:00Z",
        "closed_at": "2026-11-20T10:12:00Z", "votes": votes, **changes,
    }  # fmt: skip


def action(**changes: Any) -> dict[str, Any]:
    return {
        "id": "a1", "title": "Move the key", "owner": "Jonas Lindqvist", "due": "2026-11-25",
        "state": "open", "point": 1, "by": "Ada Park", **changes,
    }  # fmt: skip


def word(**changes: Any) -> dict[str, Any]:
    return {
        "by": "Noor Haddad", "decision": "conditional_go", "statement": "Once the key is moved.",
        "at": "2026-11-20T10:30:00Z", **changes,
    }  # fmt: skip


def minutes(**changes: Any) -> dict[str, Any]:
    """Of a review that ended as a conditional go."""
    there = [{"from": "2026-11-20T10:00:00Z", "until": "2026-11-20T10:41:00Z"}]
    return {
        "format": "countersign.minutes/1",
        "review": {
            "id": "r1", "number": 2, "title": "Launch review",
            "planned_for": "2026-11-20T10:00:00Z", "planned_minutes": 30,
            "started_at": "2026-11-20T10:00:00Z", "ended_at": "2026-11-20T10:41:00Z",
            "facilitator": "Ada Park", "ended_by": "Ada Park", "previous": 1,
        },
        "audit": {"id": "a1", "title": "First launch", "revision": 1},
        "project": "Support assistant", "team": "Harbour",
        "present": [
            {"name": "Ada Park", "guest": False, "times": there},
            {"name": "Gus Guest", "guest": True, "times": there},
        ],
        "absent": [{"name": "Mei Tanaka", "guest": False}],
        "agenda": [point(), point(2, kind="topic", title="Who is on call", item=None, note="",
                                  polls=[], decision="defer", seconds=0, terms={})],
        "actions": [action()],
        "roll_call": [{"role": "Security", "words": [word()]}, {"role": "Product", "words": []}],
        "obstacles": [{"kind": "blocker", "title": "B1 Keys", "detail": "It has no owner."}],
        "outcome": "conditional_go", "statement": "We launch on **Monday**.",
        "conditions": [{"number": 1, "text": "Move the key.", "owner": "Jonas Lindqvist",
                        "due": "2026-11-25", "covers": "B1 Keys"}],
        "events": {"count": 40, "head": "ab" * 32}, **changes,
    }  # fmt: skip


def review(**changes: Any) -> dict[str, Any]:
    """As a snapshot tells one."""
    told = minutes(**changes)
    return {"digest": digest(canonical_json(told)), "minutes": told}
