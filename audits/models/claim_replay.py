"""What the events of an audit tell of its answers: how their rows should stand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from audits.models.claims import Claim
from audits.models.disorder import OutOfOrder
from audits.models.edits import FIELDS, SEVERITY
from audits.models.events import Event
from audits.reports.canonical import canonical_json

CHANGES = frozenset(
    {
        *("answer.recorded", "answer.accepted", "answer.planned", "answer.rated"),
        *("answer.undone", "answer.lapsed", "answer.reopened"),
    }
)
# What no event tells, and a severity that is that of the item, whatever the edition.
UNKNOWN: Any = object()
OWN: Any = object()
# As an answer begins.
FRESH: dict[str, Any] = {
    **dict.fromkeys(FIELDS),
    "state": Claim.State.OPEN.value,
    "reason": "",
    "severity": OWN,
    "severity_reason": "",
}
WORDS = {
    "state": "state",
    "reason": "reason",
    "approver_id": "approver",
    "accepted_at": "time of acceptance",
    "accepted_until": "last day of acceptance",
    "owner_id": "owner",
    "due": "due date",
    "severity": "severity",
    "severity_reason": "reason of its severity",
}


@dataclass(slots=True)
class ToldAnswer:
    """`number` and `by` are of the last event that changed it, 0 where none did; `left` has what
    each column was left at, and by which event, and `first` what those of a loaded audit had."""

    version: int | None
    number: int = 0
    by: int | None = None
    item: str = ""
    left: dict[str, tuple[Any, int]] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)


class ToldAnswers:
    """Takes the events in order. Holds what was changed alone, and of each column the last."""

    def __init__(self) -> None:
        self.known: dict[int, ToldAnswer] = {}
        self.loaded: Event | None = None
        # Until a move of an audit whose event does not tell which severities it changed.
        self.tells_ratings = True

    def of(self, answer: int) -> ToldAnswer:
        return self.known.get(answer) or ToldAnswer(None if self.loaded else 1)

    def left(self, told: ToldAnswer, name: str) -> tuple[Any, int]:
        """What the column was left at, and the number of the event that did, 0 for none."""
        if name in told.left:
            return told.left[name]
        if self.loaded or (name in SEVERITY and not self.tells_ratings):
            return UNKNOWN, 0
        return FRESH[name], 0

    def take(self, event: Event) -> None:
        if event.verb == "audit.loaded":
            self.loaded = event
        elif event.verb == "audit.moved":
            self._moved(event)
        elif event.verb in CHANGES and event.answer_id is not None:
            self._changed(event, self._begin(event.answer_id))

    def _begin(self, answer: int) -> ToldAnswer:
        told = self.known[answer] = self.of(answer)
        return told

    def _changed(self, event: Event, told: ToldAnswer) -> None:
        detail = event.detail
        version = detail.get("version", told.version and told.version + 1)
        if told.version is not None and version != told.version + 1:
            raise OutOfOrder(
                f"it makes version {version} of {_named(event)}, which was at {told.version}"
            )
        told.version, told.number, told.by = version, event.number, event.actor_id
        told.item = detail["item"]
        # What is older tells neither what was there before nor what was there after it.
        was = detail.get("was", dict.fromkeys(FIELDS, UNKNOWN))
        now = detail.get("now", {})
        for name in FIELDS:
            if name in was:
                self._follows(event, told, name, was[name])
                told.left[name] = now.get(name, UNKNOWN), event.number
        if not was.keys().isdisjoint(SEVERITY):
            told.left["severity"] = self._severity(told), event.number

    def _severity(self, told: ToldAnswer) -> Any:
        """Without a reason it is that of the item, and goes with it. Where one was given to the
        item's own, it is that of the edition of then, which the event does not tell."""
        reason, severity = (self.left(told, name)[0] for name in ("severity_reason", "severity"))
        if reason == "":
            return OWN
        return UNKNOWN if reason is UNKNOWN or severity is OWN else severity

    def _follows(self, event: Event, told: ToldAnswer, name: str, was: Any) -> None:
        before, number = self.left(told, name)
        if number == 0 and before is UNKNOWN:
            told.first[name] = was
        if was != before and UNKNOWN not in (was, before) and before is not OWN:
            raise OutOfOrder(
                f"it changes another {WORDS[name]} of {_named(event)} than was left before it"
            )

    def _moved(self, event: Event) -> None:
        """A severity that somebody gave ends with a move to an edition that has it as its own, and
        comes back when the move is undone. Any other stays, or is that of the item."""
        if "rated" not in event.detail:
            self.tells_ratings = False
            for told in self.known.values():
                told.left.update(dict.fromkeys(SEVERITY, (UNKNOWN, event.number)))
            return
        for pk, rating in event.detail["rated"].items():
            told = self._begin(int(pk))
            for name, was in zip(SEVERITY, rating, strict=True):
                self._follows(event, told, name, was)
            self._rate(told, (OWN, ""), event.number)
        for pk, rating in event.detail.get("rated_again", {}).items():
            self._rate(self._begin(int(pk)), rating, event.number)

    def _rate(self, told: ToldAnswer, rating: Iterable[Any], number: int) -> None:
        for name, value in zip(SEVERITY, rating, strict=True):
            told.left[name] = value, number


def loaded_digest(answers: Iterable[tuple[int, dict[str, Any]]]) -> str:
    """Of what answers began with that came from a file: primary keys, ascending, and `values`."""
    whole = sha256()
    for pk, values in answers:
        said = {name: value for name, value in values.items() if value != FRESH[name]}
        if not values["severity_reason"]:
            said.pop("severity", None)
        if said:
            whole.update(canonical_json({"answer": pk, "said": said}))
    return whole.hexdigest()


def _named(event: Event) -> str:
    return f"“{event.detail.get('title', '')}”"
