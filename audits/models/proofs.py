"""Do the rows of an audit stand as its events tell?"""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from audits.models import (
    claim_proofs,
    comment_proofs,
    condition_proofs,
    evidence_proofs,
    review_proofs,
)
from audits.models.audits import Audit
from audits.models.disorder import Finding
from audits.models.lifecycle import RoundState
from audits.models.replay import Replay, Signature, ToldRound
from audits.models.told import day, stamp, told_sign_off
from audits.reports.canonical import digest

if TYPE_CHECKING:
    from audits.models.go_conditions import GoCondition
    from audits.models.reports import Report
    from audits.models.rounds import Round
    from audits.models.seals import Seal
    from audits.models.signoffs import SignOff

# Of a snapshot.
Content = dict[str, Any]


def findings(audit: Audit, replay: Replay, *, files: bool) -> Iterator[Finding]:
    """All that stands otherwise than the events tell, the earliest first. One snapshot at a time
    is in memory. `files`: look at each byte of the stored reports and of drafts too."""
    known = set()
    for told in replay.rounds:
        named = audit.rounds.filter(snapshot__digest=told.digest)
        row = named.select_related("snapshot", "seal").first()
        if row is None:
            yield told.number, f"revision {told.revision}: {_why_missing(audit, told)}"
            continue
        known.add(row.pk)
        for number, reason in _of_round(row, told, replay):
            yield number, f"revision {told.revision}: {reason}"
        if files and (reason := _file_fault(row)):
            yield _end_of(told), f"revision {told.revision}: {reason}"
    last = audit.events_count
    if extra := audit.rounds.exclude(pk__in=known).first():
        yield last, f"revision {extra.revision}: no event tells of its round of sign-off"
    for revision in audit.snapshots.filter(sealed=True, round=None).values_list("revision"):
        yield last, f"revision {revision[0]}: no event tells of its sealed snapshot"
    if audit.revision != replay.revision:
        yield last, f"the audit is at revision {audit.revision}, its events at {replay.revision}"
    if audit.state != replay.state:
        yield last, f"the audit is {audit.state}, and its events leave it {replay.state}"
    yield from _verdicts(audit, replay)
    yield from claim_proofs.findings(audit, replay.answers)
    yield from evidence_proofs.findings(audit, replay.pieces, files=files)
    yield from comment_proofs.findings(audit, replay.comments)
    yield from condition_proofs.findings(audit, replay.conditions)
    yield from review_proofs.findings(audit, replay)
    if files:
        yield from _drafts(audit)


def _why_missing(audit: Audit, told: ToldRound) -> str:
    row = audit.rounds.filter(revision=told.revision, proposed_at__isnull=False).first()
    if row is not None and not audit.snapshots.filter(digest=told.digest).exists():
        return "the event names another digest than the snapshot has"
    return "its round of sign-off is missing"


def _end_of(told: ToldRound) -> int:
    return told.decided.number if told.decided else told.number


def _of_round(row: "Round", told: ToldRound, replay: Replay) -> Iterator[Finding]:
    if digest(bytes(row.snapshot.data)) != row.snapshot.digest:
        yield told.number, "the snapshot's bytes do not match its digest"
        return
    content = row.snapshot.content()
    conditions = list(row.go_conditions.order_by("number"))
    signed = list(row.sign_offs.order_by("pk"))
    for reason in _snapshot_faults(row, told, content):
        yield told.number, reason
    for reason in _proposal_faults(row, conditions, told, content):
        yield told.number, reason
    for condition in conditions:
        yield from _condition_faults(condition, told, replay)
    end = _end_of(told)
    for reason in (*_state_faults(row, told), *_signature_faults(row, signed, told, content)):
        yield end, reason
    if told.decided and told.decided.seal:
        for reason in _seal_faults(row, signed, told):
            yield end, reason
    elif hasattr(row, "seal"):
        yield end, "no event tells of the record of its decision"


