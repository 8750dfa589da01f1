"""What the stores have in common: what they are asked for, and how they fail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audits.net.door import Answer, Door, DoorFault, Limits

LIMITS = Limits(connect_s=3, total_s=10, max_bytes=256 * 1024, redirects=0)


class SecretFault(Exception):
    """There is no key to be had. The text says why and how to mend it, and never holds a value."""


@dataclass(frozen=True)
class Reference:
    """`vault:secret/claude#key` has the scheme vault, the name secret/claude and the field key."""

    scheme: str
    name: str
    field: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}" + (f"#{self.field}" if self.field else "")


def ask(
    who: str,
    door: Door,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
) -> Answer:
    """One request to a store. Raises SecretFault when there is no answer."""
    try:
        return door.request(method, url, headers=headers, content=content, limits=LIMITS)
    except DoorFault as fault:
        raise SecretFault(
            f"{who} {fault}. It is tried again with the next run; see whether it runs."
        ) from None


def json_of(who: str, answer: Answer) -> dict[str, Any]:
    """The object that a store answered; empty for anything else."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    if answer.status == 200:
        raise SecretFault(f"{who} answered something that is no JSON object.")
    return {}


def field_of(who: str, values: Any, name: str) -> str:
    """A field with a text in it. Raises SecretFault."""
    value = values.get(name) if isinstance(values, dict) else None
    if value is None:
        raise SecretFault(f"{who} has the secret, but no field {name} in it.")
    if not isinstance(value, str):
        raise SecretFault(f"{who} has something else than a text in the field {name}.")
    return value
