"""How rounds of sign-off ended without a decision, as the history tells it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.models.events import Event
from audits.models.history import ELSEWHERE, describe

if TYPE_CHECKING:
    from audits.models.audits import Audit

ENDS = ("audit.outdated", "audit.withdrawn")


@dataclass(frozen=True)
class Ending:
    """`event` ended the round; `cause` is the change that outdated it, None where it was of
    something that has no events of its own."""

    event: Event
    cause: Event | None

    @property
    def by(self) -> str:
        return (self.cause or self.event).actor_name

    @property
    def what(self) -> str:
        """As it continues a sentence that begins with the name in `by`."""
        if self.event.verb == "audit.withdrawn":
            return describe(self.event)
        if self.cause:
            return describe(self.cause)
        return f"opened the audit again, since {self.event.detail.get('why') or ELSEWHERE}"

    @property
    def reason(self) -> str:
        return self.event.detail.get("reason", "")


def endings(audit: "Audit") -> dict[str, Ending]:
    """Digest of what was proposed -> how that round ended; without those that were decided or
    still wait. Two queries."""
    told = audit.events.filter(verb__in=("audit.proposed", *ENDS)).order_by("number")
    ended: dict[str, Event] = {}
    digest = ""
    for event in told:
        if event.verb == "audit.proposed":
            digest = event.detail["digest"]
        else:
            ended[digest] = event
    numbers = [event.detail.get("cause") for event in ended.values()]
    wanted = [number for number in numbers if number]
    causes = {event.number: event for event in audit.events.filter(number__in=wanted)}
    return {
        digest: Ending(event, causes.get(event.detail.get("cause")))
        for digest, event in ended.items()
    }
