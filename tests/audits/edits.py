"""Every way to change an audit that its events tell of, and an audit that has what each needs."""

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from audits.models import Audit, Comment, Evidence, Policy, Tie, User, bulk, pieces
from audits.models.answers import Answer
from audits.models.expiry import Days
from audits.models.moves import move
from audits.models.quorum import Role, Rules
from audits.models.terms import Terms
from audits.models.undo import undo
from checklist.models import Edition
from tests.audits.helpers import build_edition, relate, settle

People = dict[str, User]


def rich(project, people: People) -> Audit:
    """Nothing stands in the way of a go: each item is done, but for two accepted risks; vic owns
    an open minor. Two pairs of items are tied, and the crosswalks say more by now."""
    alice, ed, noor = people["alice"], people["ed"], people["noor"]
    editions = [
        build_edition(
            "first", exit_criteria=["The budget is agreed"], item_4={"probes": ["key-valid"]}
        ),
        build_edition("second", items=3),
    ]
    project.environments.create(kind="production", name="eu-west")
    relate(("first/item-1", "equal", "second/item-1"), ("first/item-2", "equal", "second/item-2"))
    audit = Audit.objects.start(project, "First launch", editions, by=alice)
    settle(audit, by=ed)
    build_edition("first", version="2.0.0", item_4={"guidance": "Do something else."})
    relate(("first/item-5", "related", "second/item-3"), version="1.1.0")
    vics = at(audit, 9)
    vics.record("open", by=ed)
    at(audit, 9).plan(by=ed, owner=people["vic"], due=None)
    today = timezone.localdate()
    accepted = {"state": "risk_accepted", "reason": "Rare.", "approver": noor}
    at(audit, 6).record(by=ed, until=today + dt.timedelta(days=5), **accepted)
    at(audit, 6).confirm_acceptance(by=noor)
    at(audit, 3).record(by=ed, until=today + dt.timedelta(days=400), **accepted)
    audit.ties.first().part(by=ed)
    touch(audit, people)
    return Audit.objects.get(pk=audit.pk)


def touch(audit: Audit, people: People) -> None:
    """What can be taken back, in the audit's present revision."""
    ed = people["ed"]
    Comment.objects.add(at(audit, 5), "Said in anger.", by=ed)
    undo(last(audit, "comment.added"), by=ed)
    Comment.objects.add(at(audit, 4), "Seen.", by=ed)
    Evidence.objects.attach_note(at(audit, 4), "A note.", by=ed)
    at(audit, 5).record("not_applicable", by=ed, reason=f"Not in {audit.revision}.")
    condition = audit.conditions.get()
    condition.settle("met", f"In revision {audit.revision}.", by=ed)


def at(audit: Audit, position: int) -> Answer:
    return audit.answers.select_related("audit").get(position=position)


def last(audit: Audit, verb: str):
    return audit.events.filter(verb=verb).select_related("audit").latest("number")


def _move(audit: Audit, people: People) -> None:
    move(audit, Edition.objects.get(version="2.0.0"), by=people["noor"])


def _note(audit: Audit) -> Evidence:
    notes = Evidence.objects.current().filter(answer__audit=audit)
    return notes.select_related("answer__audit").latest("pk")


def _replace(audit: Audit, people: People) -> None:
    content = {"kind": "note", "title": "Newer", "text": "Newer."}
    pieces.replace(_note(audit), content, Days(), by=people["ed"], seen_version=1)


def _tie(audit: Audit, *, parted: bool) -> Tie:
    return audit.ties.select_related("audit").filter(parted_at__isnull=not parted).earliest("pk")


def _join(audit: Audit, people: People) -> None:
    tie = _tie(audit, parted=True)
    tie.join(tie.first, by=people["ed"])


def _tighten(audit: Audit, people: People) -> None:
    Policy.objects.tighten(audit, Rules((Role("Legal"),)), by=people["noor"])


def _bulk(audit: Audit, people: People) -> None:
    rows = {row.pk: row.version for row in audit.answers.filter(position__in=(4, 5))}
    bulk.change_many(audit, rows, Terms("open", "", None, None), by=people["ed"])


def _undo(verb: str) -> Callable[[Audit, People], object]:
    return lambda audit, people: undo(last(audit, verb), by=people["ed"])


# What is done, and the events that tell of it.
EDITS: dict[str, tuple[Callable[[Audit, People], object], tuple[str, ...]]] = {
    "rename": (lambda a, p: a.rename("Another", by=p["ed"]), ("audit.renamed",)),
    "answer": (lambda a, p: at(a, 4).record("open", by=p["ed"]), ("answer.recorded",)),
    "answer many": (_bulk, ("answer.recorded",) * 2),
    "accept": (lambda a, p: at(a, 3).confirm_acceptance(by=p["noor"]), ("answer.accepted",)),
    "plan": (lambda a, p: at(a, 4).plan(by=p["ed"], owner=p["ed"], due=None), ("answer.planned",)),
    "rate": (lambda a, p: at(a, 4).rate("minor", "Few.", by=p["noor"]), ("answer.rated",)),
    "undo an answer": (_undo("answer.recorded"), ("answer.undone",)),
    "move": (_move, ("audit.moved", "answer.reopened")),
    "settle": (
        lambda a, p: a.conditions.get().settle("open", by=p["noor"]),
        ("condition.settled",),
    ),
    "undo a condition": (_undo("condition.settled"), ("condition.undone",)),
    "part": (lambda a, p: _tie(a, parted=False).part(by=p["ed"]), ("tie.parted",)),
    "join": (_join, ("tie.joined",)),
    "add ties": (lambda a, p: Tie.objects.add_to(a, by=p["ed"]), ("ties.added",)),
    "comment": (lambda a, p: Comment.objects.add(at(a, 4), "Hm.", by=p["ed"]), ("comment.added",)),
    "withdraw a comment": (_undo("comment.added"), ("comment.withdrawn",)),
    "bring back a comment": (_undo("comment.withdrawn"), ("comment.restored",)),
    "attach": (
        lambda a, p: Evidence.objects.attach_note(at(a, 4), "More.", by=p["ed"]),
        ("evidence.added",),
    ),
    "remove": (lambda a, p: _note(a).remove("Wrong.", by=p["ed"]), ("evidence.removed",)),
    "replace": (_replace, ("evidence.replaced",)),
    "date": (
        lambda a, p: pieces.set_expiry(
            _note(a), timezone.localdate() + dt.timedelta(days=9), by=p["ed"], seen=None
        ),
        ("evidence.dated",),
    ),
    "undo evidence": (_undo("evidence.added"), ("evidence.undone",)),
    "tighten": (_tighten, ("audit.policy",)),
}
