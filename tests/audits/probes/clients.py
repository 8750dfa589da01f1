"""Clients of the double, whose pauses are short."""

import hashlib
import ipaddress
from decimal import Decimal
from pathlib import Path

from audits.net.door import Door
from audits.probes import guards
from audits.probes.base import Credential, Key
from audits.probes.claude import Claude, Practice
from audits.probes.prices import Prices
from audits.probes.secrets import Secret
from tests.fakes.claude import Fake

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
PRICES = Prices.load(Path(__file__).resolve().parents[3] / "fixtures/prices.yaml")
MODEL = "claude-haiku-4-5-20251001"
HELLO = {
    "model": MODEL,
    "max_tokens": 256,
    "messages": [{"role": "user", "content": "Good morning."}],
}
# Short pauses, and time enough for a machine that stands still.
QUICK = Practice(base_s=0.05, cap_s=0.4, total_s=25.0, connect_s=20.0)


def key_of(value: str, label: str = "a key") -> Key:
    return Key(label, Secret(value), hashlib.sha256(value.encode()).hexdigest())


def client(fake: Fake, *keys: str, practice: Practice = QUICK, **more) -> Claude:
    """With one valid key unless others are given; `calls` of it are those that were told."""
    calls: list = []
    settings = {
        "api_url": fake.api_url,
        "api_version": "2023-06-01",
        "credential": Credential.API_KEY,
        "workspace_id": "",
        "guards": guards.in_memory(daily_cap=Decimal(1)),
        "prices": PRICES,
    } | more
    made = Claude(
        Door(private=LOOPBACK),
        keys=[key_of(value) for value in keys or [fake.key()]],
        on_call=calls.append,
        settings=practice,
        **settings,
    )
    made.calls = calls
    return made
