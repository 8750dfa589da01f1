"""Events in words: one sentence for each verb, the person's name before it."""

from audits.models.agenda import AgendaPoint
from audits.models.answers import Answer
from audits.models.contents import Content
from audits.models.events import Event
from audits.models.history_actions import ACTIONS
from audits.models.history_guests import GUESTS
from audits.models.history_reviews import REVIEWS
from audits.models.lifecycle import Outcome


def describe(event: Event, *, named: bool = True) -> str:
    """What happened, as it continues a sentence that begins with the actor's name.

    Without `named` the item is “it”: for places that are about that item alone.
    """
    the_item = f"“{event.detail.get('title', '')}”" if named else "it"
    return SENTENCES[event.verb](event.detail | {"the_item": the_item})


def _started(detail: dict) -> str:
    return f"started the audit over {', '.join(detail['editions'])}: {detail['items']} items"


def _loaded(detail: dict) -> str:
    answers = f"{detail['answers']} answer{'s'[: detail['answers'] != 1]}"
    pieces = f"{detail['evidence']} piece{'s'[: detail['evidence'] != 1]} of evidence"
    words = f"loaded {answers} and {pieces} from a file, SHA-256 {detail['digest'][:12]}"
    return f"{words}; not carried over: {detail['left']}" if detail["left"] else words


def _recorded(detail: dict) -> str:
    before, after = (Answer.State(detail[when]).label.lower() for when in ("before", "after"))
    words = f"set {detail['the_item']} from {before} to {after}"
    if "approver" in detail:
        words += f", approver {detail['approver']}, until {detail['until']}"
        if not detail["confirmed"]:
            words += ", to be confirmed"
    if "reason" in detail:
        words += f": {detail['reason']}"
    return words


def _planned(detail: dict) -> str:
    owner = detail["owner"] or "nobody"
    due = f", due {detail['due']}" if detail["due"] else ", without a due date"
    return f"gave {detail['the_item']} to {owner}{due}"


def _rated(detail: dict) -> str:
    words = (
        f"set the severity of {detail['the_item']} from {detail['before']} to {detail['after']}"
    )
    return f"{words}: {detail['reason']}" if "reason" in detail else words


def _undone(detail: dict) -> str:
    return f"took back the change number {detail['undoes']} of {detail['the_item']}"


def _verdict(detail: dict) -> str:
    before = f", before {detail['before']}" if detail["before"] else ""
    if not detail["after"]:
        return f"has no verdict on {detail['the_item']} any more{before}"
    where = f"{detail['probe']} on {detail['environment']}"
    return f"says {detail['after']} of {detail['the_item']}{before}: {detail['says']} ({where})"


def _settled(detail: dict) -> str:
    words = f"set “{detail['text']}” from {detail['before']} to {detail['after']}"
    return f"{words}: {detail['note']}" if detail["note"] else words


def _reopened(detail: dict) -> str:
    return f"reopened {detail['the_item']}, since in {detail['edition']} {detail['reason']}"


def _moved(detail: dict) -> str:
    return (
        f"moved the audit from {detail['before']} to {detail['after']}: {detail['added']} items "
        f"added, {detail['retired']} no longer asked, {detail['reopened']} reopened"
    )


def _evidence(detail: dict) -> str:
    return f"the {Content.Kind(detail['kind']).label.lower()} “{detail['name']}”"


def _attached(detail: dict) -> str:
    words = f"attached {_evidence(detail)} to {detail['the_item']}"
    return f"{words}; it backs “{detail['backs']}” too" if "backs" in detail else words


def _replaced(detail: dict) -> str:
    return f"replaced {_evidence(detail['former'])} of {detail['the_item']} by {_evidence(detail)}"


def _dated(detail: dict) -> str:
    until = f"good until {detail['until']}" if detail["until"] else "good without an end"
    return f"set {_evidence(detail)} of {detail['the_item']} to be {until}"


def _proposed(detail: dict) -> str:
    words = f"proposed a {detail['decision'].lower()} for sign-off, digest {detail['digest'][:12]}"
    return f"{words}, for the release {detail['release']}" if detail["release"] else words


# What takes a proposed audit back without an event of its own.
ELSEWHERE = "its project or policy is no longer as proposed"


