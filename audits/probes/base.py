"""What every probe is given and gives back. A probe is a pure function from a target to a finding:
it knows no database and no setting, and reaches the network through its tools alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from audits.probes.secrets import Secret

if TYPE_CHECKING:
    from audits.probes.tools import Tools


class Verdict(StrEnum):
    """No evidence is inconclusive, never a pass. An error is ours: the probe could not look."""

    PASS = "pass"  # noqa: S105  # nosec B105: a verdict
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


# Of several verdicts the first of these that is among them is the one that counts.
GRAVEST = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.PASS)


class Strength(StrEnum):
    """How far a verdict goes towards the item: `strong` decides it, `medium` backs it, `partial`
    sees one side of it."""

    STRONG = "strong"
    MEDIUM = "medium"
    PARTIAL = "partial"


class Kind(StrEnum):
    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class Credential(StrEnum):
    """The header of the key: SDK 2.x sends a bearer token, older ones x-api-key."""

    API_KEY = "x-api-key"
    BEARER = "bearer"


@dataclass(frozen=True)
class Key:
    """`fingerprint` is an HMAC-SHA256 of the key under the installation's own secret, in hex: two
    keys are compared by it, and nobody without that secret can guess a key from it."""

    label: str
    secret: Secret
    fingerprint: str


@dataclass(frozen=True)
class Budget:
    """What a month may cost."""

    amount: Decimal
    currency: str = "USD"


@dataclass(frozen=True)
class Chat:
    """The app's own chat endpoint. `template` is the request's body with `{{message}}` where the
    user's text goes, as the inside of a JSON string. Header values may be secret."""

    url: str
    template: str
    method: str = "POST"
    headers: Mapping[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True)
class App:
    """The addresses of the application that is launched; empty where it has none."""

    page_url: str = ""
    chat: Chat | None = None
    health_url: str = ""
    live_url: str = ""
    ready_url: str = ""
    metrics_url: str = ""
    log_url: str = ""


@dataclass(frozen=True)
class Sibling:
    """Another environment of the project, as `keys-separate` compares it."""

    name: str
    kind: Kind
    fingerprints: frozenset[str]
    workspace_id: str


@dataclass(frozen=True)
class Sample:
    """One streamed call. Without an answer `error` says what came instead."""

    at: dt.datetime
    model: str
    ttft_ms: Decimal | None = None
    total_ms: Decimal | None = None
    error: str = ""


@dataclass(frozen=True)
class Link:
    """A link that is evidence. `digest` is the SHA-256 of what it held when first looked at,
    empty before."""

    key: str
    url: str
    title: str
    digest: str = ""


@dataclass(frozen=True)
class Agreed:
    """What people of the team agreed to for this environment and probe."""

    paid: bool = False
    production: bool = False


@dataclass(frozen=True)
class Policy:
    """What the team asks of its keys and of its users' waiting time."""

    rotation_days: int = 90
    p95_ms: int = 10_000
    budget_marks: tuple[int, ...] = (50, 80, 100)
    # Requests that a burst of `app-rate-limit` sends at the most.
    rate_burst: int = 30


@dataclass(frozen=True)
class Target:
    """One environment, as far as its team declared it. Times are aware."""

    name: str
    kind: Kind
    now: dt.datetime
    api_url: str = "https://api.anthropic.com"
    api_version: str = "2023-06-01"
    credential: Credential = Credential.API_KEY
    workspace_id: str = ""
    keys: tuple[Key, ...] = ()
    admin_key: Key | None = None
    models: tuple[str, ...] = ()
    budget: Budget | None = None
    status_url: str = "https://status.claude.com"
    app: App = App()
    policy: Policy = Policy()
    agreed: Agreed = Agreed()
    siblings: tuple[Sibling, ...] = ()
    # Of earlier runs, not older than the window that percentiles are taken over.
    samples: tuple[Sample, ...] = ()
    log_sample: bytes | None = None
    links: tuple[Link, ...] = ()
    # What the last finding of this probe kept for the next one: see `Finding.kept`.
    kept: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False


