"""Targets and tools that lead to the double, for the probes of the API."""

import datetime as dt
import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

from audits.net.door import Door
from audits.probes import guards
from audits.probes.base import Agreed, Check, Finding, Key, Kind, Target
from audits.probes.claude import Claude, Practice
from audits.probes.prices import Prices
from audits.probes.secrets import Secret
from audits.probes.tools import Tools
from tests.fakes.claude import Fake

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
PRICES = Prices.load(Path(__file__).parents[3] / "fixtures" / "prices.yaml")
PAID = Agreed(paid=True)


def fingerprint(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def key(value: str, label: str = "main") -> Key:
    return Key(label, Secret(value), fingerprint(value))


def target(fake: Fake, *keys: str, admin: str = "", **more: Any) -> Target:
    """Production, against the double, with these keys."""
    more.setdefault("now", NOW)
    return Target(
        name=more.pop("name", "Production"),
        kind=more.pop("kind", Kind.PRODUCTION),
        api_url=fake.api_url,
        status_url=more.pop("status_url", fake.status_url),
        keys=tuple(key(value, f"key {number}") for number, value in enumerate(keys, 1)),
        admin_key=key(admin, "admin") if admin else None,
        **more,
    )


def tools(fake: Fake, *, attempts: int = 1, cap: str = "1", total_s: float = 25.0) -> Tools:
    """One attempt a call unless asked otherwise: what retries do is tested with the client."""
    door = Door(endpoints={fake.endpoint})
    shared = guards.in_memory(daily_cap=Decimal(cap))

    def claude(target: Target, keys: tuple[Key, ...]) -> Claude:
        return Claude(
            door,
            api_url=target.api_url,
            keys=keys,
            api_version=target.api_version,
            credential=target.credential,
            workspace_id=target.workspace_id,
            guards=shared,
            prices=PRICES,
            on_call=lambda call: None,
            settings=Practice(attempts=attempts, connect_s=total_s, total_s=total_s),
        )

    return Tools(door, claude, PRICES, fingerprint, dict)


def verdicts(finding: Finding) -> dict[str, str]:
    """`{"aspect": "pass"}` of every check."""
    return {check.aspect: str(check.verdict) for check in finding.checks}


def check(finding: Finding, aspect: str) -> Check:
    return next(check for check in finding.checks if check.aspect == aspect)


def figures(of: Finding | Check) -> dict[str, Any]:
    return {measure.name: measure.value for measure in of.measures}


# What stands where the API should: each is no answer that a probe may believe.
ODD_BODIES = (
    "<html><body>Sign in to the Wi-Fi</body></html>",
    '{"data": [{"id": "apikey_1", "na',
    "",
    "null",
    "[]",
    '"data"',
    "{}",
    '{"data": null}',
    '{"data": {"0": {}}}',
    '{"data": [null]}',
    '{"data": [[]]}',
    "[" * 100_000,
)
