"""The double: Claude API, status page and an app on loopback, for a test to break as it likes."""

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

from audits.simulator.exchange import Seen
from audits.simulator.faults import Fault
from audits.simulator.keys import key_named
from audits.simulator.limits import Bucket
from audits.simulator.mounts import Simulator
from audits.simulator.server import Thread, listen
from audits.simulator.statuspage import Incident
from audits.simulator.tokens import Usage
from audits.simulator.world import ApiKey, Pace, Used, Workspace, World


class Fake:
    """A running double. `world` is everything that it knows; the methods are for what most tests
    want of it."""

    def __init__(self, **world: Any) -> None:
        self.world = World(**world)
        listener = listen()
        self.endpoint: tuple[str, int] = listener.getsockname()
        self._thread = Thread(Simulator(self.world), listener)

    def close(self) -> None:
        self._thread.close()

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self.endpoint)

    @property
    def api_url(self) -> str:
        return f"{self.url}/claude"

    @property
    def status_url(self) -> str:
        return f"{self.url}/status"

    @property
    def app_url(self) -> str:
        return f"{self.url}/app"

    @property
    def requests(self) -> list[Seen]:
        """What came, in the order in which it came."""
        return list(self.world.seen)

    def came(self, path: str) -> list[Seen]:
        """What came to a path that ends like that."""
        return [seen for seen in self.world.seen if seen.path.endswith(path)]

    def key(self, situation: str = "valid", *, name: str = "", **more: Any) -> str:
        """A key in that situation ("valid", or a name of simulator.problems: "credits-exhausted",
        "revoked-key" …); `more` are fields of ApiKey. What belongs to nobody is "invalid-key"."""
        name = name or f"{situation} {len(self.world.keys)}"
        value = key_named(name, "admin01" if more.pop("admin", False) else "api03")
        if situation == "invalid-key":
            return value
        if situation == "workspace-required":
            situation, more["identity"] = "valid", True
        self.world.add_key(ApiKey(value, name, situation, **more))
        return value

    def admin_key(self, **more: Any) -> str:
        return self.key(name="admin", admin=True, **more)

    def workspace(self, name: str = "Production", **more: Any) -> str:
        """A workspace; its id."""
        workspace = Workspace(f"wrkspc_{len(self.world.workspaces) + 1:02d}", name, **more)
        self.world.workspaces.append(workspace)
        return workspace.id

    def plan(self, what: str, *, retry_after: int | None = None, **more: Any) -> Fault:
        """What goes wrong next: a name of simulator.problems, faults.BREAKS or
        faults.STREAM_BREAKS; `more` are fields of Fault (times, path, model, seconds …)."""
        fault = Fault(what, **more)
        if retry_after is not None:
            fault.headers["retry-after"] = str(retry_after)
        self.world.faults.append(fault)
        return fault

    def latency(self, **ms: float) -> None:
        """Fixed from now on: start_ms, first_ms, gap_ms of a stream, plain_ms of an answer."""
        pace = Pace(**ms)
        self.world.pace = lambda model: pace

    def says(self, **more: Any) -> None:
        """How the model answers from now on: fields of Speech."""
        self.world.speech = dataclasses.replace(self.world.speech, **more)

    def limit(
        self,
        requests: int = 4_000,
        input_tokens: int = 2_000_000,
        output_tokens: int = 400_000,
        told: bool = True,
    ) -> None:
        """What a minute may see from now on; without `told` answers say nothing of limits."""
        limits = self.world.limits
        limits.requests, limits.told = Bucket(requests), told
        limits.input, limits.output = Bucket(input_tokens), Bucket(output_tokens)

    def advance(self, seconds: float) -> None:
        """Let time pass for caches, limits, keys and reports."""
        self.world.shift += seconds

    def used(
        self,
        at: dt.datetime,
        model: str = "claude-sonnet-5-5",
        *,
        key_id: str = "",
        workspace_id: str | None = None,
        **tokens: int,
    ) -> None:
        """A row for the reports; `tokens` are fields of Usage."""
        self.world.used.append(Used(at, model, Usage(**tokens), key_id, workspace_id))

    def cost(self, day: dt.date, cents: str, workspace_id: str | None = None) -> None:
        """What a day cost, in a decimal string of cents."""
        self.world.costs.append((day, workspace_id, "Usage", cents))

    def incident(self, name: str, **more: Any) -> None:
        """An incident while every component reads operational."""
        self.world.status.incidents.append(Incident(name, **more))


@contextlib.contextmanager
def running(**world: Any) -> Iterator[Fake]:
    fake = Fake(**world)
    try:
        yield fake
    finally:
        fake.close()
