"""What the events of an audit tell of its sign-offs: how its rows should stand."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from audits.models.claim_replay import ToldAnswers
from audits.models.comment_proofs import ToldComments
from audits.models.condition_proofs import ToldConditions
from audits.models.disorder import OutOfOrder
from audits.models.events import Event
from audits.models.evidence_replay import ToldPieces
from audits.models.lifecycle import (
    OF_A_REVIEW,
    SEALED,
    VERDICT,
    AuditState,
    RoundState,
    ends_a_proposal,
)

# From before there were rounds: one person proposed and decided in one event.
AT_ONCE = "audit.sealed"
REFUSED = "No-go"


@dataclass
class Signature:
    """As the event tells of it; `statement` is None where it does not."""

    by: int | None
    by_name: str
    role: str
    decision: str
    digest: str
    method: str
    statement: str | None
    at: dt.datetime
    withdrawn_at: dt.datetime | None = None


@dataclass
class Decided:
    """The event that sealed a round: its number, and the hash of the event before it. `seal` is
    the digest of the record of the decision; empty where it is older than such records."""

    number: int
    head: str
    seal: str
    at: dt.datetime


@dataclass
class ToldRound:
    """`number` is that of the event that proposed it, `head` the hash of the event before that,
    and `detail` what the event says of the proposal."""

    number: int
    head: str
    revision: int
    digest: str
    detail: dict[str, Any]
    state: str = RoundState.PROPOSED
    signatures: list[Signature] = field(default_factory=list)
    decided: Decided | None = None
    superseded_by: int | None = None
    expired_because: str = ""

    def standing(self) -> list[Signature]:
        return [each for each in self.signatures if each.withdrawn_at is None]


class Replay:
    """Takes the events in order; OutOfOrder at the first that cannot have happened then."""

    def __init__(self) -> None:
        self.state: str = AuditState.OPEN
        self.revision = 1
        self.rounds: list[ToldRound] = []
        # (Revision, number of the condition of its go) -> the last event that tells of it.
        self.settled: dict[tuple[int, int], Event] = {}
        # Answer -> the last event that tells of the machine's verdict on it.
        self.verdicts: dict[int | None, Event] = {}
        # Review -> the event that tells of its end.
        self.reviews: dict[str, Event] = {}
        self.answers, self.pieces = ToldAnswers(), ToldPieces()
        self.comments, self.conditions = ToldComments(), ToldConditions()
        # A proposed audit was changed, which the next event must say.
        self.is_changed = False

    @property
    def now(self) -> ToldRound:
        return self.rounds[-1]

    def take(self, event: Event) -> None:
        if event.verb != "audit.reopened" and event.revision != self.revision:
            raise OutOfOrder(f"it is of revision {event.revision}, not of {self.revision}")
        if event.verb in TAKEN:
            if self.is_changed and event.verb != "audit.outdated":
                raise OutOfOrder("the proposal was changed before it, and did not end")
            TAKEN[event.verb](self, event)
            return
        # Action items are closed after the seal too.
        if self.state in SEALED and event.verb not in OF_A_REVIEW:
            raise OutOfOrder("it changes what is sealed")
        if self.state == AuditState.PROPOSED and ends_a_proposal(event.verb, event.detail):
            self.is_changed = True
        if event.verb == VERDICT:
            self._said(event)
        elif event.verb == "review.ended":
            self._met(event)
        for told in (self.answers, self.pieces, self.comments, self.conditions):
            told.take(event)

    def _met(self, event: Event) -> None:
        """A review ends once."""
        if event.detail["review"] in self.reviews:
            raise OutOfOrder("it ends a review that had ended")
        self.reviews[event.detail["review"]] = event

    def _said(self, event: Event) -> None:
        """What the machine says follows on what it said before."""
        before = self.verdicts.get(event.answer_id)
        if event.detail["before"] != (before.detail["after"] if before else ""):
            raise OutOfOrder("it changes another verdict than the event before it left")
        self.verdicts[event.answer_id] = event

    def _reopened(self, event: Event) -> None:
        if self.state not in SEALED:
            raise OutOfOrder("it reopens what is not sealed")
        self.state, self.revision = AuditState.OPEN, self.revision + 1
        if event.revision != self.revision:
            raise OutOfOrder(f"it opens revision {event.revision} instead of {self.revision}")

    def _proposed(self, event: Event) -> None:
        if self.state != AuditState.OPEN:
            raise OutOfOrder(f"it proposes what is {AuditState(self.state).label.lower()}")
        self.state = AuditState.PROPOSED
        told = ToldRound(
            event.number, event.previous_hash, event.revision, event.detail["digest"], event.detail
        )
        self.rounds.append(told)

    def _given(self, event: Event) -> None:
        self._must_be_proposed(event)
        detail = event.detail
        self.now.signatures.append(
            Signature(
                event.actor_id,
                event.actor_name,
                detail["role"],
                detail["decision"],
                detail["digest"],
                detail["method"],
                detail.get("statement"),
                event.at,
            )
        )

    def _taken_back(self, event: Event) -> None:
        self._must_be_proposed(event)
        mine = (event.actor_id, event.detail["role"])
        for each in self.now.standing():
            if (each.by, each.role) == mine:
                each.withdrawn_at = event.at
                return
        raise OutOfOrder("it withdraws a signature that was not given")

    def _ended(self, event: Event) -> None:
        self._must_be_proposed(event)
        self.now.state = event.verb.removeprefix("audit.")
        self.state, self.is_changed = AuditState.OPEN, False

    def _decided(self, event: Event) -> None:
        self._must_be_proposed(event)
        self.state = self.now.state = event.verb.removeprefix("audit.")
        self.now.decided = Decided(
            event.number, event.previous_hash, event.detail["seal"], event.at
        )

    def _at_once(self, event: Event) -> None:
        self._proposed(event)
        for told in self.rounds[:-1]:
            if told.decided:
                told.state, told.superseded_by = RoundState.SUPERSEDED, event.revision
        refused = event.detail["decision"] == REFUSED
        self.state = self.now.state = RoundState.REFUSED if refused else RoundState.SIGNED
        self.now.decided = Decided(event.number, event.previous_hash, "", event.at)

    def _superseded(self, event: Event) -> None:
        told = self._decided_one(event.detail["of"])
        told.state, told.superseded_by = RoundState.SUPERSEDED, event.detail["now"]

    def _expired(self, event: Event) -> None:
        told = self._decided_one(event.detail["of"])
        if told.state != RoundState.SIGNED:
            raise OutOfOrder(f"it ends revision {told.revision}, which does not hold")
        told.state, told.expired_because = RoundState.EXPIRED, event.detail["why"]
        if self.state == AuditState.SIGNED and told.revision == self.revision:
            self.state = AuditState.EXPIRED

    def _settled(self, event: Event) -> None:
        told = self._decided_one(event.detail["of"])
        self.settled[told.revision, event.detail["number"]] = event

    def _decided_one(self, revision: int) -> ToldRound:
        for told in self.rounds:
            if told.revision == revision and told.decided:
                return told
        raise OutOfOrder(f"it tells of revision {revision}, of which nothing was decided")

    def _must_be_proposed(self, event: Event) -> None:
        if self.state != AuditState.PROPOSED:
            raise OutOfOrder("it tells of a sign-off, but nothing is proposed")
        if event.detail.get("digest", self.now.digest) != self.now.digest:
            raise OutOfOrder("it names another digest than what is proposed has")


TAKEN = {
    AT_ONCE: Replay._at_once,
    "audit.reopened": Replay._reopened,
    "audit.proposed": Replay._proposed,
    "audit.withdrawn": Replay._ended,
    "audit.outdated": Replay._ended,
    "audit.signed": Replay._decided,
    "audit.refused": Replay._decided,
    "audit.superseded": Replay._superseded,
    "audit.expired": Replay._expired,
    "sign_off.given": Replay._given,
    "sign_off.withdrawn": Replay._taken_back,
    "go_condition.settled": Replay._settled,
}
