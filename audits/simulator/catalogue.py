"""The models that the API lists, with what it says of them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

ACTIVE, DEPRECATED, RETIRED = "active", "deprecated", "retired"


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def rfc3339(moment: dt.datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


@dataclass(frozen=True)
class Model:
    """`minimum` is the fewest tokens of a prompt that is cached. `alias` is the moving name that
    leads to it. `price` is dollars per million tokens: in, out, cache write 5m and 1h, read."""

    id: str
    name: str
    line: str
    minimum: int
    price: tuple[str, str, str, str, str]
    created: str = "2026-01-01"
    alias: str = ""
    lifecycle: str = ACTIVE
    deprecated: str = ""
    retires: str = ""
    max_input_tokens: int = 200_000
    max_tokens: int = 64_000
    # Before they came to be, models were listed without lifecycle, dates and line.
    told: bool = True

    def as_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "type": "model",
            "id": self.id,
            "display_name": self.name,
            "created_at": rfc3339(day(self.created)),
            "max_input_tokens": self.max_input_tokens,
            "max_tokens": self.max_tokens,
            "capabilities": None,
        }
        if self.told:
            value["lifecycle"] = self.lifecycle
            value["deprecated_at"] = rfc3339(day(self.deprecated)) if self.deprecated else None
            value["retires_at"] = rfc3339(day(self.retires)) if self.retires else None
            value["line"] = self.line
        return value


OPUS_PRICE = ("5", "25", "6.25", "10", "0.50")
SONNET_PRICE = ("3", "15", "3.75", "6", "0.30")
HAIKU_5_5_LONG_PRICE = ("0.50", "2.50", "0.625", "1.00", "0.05")
LONG_PROMPT = 100_000

MODELS = (
    Model("claude-opus-5-5", "Claude Opus 5.5", "opus", 512,
          ("4", "20", "5", "8", "0.20"), "2026-10-21"),
    Model("claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet", 512,
          ("2", "10", "2.50", "4", "0.10"), "2026-10-21"),
    Model("claude-haiku-5-5", "Claude Haiku 5.5", "haiku", 512,
          ("0.10", "0.50", "0.125", "0.20", "0.01"), "2026-10-21"),
    Model("claude-opus-5", "Claude Opus 5", "opus", 512, OPUS_PRICE, "2026-07-01"),
    Model("claude-sonnet-5", "Claude Sonnet 5", "sonnet", 1024,
          ("2", "10", "2.50", "4", "0.20"), "2026-06-30"),
    Model("claude-opus-4-8", "Claude Opus 4.8", "opus", 1024, OPUS_PRICE, "2026-05-20"),
    Model("claude-opus-4-7", "Claude Opus 4.7", "opus", 2048, OPUS_PRICE, "2026-04-14"),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", "sonnet", 1024, SONNET_PRICE, "2026-02-17"),
    Model("claude-opus-4-6", "Claude Opus 4.6", "opus", 4096, OPUS_PRICE, "2026-02-04"),
    Model("claude-opus-4-5-20251101", "Claude Opus 4.5", "opus", 4096, OPUS_PRICE, "2025-11-24",
          "claude-opus-4-5", DEPRECATED, "2026-09-01", "2027-02-01"),
    Model("claude-haiku-4-5-20251001", "Claude Haiku 4.5", "haiku", 4096,
          ("1", "5", "1.25", "2", "0.10"), "2025-10-15", "claude-haiku-4-5"),
    Model("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "sonnet", 1024, SONNET_PRICE,
          "2025-09-29", "claude-sonnet-4-5", DEPRECATED, "2026-09-01", "2026-12-31"),
    Model("claude-sonnet-4-20250514", "Claude Sonnet 4", "sonnet", 1024, SONNET_PRICE,
          "2025-05-22", "claude-sonnet-4-0", RETIRED, "2026-01-15", "2026-06-15", told=True),
)  # fmt: skip
