"""What an alert says, and what became of sending it. Every sender is a function from a message to
an outcome; failure is data."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    FAILING = "failing"
    RECOVERED = "recovered"
    SPEND = "spend"
    # Of action items, to chats alone: nobody is paged for them.
    REMINDER = "reminder"
    TEST = "test"


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Message:
    """`thread` is the same for an alert and the recovery that ends it, and for nothing else.
    `at` is aware. `link` leads to the page of what it is about."""

    kind: Kind
    severity: Severity
    thread: str
    title: str
    says: str
    next_step: str
    team: str
    project: str
    environment: str
    probe: str
    at: dt.datetime
    link: str
    simulated: bool = False

    def facts(self) -> dict[str, str]:
        """What it is about, by label; without what it does not name."""
        facts = {
            "Project": self.project,
            "Environment": self.environment,
            "Probe": self.probe,
            "Time": f"{self.at.astimezone(dt.UTC):%d %b %Y, %H:%M} UTC",
        }
        return {label: value for label, value in facts.items() if value}

    def as_json(self) -> dict[str, str | bool]:
        return {
            "kind": self.kind.value,
            "severity": self.severity.value,
            "thread": self.thread,
            "title": self.title,
            "says": self.says,
            "next_step": self.next_step,
            "team": self.team,
            "project": self.project,
            "environment": self.environment,
            "probe": self.probe,
            "at": self.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "link": self.link,
            "simulated": self.simulated,
        }

    @classmethod
    def from_json(cls, data: Mapping) -> "Message":
        """What `as_json` gave."""
        given = dict(data)
        given["kind"], given["severity"] = Kind(given["kind"]), Severity(given["severity"])
        given["at"] = dt.datetime.fromisoformat(given["at"])
        return cls(**given)


class Result(StrEnum):
    SENT = "sent"
    # Not taken now: the same may be sent again.
    LATER = "later"
    # Not taken, and it will not be.
    REFUSED = "refused"
    # There is nobody any more at that address.
    GONE = "gone"
    # It left, and nothing says whether it arrived.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """`says` is a sentence for people, without address or key; `after_s` is how long the other
    side asked to be left alone."""

    result: Result
    says: str
    status: int | None = None
    after_s: int | None = None


@dataclass(frozen=True)
class Parcel:
    """A message on its way to one channel; `id` is the same however often it is sent."""

    id: uuid.UUID
    message: Message