@dataclass(frozen=True)
class Measure:
    """A figure with its unit: `Measure("p95", Decimal("812.4"), "ms")`. No floats: a verdict goes
    into snapshots, whose digest must not depend on how a machine prints them."""

    name: str
    value: str | int | bool | Decimal
    unit: str = ""


@dataclass(frozen=True)
class Check:
    """What one aspect showed, in a sentence, and what to do next unless it passed."""

    aspect: str
    verdict: Verdict
    says: str
    next_step: str = ""
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What a probe saw.

    `says` is one sentence; `how` says what was asked of whom; `answer` is an extract of the last
    raw answer, redacted; `kept` is what the next run of the same probe is given, JSON alone.
    """

    verdict: Verdict
    says: str
    how: str
    next_step: str = ""
    checks: tuple[Check, ...] = ()
    measures: tuple[Measure, ...] = ()
    samples: tuple[Sample, ...] = ()
    answer: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, checks: Iterable[Check], *, how: str, says: str = "", **more: Any) -> "Finding":
        """As grave as the gravest check, whose words are the finding's unless it has its own."""
        given = tuple(checks)
        if not given:
            raise ValueError("a finding needs a check")
        gravest = min(given, key=lambda check: GRAVEST.index(check.verdict))
        next_step = more.pop("next_step", "") or gravest.next_step
        return cls(
            gravest.verdict, says or gravest.says, how, next_step=next_step, checks=given, **more
        )

    @classmethod
    def inconclusive(
        cls, says: str, *, next_step: str, how: str = "Nothing was asked."
    ) -> "Finding":
        """There was nothing to look at."""
        return cls(Verdict.INCONCLUSIVE, says, how, next_step=next_step)

    @classmethod
    def error(cls, says: str, *, how: str, next_step: str, answer: str = "") -> "Finding":
        """The probe could not look."""
        return cls(Verdict.ERROR, says, how, next_step=next_step, answer=answer)

    def of_aspect(self, aspect: str) -> Check:
        """What it says of that aspect; of the whole for an empty one. Where the run did not come
        to look at the aspect, the whole finding's words hold, and never as a pass."""
        if aspect:
            for check in self.checks:
                if check.aspect == aspect:
                    return check
        verdict = self.verdict
        if aspect and verdict in (Verdict.PASS, Verdict.FAIL):
            return Check(aspect, Verdict.INCONCLUSIVE, "This run did not look at it.")
        return Check(aspect, verdict, self.says, self.next_step, self.measures)


@dataclass(frozen=True)
class Aspect:
    """One of the questions that a probe answers: what items name after the probe's name and a dot,
    as in `log-sample.waits`."""

    name: str
    looks_at: str
    strength: Strength


class Cost(StrEnum):
    FREE = "free"
    PAID = "paid"
    # Free as far as it goes; goes further when somebody agreed to pay.
    BOTH = "both"


class Queue(StrEnum):
    PROBES = "probes"
    # Of its own, so that other probes' load does not show in the times.
    LATENCY = "latency"


class Probe(Protocol):
    """`needs` are names of fields of Target and App without which it has nothing to look at;
    `every` and `stale_after` are how often it runs unless the team says otherwise and how long
    its verdict counts as fresh; `seconds` is the time that one run may take."""

    name: str
    title: str
    looks_at: str
    # Of the probe as a whole; its aspects have their own.
    strength: Strength
    aspects: tuple[Aspect, ...]
    needs: tuple[str, ...]
    cost: Cost
    # Sends what an attacker might, or many requests: on production only after a second yes.
    intrusive: bool
    queue: Queue
    every: dt.timedelta
    stale_after: dt.timedelta
    seconds: int

    def run(self, target: Target, tools: "Tools") -> Finding: ...

    def price(self, target: Target, tools: "Tools") -> Decimal | None:
        """The most that a paid run costs, in dollars; None when it costs nothing or its price is
        not known."""
        ...


class Free:
    """What most probes are: they cost nothing, intrude on nobody, and measure no times."""

    cost = Cost.FREE
    intrusive = False
    queue = Queue.PROBES

    def price(self, target: Target, tools: "Tools") -> Decimal | None:
        return None
