"""Times, evidence and comments as a snapshot tells them; see docs/snapshot-format.md."""

import datetime as dt
from typing import Any

from audits.models.comments import Comment
from audits.models.evidence import Evidence


def stamp(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(of: dt.date | None) -> str | None:
    return of.isoformat() if of else None


def moment(at: dt.datetime | None) -> str | None:
    return stamp(at) if at else None


def told_comment(comment: Comment) -> dict[str, Any]:
    """What its author took back is told, not shown."""
    return {
        "at": stamp(comment.created_at),
        "by": str(comment.author),
        "text": "" if comment.withdrawn_at else comment.text,
        "withdrawn_at": moment(comment.withdrawn_at),
    }


def told_evidence(evidence: Evidence) -> dict[str, Any]:
    removed = replaced = None
    if evidence.removed_at:
        removed = {
            "at": stamp(evidence.removed_at),
            "by": str(evidence.removed_by),
            "reason": evidence.removed_reason,
        }
    if evidence.replaced_at:
        replaced = {"at": stamp(evidence.replaced_at), "by": str(evidence.replaced_by)}
    return {
        "id": str(evidence.pk),
        "piece": str(evidence.piece),
        "version": evidence.version,
        "kind": evidence.kind,
        "title": evidence.title,
        "url": evidence.url,
        "text": evidence.text,
        "filename": evidence.filename,
        "size_bytes": evidence.size_bytes,
        "content_type": evidence.content_type,
        "sha256": evidence.sha256,
        "speaks_of": evidence.speaks_of.isoformat(),
        "expires_on": day(evidence.expires_on),
        "added_at": stamp(evidence.added_at),
        "added_by": str(evidence.added_by),
        "removed": removed,
        "replaced": replaced,
    }