def _snapshot_faults(row: "Round", told: ToldRound, content: Content) -> Iterator[str]:
    snapshot = row.snapshot
    if snapshot.audit_id != row.audit_id or snapshot.revision != told.revision:
        yield "its snapshot is of another audit or revision"
    if snapshot.events_head != told.head:
        yield "the snapshot was not taken on the event before it"
    if content["events"] != {"count": told.number - 1, "head": told.head}:
        yield "the snapshot's content tells of another chain"
    if snapshot.sealed != (told.decided is not None):
        yield "its sealed snapshot is missing" if told.decided else "nobody sealed its snapshot"


def _proposal_faults(
    row: "Round", conditions: list["GoCondition"], told: ToldRound, content: Content
) -> Iterator[str]:
    """Against what the snapshot holds of the proposal, which its digest fixes."""
    proposal = content.get("proposal")
    if proposal is None:  # from before there were rounds
        return
    said = (row.decision, row.proposed_by_name, stamp(row.proposed_at), row.statement)
    if said != tuple(proposal[key] for key in ("decision", "by", "at", "statement")):
        yield "its round says something else than what was proposed"
    if row.release != content["release"]:
        yield "its round is for another release than what was proposed"
    if row.revision != told.revision:
        yield "its round is of another revision"
    if row.rules != told.detail.get("rules", row.rules):
        yield "its round asks for other signatures than the policy did"
    asked = proposal["conditions"]
    rows = [_asked(each) for each in conditions]
    if rows != [{key: each[key] for key in rows[0]} for each in asked] if rows else asked:
        yield "the conditions of its go are not those that were proposed"
    owners = [each.owner_id for each in conditions]
    if owners != told.detail.get("owners", owners):
        yield "a condition of its go has another owner"


def _asked(condition: "GoCondition") -> dict[str, object]:
    """As the snapshot has it, but for the owner, who may have another name by now."""
    return {
        "number": condition.number,
        "text": condition.text,
        "due": day(condition.due),
        "covers": condition.covers_title,
    }


def _condition_faults(
    condition: "GoCondition", told: ToldRound, replay: Replay
) -> Iterator[Finding]:
    event = replay.settled.get((told.revision, condition.number)) if told.decided else None
    met, note, number = False, "", told.number
    if event is not None:
        met, note, number = event.detail["met"], event.detail["note"], event.number
    if (condition.met_at is not None, condition.note) != (met, note):
        yield number, f"condition {condition.number} of its go does not stand as it was settled"


def _state_faults(row: "Round", told: ToldRound) -> Iterator[str]:
    if row.state != told.state:
        yield f"its round is {row.state}, and the events leave it {told.state}"
    if (row.ended_at is None) != (told.state == RoundState.PROPOSED):
        yield "when its round ended is not as the events tell"
    if row.superseded_by != told.superseded_by:
        yield "its round is superseded by another revision than the events tell"
    if row.expired_because != told.expired_because[:300]:
        yield "its round expired for another reason than the events tell"


def _signature_faults(
    row: "Round", rows: list["SignOff"], told: ToldRound, content: Content
) -> Iterator[str]:
    if len(rows) < len(told.signatures):
        yield "a sign-off is missing"
    elif not told.signatures and told.decided:
        yield from _at_once_faults(rows, told, content["seal"])
    elif len(rows) > len(told.signatures):
        yield "no event tells of one of its sign-offs"
    elif not all(map(_is_told, rows, told.signatures)):
        yield "its sign-offs are not those that the events tell of"
    if any(each.snapshot_id != row.snapshot_id for each in rows):
        yield "a sign-off is of another snapshot"


def _is_told(row: "SignOff", told: Signature) -> bool:
    said = (row.by_id, row.by_name, row.role, row.get_decision_display(), row.digest, row.method)
    if said != (told.by, told.by_name, told.role, told.decision, told.digest, told.method):
        return False
    if (row.withdrawn_at is None) != (told.withdrawn_at is None):
        return False
    return told.statement is None or (row.statement, row.at) == (told.statement, told.at)


