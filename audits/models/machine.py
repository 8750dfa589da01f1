"""The machine's word written beside the answers of audits: one event for each that changed."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from audits.models.events import Entry, Event, chain
from audits.models.lifecycle import VERDICT, ends_a_proposal
from audits.models.projects import Project
from audits.models.readings import Machine, Reading

if TYPE_CHECKING:
    from audits.models.answer_rows import AnswerQuerySet
    from audits.models.answers import Answer
    from audits.models.audits import Audit

# Of an item, what is read to find its verdict.
READ = ("item__ref", "item__title", "item__probes")
BATCH = 500
WHY = "the machine says something else now"


def refresh(audit: "Audit") -> None:
    """Bring the verdicts of one audit up to date: it was just started, moved or reopened. Under
    its lock, which the caller holds, or before anybody else can see it."""
    if not audit.is_sealed:
        write([audit], audit.answers.all(), Machine(audit.project_id))


def refresh_new(audit: "Audit") -> None:
    """The same of an audit that nobody else sees yet: what a run finds out meanwhile waits until
    it is there."""
    Project.objects.select_for_update(no_key=True).get(pk=audit.project_id)
    refresh(audit)


def write(audits: Iterable["Audit"], answers: "AnswerQuerySet", machine: Machine) -> None:
    """Give these answers the verdicts that the machine has for them, and tell each change.

    Under the locks of the audits, in a number of queries that depends on neither audits nor
    answers; an audit that was proposed takes a few more to be open again, where something fails
    now or fails no longer. Nobody's version of an
    answer changes: what a person wrote stays theirs, and can still be taken back.
    """
    known = {audit.pk: audit for audit in audits}
    entries: dict[Any, list[Entry]] = defaultdict(list)
    for answer in _asked(answers):
        audit = known[answer.audit_id]
        if told := _change(answer, audit, machine.word(answer.item.probes)):
            entries[audit.pk].append((answer, told))
    if not entries:
        return
    _store(answer for rows in entries.values() for answer, _ in rows if answer)
    chained = [(known[pk], _chain(known[pk], rows)) for pk, rows in entries.items()]
    Event.objects.bulk_create([event for _, events in chained for event in events], BATCH)
    changed = [audit for audit, _ in chained]
    columns = [*changed[0].CHAINED, *changed[0].COUNTED]
    type(changed[0]).objects.bulk_update(changed, columns, BATCH)
    for audit, events in chained:
        weighty = [event for event in events if ends_a_proposal(VERDICT, event.detail)]
        if audit.is_proposed and weighty:
            audit.outdate(by=None, cause=weighty[-1].number, why=WHY)


def _asked(answers: "AnswerQuerySet") -> "AnswerQuerySet":
    """Those that a machine can check, and those that have a verdict from when it could."""
    checked = answers.filter(~Q(item__probes=[]) | ~Q(verdict=""), retired_at=None)
    columns = [field.attname for field in answers.model._meta.concrete_fields]
    return checked.select_related("item").only(*columns, *READ).order_by("audit", "position")


def _change(answer: "Answer", audit: "Audit", word: Reading | None) -> dict[str, Any] | None:
    """Set the answer's verdict and count it; what its event tells, or None where it stays."""
    before, after = answer.verdict, word.verdict if word else ""
    if before == after:
        return None
    counted = answer.counted_in
    answer.verdict = after
    audit.shift(counted, answer.counted_in)
    return answer.named() | {
        "before": before,
        "after": after,
        "says": word.says if word else "",
        "probe": word.ref if word else "",
        "environment": word.environment.name if word else "",
        "run": str(word.run) if word else "",
    }


def _chain(audit: "Audit", entries: list[Entry]) -> list[Event]:
    if len(entries) > 1:
        batch = {"first": audit.events_count + 1, "count": len(entries)}
        entries = [(answer, told | {"batch": batch}) for answer, told in entries]
    return chain(audit, VERDICT, entries, by=None)


def _store(answers: Iterable["Answer"]) -> None:
    """Those with one verdict are written in one statement each five hundred."""
    alike: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        alike[answer.verdict].append(answer)
    for verdict, rows in alike.items():
        pks = [row.pk for row in rows]
        for start in range(0, len(pks), BATCH):
            found = type(rows[0]).objects.filter(pk__in=pks[start : start + BATCH])
            found.update(verdict=verdict)
