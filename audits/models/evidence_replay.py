"""What the events of an audit tell of its evidence: how its rows should stand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from audits.models.claim_replay import UNKNOWN
from audits.models.disorder import OutOfOrder
from audits.models.events import Event
from audits.models.evidence import VERBS, Evidence
from audits.reports.canonical import canonical_json, digest

# What never changes of a row, and its events tell each time.
FACTS = ("kind", "name", "url", "text", "filename", "sha256", "speaks_of")
FRESH: dict[str, Any] = dict.fromkeys(Evidence.STANDING) | {"removed_reason": ""}


@dataclass(slots=True)
class ToldEvidence:
    """`number` is that of the event that attached it, 0 where it came with a file; `left` has what
    each column was left at, and by which event."""

    number: int = 0
    by: int | None = None
    revision: int = 0
    facts: str = ""
    piece: tuple[str, int] | None = None
    changed_in: int | None = None
    left: dict[str, tuple[Any, int]] = field(default_factory=dict)
    began: Any = UNKNOWN

    def standing(self, name: str) -> tuple[Any, int]:
        unknown = name == "expires_on"
        return self.left.get(name, (UNKNOWN if unknown else FRESH[name], self.number))


class ToldPieces:
    """Takes the events in order. Holds a digest of what each row has for good."""

    def __init__(self) -> None:
        self.known: dict[str, ToldEvidence] = {}
        self.loaded: Event | None = None

    def of(self, pk: str) -> ToldEvidence | None:
        """None: nothing tells of it."""
        return self.known.get(pk) or (ToldEvidence() if self.loaded else None)

    def take(self, event: Event) -> None:
        if event.verb == "audit.loaded":
            self.loaded = event
        elif event.verb in VERBS:
            for pk, was in _was(event).items():
                self._changed(event, pk, was)
            self._told_again(event)

    def _changed(self, event: Event, pk: str, was: dict[str, Any] | None) -> None:
        if was is None:
            if pk in self.known:
                raise OutOfOrder("it attaches evidence that was attached before it")
            told = ToldEvidence(event.number, event.actor_id, event.revision)
            last = event.detail.get("expires_on") if "was" in event.detail else UNKNOWN
            told.left["expires_on"] = last, event.number
        elif (known := self.of(pk)) is None:
            raise OutOfOrder("it changes evidence that was never attached")
        else:
            told = known
            self._leave(event, told, was, event.detail.get("now", {}).get(pk, {}))
        self.known[pk] = told
        told.changed_in = event.number if "now" in event.detail else None

    def _leave(
        self, event: Event, told: ToldEvidence, was: dict[str, Any], now: dict[str, Any]
    ) -> None:
        for name, before in was.items():
            stood, _ = told.standing(name)
            if name not in told.left and stood is UNKNOWN:
                told.began = before
            if stood != before and UNKNOWN not in (stood, before):
                raise OutOfOrder(f"it changes {_named(event)}, which did not stand so before it")
            told.left[name] = now.get(name, UNKNOWN), event.number

    def _told_again(self, event: Event) -> None:
        detail = event.detail
        told = self.known[detail["evidence"]]
        said = facts(detail, event.answer_id)
        if told.facts not in ("", said):
            raise OutOfOrder(f"it tells otherwise of {_named(event)} than the events before it")
        told.facts = said
        if "piece" in detail:
            told.piece = detail["piece"], detail["of_piece"]


def facts(told: dict[str, Any], answer: int | None) -> str:
    """A digest of what an event, or a fingerprint, tells of a row for good."""
    said = {name: told[name] for name in FACTS if told.get(name)}
    if told["kind"] == Evidence.Kind.RUN:
        # Its digest stands for it.
        said.pop("text", None)
    return digest(canonical_json(said | {"answer": answer}))


def loaded_digest(rows: Iterable[tuple[Evidence, Any]]) -> str:
    """Of evidence that came from a file, in the order of the primary keys, each with the last day
    on which it was good then."""
    whole = sha256()
    for row, last in rows:
        told = row.fingerprint() | {"expires_on": last, "answer": row.answer_id}
        whole.update(canonical_json(told))
    return whole.hexdigest()


def _was(event: Event) -> dict[str, dict[str, Any] | None]:
    """Row -> its former values, None of a new one; what is older tells neither."""
    if "was" in event.detail:
        return event.detail["was"]
    is_new = event.verb == "evidence.added"
    return {event.detail["evidence"]: None if is_new else dict.fromkeys(FRESH, UNKNOWN)}


def _named(event: Event) -> str:
    return f"the evidence “{event.detail['name']}”"
