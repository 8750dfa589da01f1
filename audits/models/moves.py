"""Moving an audit to another edition of one of its checklists, without losing an answer."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from audits.models import edits, lifecycle, machine
from audits.models.answers import Answer
from audits.models.audits import Audit, AuditEdition
from audits.models.conditions import Condition
from audits.models.errors import Outdated, Refused
from audits.models.events import Event
from audits.models.terms import refuse_unless_approver
from audits.models.ties import Tie
from audits.models.users import User
from checklist import definitions
from checklist.models import Edition, Item

if TYPE_CHECKING:
    from checklist.differences import Difference

BATCH = 500


@dataclass(frozen=True)
class Moved:
    """How many items are new, are no longer asked, and were opened again."""

    added: int
    retired: int
    reopened: int
    # What was said of conditions that the new edition words otherwise, or not at all.
    conditions: list[dict[str, Any]]


def with_newest(pins: QuerySet[AuditEdition]) -> QuerySet[AuditEdition]:
    """The pins with `newest`, the primary key of the newest edition that is newer, or None."""
    newer = Edition.objects.filter(
        checklist=OuterRef("edition__checklist"), version_key__gt=OuterRef("edition__version_key")
    ).order_by("-version_key")
    return pins.annotate(newest=Subquery(newer.values("pk")[:1]))


def difference(before: Edition, after: Edition) -> "Difference":
    # Pydantic takes a quarter of a second to import: see checklist.loader.
    from checklist import differences

    return differences.between(definitions.of_edition(before), definitions.of_edition(after))


@transaction.atomic
def move(audit: Audit, edition: Edition, *, by: User, seen: str | None = None) -> Moved:
    """Pin this edition instead of the one that the audit has of its checklist.

    An answer stays with its item, whose id is the same in both. One whose item changed its
    meaning is opened again and says why; one whose item is gone is kept apart, never counted,
    and comes back with its item. Outdated when `seen` is not the head of the events.
    """
    audit = audit.for_change()
    if seen is not None and seen != audit.events_head:
        last = audit.events.get(number=audit.events_count)
        raise Outdated(last.actor_name, "the audit")
    pin = _pin_of(audit, edition)
    if out_of_the_way(audit, edition):
        refuse_unless_approver(audit, by, "move open blockers out of the way")
    reasons = {
        change.ref: " and ".join(change.reasons)
        for change in difference(pin.edition, edition).reopening
    }
    back = _retired_refs(audit, edition)
    rated = _rated(audit)
    moved = _repin(audit, pin, edition)
    for ref in back:
        reasons[ref] = "it is asked again, after an edition that did not ask it"
    reopening = _settled(audit, edition, set(reasons))
    # What an item means now, its equal in another checklist may not mean.
    parted = [tie.part(by=by).pk for tie in _between_reopened_and_others(audit, reopening)]
    audit.refresh_from_db()
    _log(
        *(audit, pin, edition, by, moved, len(reopening)),
        parted=parted,
        rated=_lost(audit, rated),
    )

    def reopen(answer: Answer) -> dict:
        before = answer.state
        answer.clear()
        reason = reasons[answer.item.ref]
        return {"before": before, "edition": str(edition), "reason": reason}

    edits.apply(audit, reopening, reopen, verb="answer.reopened", by=by)
    machine.refresh(audit)
    return replace(moved, reopened=len(reopening))


def out_of_the_way(audit: Audit, edition: Edition) -> list[str]:
    """The titles of the open blockers that block no more under this edition. Taking one out of
    the way of a go is an approver's to do, by whatever road."""
    severities = dict(edition.items.values_list("ref", "severity"))
    blocking = audit.answers.blocking().filter(item__edition__checklist=edition.checklist_id)
    return [
        title
        for ref, title, reason in blocking.order_by("position").values_list(
            "item__ref", "item__title", "severity_reason"
        )
        if ref not in severities or (not reason and severities[ref] != Item.Severity.BLOCKER)
    ]


@transaction.atomic
def move_back(event: Event, *, by: User) -> None:
    """Undo a move, while nothing else has happened in the audit since."""
    audit = event.audit.for_change()
    if not is_last(event):
        raise Refused("Something was changed since the audit was moved: it stays as it is.")
    edition = Edition.objects.select_related("checklist").get(pk=event.detail["was"])
    pin, rated = _pin_of(audit, edition), _rated(audit)
    moved = _repin(audit, pin, edition)
    rated = _lost(audit, rated)
    again = event.detail.get("rated", {})
    Condition.objects.say_again(audit, edition, event.detail.get("conditions", []), by=by)
    Tie.objects.rebind(audit, event.detail.get("parted", []))
    _rate_again(audit, again)
    _log(audit, pin, edition, by, moved, 0, rated=rated, rated_again=again)
    reopened = audit.events.filter(number__gt=event.number, verb="answer.reopened")
    taken = {each.answer_id: each for each in reopened if each.answer_id}
    answers = audit.answers.filter(pk__in=list(taken)).select_related("item", "owner", "approver")

    def restore(answer: Answer) -> dict:
        back = taken[answer.pk]
        edits.restore(answer, back.detail["was"])
        return {"undoes": back.number, "what": back.verb}

    edits.apply(audit, answers.folded(), restore, verb="answer.undone", by=by)
    machine.refresh(audit)


