"""The state of one simulated organization: who holds keys, what was used, what goes wrong."""

import datetime as dt
import json
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from audits.simulator.application import App
from audits.simulator.catalogue import MODELS, Model
from audits.simulator.exchange import Seen
from audits.simulator.faults import Fault
from audits.simulator.limits import Bucket, Limits
from audits.simulator.statuspage import StatusPage
from audits.simulator.tokens import Cache, Usage

ORGANIZATION_ID = "0b6c1f9e-5a7d-4d42-9a55-51a1c0de0001"
# Of the default workspace, which the Admin API calls null and answers call by its id.
DEFAULT_WORKSPACE = "wrkspc_default"


@dataclass
class ApiKey:
    """`situation` is "valid" or a name of problems.PROBLEMS. `workspace_id` None is the default
    workspace; an `identity` key belongs to the organization and must name one with each call."""

    value: str
    name: str = ""
    situation: str = "valid"
    workspace_id: str | None = None
    identity: bool = False
    status: str = "active"
    created_at: dt.datetime = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    created_by: str = "user_01"
    expires_at: dt.datetime | None = None
    id: str = ""

    @property
    def is_admin(self) -> bool:
        return self.value.startswith("sk-ant-admin01-")

    @property
    def hint(self) -> str:
        return f"{self.value[:17]}...{self.value[-4:]}"


@dataclass
class Workspace:
    id: str
    name: str
    created_at: dt.datetime = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    archived_at: dt.datetime | None = None


@dataclass(frozen=True)
class Pace:
    """Milliseconds after the request came at which a stream begins and its first delta follows,
    between two deltas, and until an answer that is not streamed."""

    start_ms: float = 0
    first_ms: float = 0
    gap_ms: float = 0
    plain_ms: float = 0


@dataclass
class Speech:
    """How the model answers. `thinks` puts a thinking block before the text; `chatty` adds pings
    and events that no client knows."""

    text: str = "This answer was made up by a simulator."
    output_tokens: int = 12
    stop_reason: str = "end_turn"
    thinks: bool = False
    chatty: bool = True


@dataclass(frozen=True, slots=True)
class Used:
    """One row of the usage report: what a key used of a model in the bucket that holds `at`."""

    at: dt.datetime
    model: str
    usage: Usage
    key_id: str = ""
    workspace_id: str | None = None


@dataclass
class SpendLimit:
    """Cents; `scope` is organization, workspace or usage_tier."""

    cents: int
    scope: str = "organization"
    workspace_id: str = ""
    is_enabled: bool = True


@dataclass
class World:
    """`clock` gives the seconds since 1970 that everything here goes by."""

    clock: Callable[[], float] = time.time
    seed: int = 1
    models: list[Model] = field(default_factory=lambda: list(MODELS))
    keys: dict[str, ApiKey] = field(default_factory=dict)
    workspaces: list[Workspace] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    used: list[Used] = field(default_factory=list)
    # Of the organization by day, beside what its calls cost: (day, workspace, text, cents).
    costs: list[tuple[dt.date, str | None, str, str]] = field(default_factory=list)
    # Without the preview the problem's error code: organization_not_enrolled_in_beta, or 403.
    spend_limits: list[SpendLimit] | str = "organization_not_enrolled_in_beta"
    speech: Speech = field(default_factory=Speech)
    pace: Callable[[str], Pace] = lambda model: Pace()
    cache: Cache = field(default_factory=Cache)
    limits: Limits = field(default_factory=Limits)
    count_limits: Limits = field(default_factory=lambda: Limits(Bucket(2_000)))
    status: StatusPage = field(default_factory=StatusPage)
    app: App = field(default_factory=App)
    # Whether what is called shows in the reports.
    keeps_usage: bool = True
    organization: str = "Simulated organization"
    organization_id: str = ORGANIZATION_ID
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=10_000))

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311  # nosec B311: it plays, it hides nothing
        self.shift = 0.0

    def now(self) -> float:
        return self.clock() + self.shift

    def today(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.now(), dt.UTC)

    def add_key(self, key: ApiKey) -> ApiKey:
        key.id = key.id or f"apikey_{len(self.keys) + 1:02d}"
        self.keys[key.value] = key
        return key

    def workspace(self, name: str) -> Workspace | None:
        return next((one for one in self.workspaces if one.id == name), None)

    def model(self, name: str) -> Model | None:
        return next((one for one in self.models if name in (one.id, one.alias)), None)

    def fault_for(self, seen: Seen) -> Fault | None:
        """The next that meets this request; it is used up by that."""
        body = _as_json(seen.body)
        for fault in self.faults:
            if fault.meets(seen.path, body, self.dice):
                if fault.is_midstream and not (isinstance(body, dict) and body.get("stream")):
                    continue
                return fault.use()
        return None


def _as_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
