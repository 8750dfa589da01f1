"""What a call used, as the API counts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# No call has as many; more would not go into the ledger's columns.
MOST = 1_000_000_000


@dataclass(frozen=True)
class Usage:
    """Tokens of one call. `input_tokens` are those neither read from nor written to the cache;
    the whole prompt is `prompt_tokens`."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    batch: bool = False

    @property
    def cache_write_tokens(self) -> int:
        return self.cache_write_5m_tokens + self.cache_write_1h_tokens

    @property
    def prompt_tokens(self) -> int:
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    @property
    def limited_tokens(self) -> int:
        """What counts toward the rate limits of tokens: reads from the cache do not."""
        return self.input_tokens + self.cache_write_tokens + self.output_tokens

    @classmethod
    def of(cls, usage: Any) -> "Usage":
        """From the `usage` of a message. What it does not tell is 0; writes without their time to
        live count as those of 5 minutes, the API's default."""
        if not isinstance(usage, Mapping):
            return cls()
        written = _count(usage, "cache_creation_input_tokens")
        by_life = usage.get("cache_creation")
        hour = _count(by_life, "ephemeral_1h_input_tokens")
        five = _count(by_life, "ephemeral_5m_input_tokens")
        return cls(
            input_tokens=_count(usage, "input_tokens"),
            output_tokens=_count(usage, "output_tokens"),
            cache_read_tokens=_count(usage, "cache_read_input_tokens"),
            cache_write_5m_tokens=max(five, written - hour),
            cache_write_1h_tokens=hour,
            batch=usage.get("service_tier") == "batch",
        )


NO_USAGE = Usage()


def _count(usage: Any, name: str) -> int:
    value = usage.get(name) if isinstance(usage, Mapping) else None
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return min(max(0, value), MOST)