def _outdated(detail: dict) -> str:
    number = detail["signatures"]
    words = "changed what was proposed, so that the audit is open again"
    if detail["cause"] is None or detail.get("why"):
        words = f"opened the audit again, since {detail.get('why') or ELSEWHERE}"
    return (
        f"{words} and {number} signature{'s'[: number != 1]} no longer count" if number else words
    )


def _signed(detail: dict) -> str:
    return (
        f"signed as {detail['role']}: {detail['decision'].lower()}, digest {detail['digest'][:12]}"
    )


def _met(detail: dict) -> str:
    words = f"condition {detail['number']} of the go, “{detail['text']}”"
    words = f"met {words}" if detail["met"] else f"took back that {words} is met"
    return f"{words}: {detail['note']}" if detail["note"] else words


def _decided(detail: dict) -> str:
    label = AgendaPoint.Decision(detail["decision"]).label.lower()
    words = f"noted in review {detail['number']} what it decided of {detail['the_item']}: {label}"
    if "owner" in detail:
        words += f", {detail['owner']}, due {detail['due']}"
    return f"{words}: {detail['reason']}" if "reason" in detail else words


def _review_ended(detail: dict) -> str:
    outcome = Outcome(detail["outcome"]).label.lower()
    return f"ended the review “{detail['title']}”: {outcome}, minutes {detail['digest'][:12]}"


SENTENCES = {
    "audit.started": _started,
    "audit.loaded": _loaded,
    "audit.renamed": lambda d: f"renamed the audit from “{d['before']}” to “{d['after']}”",
    "audit.sealed": lambda d: f"sealed the audit as {d['decision']}, digest {d['digest'][:12]}",
    "audit.proposed": _proposed,
    "audit.withdrawn": lambda d: f"withdrew the proposal: {d['reason']}",
    "audit.outdated": _outdated,
    "audit.signed": lambda d: f"gave the last signature: {d['decision'].lower()}, sealed",
    "audit.refused": lambda d: "refused the launch: no-go, sealed",
    "audit.superseded": lambda d: f"superseded revision {d['of']} by revision {d['now']}",
    "audit.expired": lambda d: f"ended the sign-off of revision {d['of']}: {d['why']}",
    "audit.policy": lambda d: (
        f"asked for more signatures than the team does: {d['after']} (before: {d['before']})"
    ),
    "sign_off.given": _signed,
    "sign_off.withdrawn": lambda d: f"withdrew the signature as {d['role']}",
    "go_condition.settled": _met,
    "audit.reopened": lambda d: f"reopened the audit: {d['reason']}",
    "answer.recorded": _recorded,
    "answer.accepted": lambda d: f"accepted the risk of {d['the_item']} in person",
    "answer.lapsed": lambda d: (
        f"reopened {d['the_item']}: the acceptance by {d['approver']} ended on {d['until']}"
    ),
    "answer.planned": _planned,
    "answer.rated": _rated,
    "answer.undone": _undone,
    "answer.reopened": _reopened,
    "answer.verdict": _verdict,
    "audit.moved": _moved,
    "condition.settled": _settled,
    "condition.undone": lambda d: f"took back a change: {_settled(d)}",
    "tie.parted": lambda d: f"parted {d['the_item']} from “{d['other']}”",
    "tie.joined": lambda d: f"tied {d['the_item']} to “{d['other']}” again",
    "ties.added": lambda d: (
        f"took over {d['added']} ties from the crosswalks"
        + (f", {d['parted']} of them parted since the answers differ" if d["parted"] else "")
    ),
    "comment.added": lambda d: f"commented on {d['the_item']}",
    "comment.withdrawn": lambda d: f"withdrew a comment on {d['the_item']}",
    "comment.restored": lambda d: f"brought back a comment on {d['the_item']}",
    "evidence.added": _attached,
    "evidence.removed": lambda d: f"removed {_evidence(d)} from {d['the_item']}: {d['reason']}",
    "evidence.replaced": _replaced,
    "evidence.dated": _dated,
    "review.point": _decided,
    "review.ended": _review_ended,
    "evidence.undone": lambda d: (
        f"took back the change number {d['undoes']} of {_evidence(d)} of {d['the_item']}"
    ),
    **REVIEWS,
    **ACTIONS,
    **GUESTS,
}
