"""Do the answers of an audit stand as its events tell?"""

from collections.abc import Iterator
from typing import Any

from audits.models.audits import Audit
from audits.models.claim_replay import OWN, UNKNOWN, WORDS, ToldAnswer, ToldAnswers, loaded_digest
from audits.models.disorder import Finding
from audits.models.edits import FIELDS, plain
from checklist.models import Item

COLUMNS = (
    *("pk", "version", "changed_by_id", "retired_at"),
    *("item__ref", "item__title", "item__severity", "item__edition_id"),
    *FIELDS,
)
Row = dict[str, Any]
AT_ONCE = 1000


def findings(audit: Audit, answers: ToldAnswers) -> Iterator[Finding]:
    """The number of the event that tells otherwise, the last where none tells, and what is
    wrong. In three queries, a thousand rows at a time; four of an audit that was loaded."""
    last, missing = audit.events_count, set(answers.known)
    pinned, asked = set(audit.pins.values_list("edition", flat=True)), 0
    for row in _rows(audit):
        missing.discard(row["pk"])
        is_asked = row["item__edition_id"] in pinned
        asked += is_asked
        if is_asked and row["retired_at"]:
            yield last, f"“{row['item__title']}” was put aside, though an edition asks it"
        elif not is_asked and row["retired_at"] is None:
            yield last, f"“{row['item__title']}” counts, though no edition asks it"
        for number, reason in _faults(row, answers.of(row["pk"]), answers):
            yield number or last, f"“{row['item__title']}” {reason}"
    if asked != Item.objects.filter(edition__in=pinned).count():
        yield last, "an item of the editions has no answer"
    for pk in missing:
        yield answers.known[pk].number or last, "an answer is missing"
    if answers.loaded and "claims" in answers.loaded.detail:
        began = ((row["pk"], _began(row, answers)) for row in _rows(audit))
        if loaded_digest(began) != answers.loaded.detail["claims"]:
            yield answers.loaded.number, "the answers began otherwise than they were loaded"


def _rows(audit: Audit) -> Iterator[Row]:
    rows = audit.answers.order_by("pk").values(*COLUMNS)
    return rows.iterator(chunk_size=AT_ONCE)


def _faults(row: Row, told: ToldAnswer, answers: ToldAnswers) -> Iterator[Finding]:
    for name in FIELDS:
        value, number = answers.left(told, name)
        if value is OWN:
            value = row["item__severity"]
        if value is not UNKNOWN and plain(row[name]) != value:
            yield number, f"has another {WORDS[name]} than the events leave it"
    versions, people = {told.version}, {told.by}
    if not told.number and answers.loaded:
        versions, people = {1, 2}, {None, answers.loaded.actor_id}
    if told.item and row["item__ref"] != told.item:
        yield told.number, "is another item than the events tell of"
    if None not in versions and row["version"] not in versions:
        yield told.number, f"is at version {row['version']}, unlike the events tell"
    if row["changed_by_id"] not in people:
        yield told.number, "was changed last by somebody else than the events tell"


def _began(row: Row, answers: ToldAnswers) -> dict[str, Any]:
    """What the answer was loaded with, of what is told since: what was there before that."""
    told = answers.of(row["pk"])
    return {name: told.first.get(name, plain(row[name])) for name in FIELDS}
