"""Do an audit's entry conditions and exit criteria stand as its events tell?"""

from collections.abc import Iterable, Iterator
from typing import Any

from audits.models.audits import Audit
from audits.models.conditions import FRESH, Condition
from audits.models.disorder import Finding, OutOfOrder
from audits.models.events import Event

# Verbs that leave what they tell as `stand`: all that does not stand as it began.
TOGETHER = ("audit.loaded", "audit.moved")
WORDS = {
    "state": "state",
    "note": "note",
    "version": "version",
    "by": "person who changed it",
}


class ToldConditions:
    """Takes the events in order."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[dict[str, Any], int]] = {}
        # Since an event from before loads and moves told how the conditions stand after them.
        self.is_unknown = False

    def of(self, pk: int) -> tuple[dict[str, Any], int]:
        """How it stands, as far as events tell, and the number of the event that says so."""
        return self.known.get(pk) or ({} if self.is_unknown else FRESH, 0)

    def take(self, event: Event) -> None:
        detail = event.detail
        if event.verb in TOGETHER:
            self.is_unknown = "stand" not in detail
            stand = detail.get("stand", {})
            self.known = {int(pk): (each, event.number) for pk, each in stand.items()}
        elif event.verb in ("condition.settled", "condition.undone"):
            stood, _ = self.of(detail["condition"])
            before = detail["was"] | {"version": detail["version"] - 1}
            if any(stood.get(name, value) != value for name, value in before.items()):
                raise OutOfOrder(
                    f"it changes “{detail['text']}”, which did not stand so before it"
                )
            after = {"state": detail["after"], "note": detail["note"]}
            after |= {"version": detail["version"], "by": event.actor_id}
            self.known[detail["condition"]] = after, event.number


def findings(audit: Audit, conditions: ToldConditions) -> Iterator[Finding]:
    """The number of the event that tells otherwise, the last where none tells, and what is wrong:
    in two queries."""
    last, rows = audit.events_count, list(audit.conditions.order_by("pk"))
    for row in rows:
        told, number = conditions.of(row.pk)
        for name, value in row.standing().items():
            if told.get(name, value) != value:
                reason = f"“{row.text}” has another {WORDS[name]} than the events leave it"
                yield number or last, reason
    for pk in conditions.known.keys() - {row.pk for row in rows}:
        yield conditions.known[pk][1], "a condition that it tells of is missing"
    # What was sealed before there were conditions has none.
    if (rows or not audit.is_sealed) and _asked(audit) != _texts(rows):
        yield last, "the conditions are not those that the editions ask for"


def _asked(audit: Audit) -> set[tuple[int, str, str, str]]:
    columns = ("edition", "edition__entry_conditions", "edition__exit_criteria")
    return {
        (edition, kind, each["id"], each["text"])
        for edition, *asked in audit.pins.values_list(*columns)
        for kind, conditions in zip(("entry", "exit"), asked, strict=True)
        for each in conditions
    }


def _texts(rows: Iterable[Condition]) -> set[tuple[int, str, str, str]]:
    return {(row.edition_id, row.kind, row.ref, row.text) for row in rows}