def is_last(event: Event) -> bool:
    """Whether nothing followed the move but what it did itself, since it reopened answers and took
    a proposed audit back to open, and what a machine said."""
    later = event.audit.events.filter(number__gt=event.number)
    own = later.exclude(verb__in=("audit.outdated", lifecycle.VERDICT))
    return own.count() == event.detail["reopened"]


def _pin_of(audit: Audit, edition: Edition) -> AuditEdition:
    pins = audit.pins.select_related("edition__checklist")
    pin = pins.filter(edition__checklist=edition.checklist_id).first()
    if pin is None:
        raise Refused(f"This audit has no edition of {edition.checklist}.", field="edition")
    if pin.edition_id == edition.pk:
        raise Refused(f"This audit is on {edition} already.", field="edition")
    return pin


def _repin(audit: Audit, pin: AuditEdition, edition: Edition) -> Moved:
    AuditEdition.objects.filter(pk=pin.pk).update(edition=edition)
    retired = _repoint(audit, edition)
    count = audit.answers.count()
    Answer.objects.open_all(audit)
    _number(audit)
    lost = Condition.objects.follow(audit, pin.edition, edition)
    Tie.objects.copy_to(audit)
    audit.recount()
    audit.save(update_fields=audit.COUNTED)
    added = audit.answers.count() - count
    return Moved(added=added, retired=retired, reopened=0, conditions=lost)


def _between_reopened_and_others(audit: Audit, reopening: list[Answer]) -> list[Tie]:
    pks = {answer.pk for answer in reopening}
    bound = audit.ties.binding().select_related("audit")
    return [tie for tie in bound if (tie.first_id in pks) != (tie.second_id in pks)]


def _log(
    audit: Audit,
    pin: AuditEdition,
    edition: Edition,
    by: User,
    moved: Moved,
    reopened: int,
    **told: Any,
) -> None:
    """`pin` is as it was before; `told` is what taking it back, or verifying it, needs."""
    audit.log(
        "audit.moved",
        by=by,
        before=str(pin.edition),
        after=str(edition),
        was=pin.edition_id,
        added=moved.added,
        retired=moved.retired,
        conditions=moved.conditions,
        stand=audit.conditions.all().stand(),
        reopened=reopened,
        **told,
    )


def _rated(audit: Audit) -> dict[str, list[str]]:
    """Answer -> the severity that somebody gave it, and why."""
    rated = audit.answers.exclude(severity_reason="")
    return {
        str(pk): rating for pk, *rating in rated.values_list("pk", "severity", "severity_reason")
    }


def _lost(audit: Audit, rated: dict[str, list[str]]) -> dict[str, list[str]]:
    """Those that stand no more."""
    kept = _rated(audit)
    return {pk: rating for pk, rating in rated.items() if pk not in kept}


def _rate_again(audit: Audit, rated: dict[str, list[str]]) -> None:
    """Give back what the edition that is left had as its own, so that the reason went."""
    answers = list(audit.answers.filter(pk__in=list(rated)).select_related("item").folded())
    for answer in answers:
        answer.severity, answer.severity_reason = rated[str(answer.pk)]
    Answer.objects.bulk_update(answers, ["severity", "severity_reason"], BATCH)
    audit.recount()


def _retired_refs(audit: Audit, edition: Edition) -> set[str]:
    retired = audit.answers.filter(
        retired_at__isnull=False, item__edition__checklist=edition.checklist_id
    )
    return set(retired.values_list("item__ref", flat=True))


def _settled(audit: Audit, edition: Edition, refs: set[str]) -> list[Answer]:
    """The answers to these items that say something else than open."""
    settled = audit.answers.filter(retired_at=None, item__edition=edition)
    rows = settled.exclude(state=Answer.State.OPEN).select_related("item", "owner", "approver")
    return [row for row in rows.folded().order_by("position") if row.item.ref in refs]


def _repoint(audit: Audit, edition: Edition) -> int:
    """Give each answer the item of the same id; how many were put aside for want of one."""
    items = {item.ref: item for item in edition.items.only("ref", "section", "severity")}
    answers = audit.answers.filter(item__edition__checklist=edition.checklist_id)
    rows = list(answers.select_related("item").folded())
    now, retired = timezone.now(), 0
    for answer in rows:
        item = items.get(answer.item.ref)
        if item is None:
            retired += answer.retired_at is None
            answer.retired_at = answer.retired_at or now
            continue
        _take(answer, item)
    Answer.objects.bulk_update(
        rows, ["item", "section", "severity", "severity_reason", "retired_at"], BATCH
    )
    return retired


def _take(answer: Answer, item: Item) -> None:
    """A severity that somebody gave stays, unless it is the item's own by now."""
    if not answer.severity_reason or answer.severity == item.severity:
        answer.severity, answer.severity_reason = item.severity, ""
    answer.item, answer.section_id, answer.retired_at = item, item.section_id, None


def _number(audit: Audit) -> None:
    """Positions in the order of the editions, those that are kept apart at the end."""
    order = dict(audit.pins.values_list("edition_id", "position"))
    last = len(order) + 1
    rows = audit.answers.select_related("item").folded()
    ranked = sorted(
        rows,
        key=lambda row: (
            last if row.retired_at else order[row.item.edition_id],
            row.item.number,
            row.pk,
        ),
    )
    changed = []
    for position, row in enumerate(ranked, start=1):
        if row.position != position:
            row.position = position
            changed.append(row)
    Answer.objects.bulk_update(changed, ["position"], BATCH)
