"""Times, evidence, comments and signatures as a snapshot and a seal tell them."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audits.models.comments import Comment
    from audits.models.evidence import Evidence
    from audits.models.signoffs import SignOff

# Primary key -> the person's name.
Names = Mapping[int | None, str]


def stamp(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(of: dt.date | None) -> str | None:
    return of.isoformat() if of else None


def moment(at: dt.datetime | None) -> str | None:
    return stamp(at) if at else None


def told_comment(comment: "Comment", names: Names) -> dict[str, Any]:
    """What its author took back is told, not shown."""
    return {
        "at": stamp(comment.created_at),
        "by": names[comment.author_id],
        "text": "" if comment.withdrawn_at else comment.text,
        "withdrawn_at": moment(comment.withdrawn_at),
    }


def told_evidence(evidence: "Evidence", names: Names) -> dict[str, Any]:
    removed = replaced = None
    if evidence.removed_at:
        removed = {
            "at": stamp(evidence.removed_at),
            "by": names[evidence.removed_by_id],
            "reason": evidence.removed_reason,
        }
    if evidence.replaced_at:
        replaced = {"at": stamp(evidence.replaced_at), "by": names[evidence.replaced_by_id]}
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
        "added_by": names[evidence.added_by_id],
        "removed": removed,
        "replaced": replaced,
    }


def told_sign_off(sign_off: "SignOff") -> dict[str, Any]:
    return {
        "by": sign_off.by_name,
        "email": sign_off.by.email,
        "role": sign_off.role,
        "at": stamp(sign_off.at),
        "decision": sign_off.decision,
        "statement": sign_off.statement,
        "digest": sign_off.digest,
        "method": sign_off.method,
    }