def _at_once_faults(rows: list["SignOff"], told: ToldRound, seal: Content) -> Iterator[str]:
    """Of what was sealed before there were rounds: the snapshot itself tells of its sign-off."""
    named = [seal[key] for key in ("by", "role", "decision", "statement", "at")]
    said = [
        [each.by_name, each.role, each.decision, each.statement, stamp(each.at)] for each in rows
    ]
    if said != [named] or any(each.digest != told.digest for each in rows):
        yield "its sign-off is missing or is not the one that the snapshot tells of"


def _seal_faults(row: "Round", signed: list["SignOff"], told: ToldRound) -> Iterator[str]:
    """The record of the decision, which the event names by its digest."""
    seal: Seal | None = getattr(row, "seal", None)
    decided = told.decided
    if seal is None or decided is None:
        yield "the record of its decision is missing"
        return
    if digest(bytes(seal.data)) != seal.digest:
        yield "the bytes of the record of its decision do not match their digest"
        return
    if seal.digest != decided.seal:
        yield "the event names another record of its decision"
        return
    content = seal.content()
    if content["snapshot"] != told.digest:
        yield "the record of its decision names another snapshot"
    if content["events"] != {"count": decided.number - 1, "head": decided.head}:
        yield "the record of its decision tells of another chain"
    if content["valid_until"] != day(row.valid_until):
        yield "its round holds for another time than the record of its decision says"
    if content["sealed_at"] != stamp(seal.at) or row.ended_at != seal.at:
        yield "its round was decided at another time than the record of its decision says"
    # Their addresses may be others by now.
    standing = [told_sign_off(each) for each in signed if not each.withdrawn_at]
    if [each | {"email": ""} for each in content["sign_offs"]] != [
        each | {"email": ""} for each in standing
    ]:
        yield "its sign-offs are not those of the record of its decision"


def _file_fault(row: "Round") -> str:
    """What is wrong with the sealed report that is stored; empty when nothing is."""
    seal = getattr(row, "seal", None)
    if seal is None:
        return ""
    report = getattr(seal, "report", None)
    if report is None:
        return "its sealed report is missing"
    if report.snapshot_id != row.snapshot_id:
        return "its sealed report is of another snapshot"
    file = getattr(report, "file", None)
    if file is None:
        return _why_no_file(report)
    sha256 = hashlib.sha256(bytes(file.data)).hexdigest()
    if {sha256} != {file.sha256, report.sha256} or len(file.data) != report.size_bytes:
        return "the bytes of its sealed report do not match their SHA-256"
    return ""


def _why_no_file(report: "Report") -> str:
    """Empty while the report waits for its worker, or is being made."""
    if report.state == report.State.DONE:
        return "its sealed report is missing"
    if report.state == report.State.FAILED:
        return f"its sealed report has no PDF: {report.error}"
    return ""


def _drafts(audit: Audit) -> Iterator[Finding]:
    for snapshot in audit.snapshots.filter(round=None).order_by("pk").iterator(chunk_size=1):
        if digest(bytes(snapshot.data)) != snapshot.digest:
            yield audit.events_count, "the bytes of a draft's snapshot do not match their digest"


def _verdicts(audit: Audit, replay: Replay) -> Iterator[Finding]:
    """The machine's word on answers that stands otherwise than it was told."""
    said_now = audit.answers.exclude(verdict="").values_list("pk", "verdict")
    rows: dict[int | None, str] = dict(said_now)
    for pk in replay.verdicts.keys() | rows.keys():
        last = replay.verdicts.get(pk)
        said, stands = (last.detail["after"] if last else ""), rows.get(pk, "")
        if said != stands:
            number = last.number if last else audit.events_count
            words = f"{stands or 'none'}, and the events leave it {said or 'none'}"
            yield number, f"the machine's verdict on an answer is {words}"
