"""How many tokens something has, by the rule of thumb of four characters a token, and which part
of a prompt comes from a cache."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from audits.simulator.problems import bad_request

TTL_SECONDS = {"5m": 300, "1h": 3600}
MOST_MARKERS = 4
# More are looked through for what has died.
MOST_ENTRIES = 1_000
# What every message costs beside its text.
FRAME_TOKENS = 4


def of_text(text: str) -> int:
    return -(-len(text) // 4)


def of_block(block: Any) -> int:
    if isinstance(block, str):
        return of_text(block)
    if block.get("type") == "text":
        return of_text(block.get("text", ""))
    bare = {name: value for name, value in block.items() if name != "cache_control"}
    return of_text(json.dumps(bare))


def blocks_of(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The parts of a prompt in the order in which a cache reads them."""
    for tool in body.get("tools") or ():
        yield "tool", tool
    system = body.get("system") or ()
    for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
        yield "system", block
    for message in body.get("messages") or ():
        content = message["content"]
        as_blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in as_blocks:
            yield message["role"], block


def of_prompt(body: dict[str, Any]) -> int:
    frames = FRAME_TOKENS * len(body.get("messages") or ())
    return frames + sum(of_block(block) for _, block in blocks_of(body))


@dataclass(slots=True)
class Usage:
    """Tokens of one call; `input` is what neither came from a cache nor went into one."""

    input: int = 0
    output: int = 0
    read: int = 0
    written_5m: int = 0
    written_1h: int = 0

    @property
    def prompt(self) -> int:
        return self.input + self.read + self.written_5m + self.written_1h

    @property
    def limited_input(self) -> int:
        """What counts towards the input limit: cache reads do not."""
        return self.prompt - self.read

    def as_json(self) -> dict[str, Any]:
        return {
            "input_tokens": self.input,
            "cache_creation_input_tokens": self.written_5m + self.written_1h,
            "cache_read_input_tokens": self.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.written_5m,
                "ephemeral_1h_input_tokens": self.written_1h,
            },
            "output_tokens": self.output,
            "service_tier": "standard",
        }


@dataclass
class Cache:
    """Prefixes by their digest, and until when they live: [ends at, seconds to live]."""

    entries: dict[str, list[float]] = field(default_factory=dict)

    def account(
        self, scope: str, model: str, minimum: int, body: dict[str, Any], now: float
    ) -> Usage:
        """The usage of a prompt; what it reads lives longer, what it marks is there from now."""
        self._forget(now)
        usage = Usage(input=of_prompt(body))
        marks = [mark for mark in marks_of(body, f"{scope} {model}") if mark.tokens >= minimum]
        read = 0
        for mark in marks:
            entry = self.entries.get(mark.digest)
            if entry and entry[0] > now:
                entry[0] = now + entry[1]
                read = mark.tokens
        usage.read = read
        usage.input -= self._write([mark for mark in marks if mark.tokens > read], usage, now)
        return usage

    def _write(self, marks: list["Mark"], usage: Usage, now: float) -> int:
        """Keep what the marks end, by their TTL; the tokens that are covered now."""
        covered = usage.read
        for mark in marks:
            seconds = TTL_SECONDS[mark.ttl]
            self.entries[mark.digest] = [now + seconds, seconds]
            fresh = mark.tokens - covered
            if mark.ttl == "1h":
                usage.written_1h += fresh
            else:
                usage.written_5m += fresh
            covered = mark.tokens
        return covered

    def _forget(self, now: float) -> None:
        if len(self.entries) > MOST_ENTRIES:
            self.entries = {key: entry for key, entry in self.entries.items() if entry[0] > now}


@dataclass(frozen=True)
class Mark:
    """A prefix that a marker ends: its digest, how long it is, how long it shall live."""

    digest: str
    tokens: int
    ttl: str


def marks_of(body: dict[str, Any], salt: str) -> list[Mark]:
    """Raises Refused for markers that the API does not take."""
    blocks = list(blocks_of(body))
    digest = hashlib.sha256(salt.encode())
    tokens = 0
    marks: list[Mark] = []
    for place, (role, block) in enumerate(blocks):
        marker = block.get("cache_control") if isinstance(block, dict) else None
        bare = {name: value for name, value in block.items() if name != "cache_control"}
        digest.update(f"{role} {json.dumps(bare, sort_keys=True)}\n".encode())
        tokens += of_block(block)
        if place == len(blocks) - 1:
            marker = marker or body.get("cache_control")
        if marker:
            marks.append(Mark(digest.hexdigest(), tokens, _ttl(marker)))
    if len(marks) > MOST_MARKERS:
        raise bad_request(
            f"A maximum of {MOST_MARKERS} blocks with cache_control may be provided. "
            f"Found {len(marks)}."
        )
    ttls = [mark.ttl for mark in marks]
    if ttls != sorted(ttls):  # "1h" before "5m"
        raise bad_request("a ttl='1h' cache_control block must not come after a ttl='5m' one")
    return marks


def _ttl(marker: dict[str, Any]) -> str:
    ttl = marker.get("ttl", "5m")
    if marker.get("type") != "ephemeral" or ttl not in TTL_SECONDS:
        raise bad_request("cache_control: type is 'ephemeral', ttl is '5m' or '1h'")
    return ttl
