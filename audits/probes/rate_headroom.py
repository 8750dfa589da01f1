"""How much of the rate limits is left, by the headers of several responses. A missing header means
unknown, never 0."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.probes.asking import answered
from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Measure,
    Strength,
    Target,
    Verdict,
)
from audits.probes.claude_errors import ApiFault, Situation
from audits.probes.reading import decimal
from audits.probes.tools import Tools
from audits.probes.words import counted

if TYPE_CHECKING:
    from audits.probes.claude import Claude

LIMITS = ("requests", "tokens", "input-tokens", "output-tokens")
RESPONSES = 4
# The alert threshold that claude-playbook/headroom-monitored gives.
LEAST_PERCENT = 20
# One idle response always looks healthy: the lowest of so long counts.
MEMORY = dt.timedelta(hours=1)
MOST_KEPT = 120
MORE = (
    "Spread the load, cache prompts, or ask for higher limits (Console, Settings, Limits); let a "
    "limiter in the client hold requests back before the API does."
)

READ = (
    "Read the limits in the Console (Settings, Limits), and export the headers of the "
    "application's own responses."
)


@dataclass(frozen=True)
class Left:
    """Of one limit, on one response."""

    name: str
    limit: int
    remaining: int

    @property
    def percent(self) -> int:
        return min(100, self.remaining * 100 // self.limit)


class RateHeadroom(Free):
    name = "rate-headroom"
    title = "Rate limit headroom"
    looks_at = "The anthropic-ratelimit headers of several responses."
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("headroom", f"At least {LEAST_PERCENT}% of each limit is left", Strength.MEDIUM),
    )
    needs: tuple[str, ...] = ("keys",)
    every = dt.timedelta(minutes=10)
    stale_after = dt.timedelta(hours=1)
    seconds = 60
    how = (
        f"Read the anthropic-ratelimit headers of {RESPONSES} free calls, and the lowest of the "
        "last hour's runs."
    )

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        if not target.keys:
            return Finding.inconclusive(
                f"{target.name} has no key to ask with.",
                next_step="Add the reference of its key to the environment's settings.",
            )
        claude = tools.claude(target, target.keys)
        try:
            seen = [read(headers) for headers in _headers(target, claude)]
        except ApiFault as fault:
            if fault.situation != Situation.RATE_LIMITED:
                raise
            check = Check("headroom", Verdict.FAIL, fault.says, MORE)
            reached = [(target.now.isoformat(), 0), *_earlier(target.kept, target.now)]
            return Finding.of([check], how=self.how, kept=_kept(reached))
        return judge(seen, target.kept, target.now, how=self.how)


def _headers(target: Target, claude: "Claude") -> Iterable[Mapping[str, str]]:
    for number in range(RESPONSES):
        if target.models:
            model = target.models[number % len(target.models)]
            yield claude.count_tokens(model, [{"role": "user", "content": "Ready?"}]).headers
        else:
            yield claude.list_models(limit=1).headers


def read(headers: Mapping[str, str]) -> list[Left]:
    """The limits that the headers tell in full."""
    found = []
    for name in LIMITS:
        limit = _whole(headers.get(f"anthropic-ratelimit-{name}-limit"))
        remaining = _whole(headers.get(f"anthropic-ratelimit-{name}-remaining"))
        if limit and remaining is not None:
            found.append(Left(name, limit, remaining))
    return found


def judge(
    seen: list[list[Left]], before: Mapping[str, object], now: dt.datetime, *, how: str
) -> Finding:
    told = [left for response in seen for left in response]
    earlier = _earlier(before, now)
    if not told:
        says = f"None of {counted(len(seen), 'response')} had a rate limit header: unknown."
        check = Check("headroom", Verdict.INCONCLUSIVE, says, READ)
        return Finding.of([check], how=how, kept=_kept(earlier))
    lowest = {name: min(_of(name, told), key=lambda left: left.percent) for name in _names(told)}
    tightest = min(lowest.values(), key=lambda left: left.percent)
    remembered = [(now.isoformat(), tightest.percent), *earlier][:MOST_KEPT]
    percent = min(entry[1] for entry in remembered)
    measures = (
        Measure("headroom", percent, "%"),
        Measure("responses", len(seen)),
        *(Measure(f"{name} left", left.percent, "%") for name, left in lowest.items()),
        *(Measure(f"{name} limit", left.limit, "a minute") for name, left in lowest.items()),
    )
    check = _check(tightest, percent, len(seen), len(remembered), measures)
    return Finding.of([check], how=how, measures=measures, kept=_kept(remembered))


def _check(
    tightest: Left, percent: int, responses: int, runs: int, measures: tuple[Measure, ...]
) -> Check:
    now = (
        f"{tightest.remaining:,} of {tightest.limit:,} {_plain(tightest.name)} left over "
        f"{counted(responses, 'response')}"
    )
    said = f"{now}; the lowest of {counted(runs, 'run')} within an hour was {percent}%."
    if percent < LEAST_PERCENT:
        return Check("headroom", Verdict.FAIL, f"Little headroom: {said}", MORE, measures)
    return Check("headroom", Verdict.PASS, said, measures=measures)


def _plain(name: str) -> str:
    return name.replace("-", " ")


def _names(told: list[Left]) -> list[str]:
    return [name for name in LIMITS if any(left.name == name for left in told)]


def _of(name: str, told: list[Left]) -> list[Left]:
    return [left for left in told if left.name == name]


def _kept(remembered: Iterable[tuple[str, int]]) -> dict[str, list[list[object]]]:
    return {"lowest": [list(entry) for entry in remembered]}


def _earlier(kept: Mapping[str, object], now: dt.datetime) -> list[tuple[str, int]]:
    """What earlier runs of the last hour kept; what is not of that form is left out."""
    found = kept.get("lowest")
    entries = []
    for entry in found if isinstance(found, list) else []:
        match entry:
            case [str(at), int(percent)] if now - dt.datetime.fromisoformat(at) <= MEMORY:
                entries.append((at, percent))
    return entries


def _whole(value: str | None) -> int | None:
    found = None if value is None else decimal(value)
    return None if found is None or found != found.to_integral_value() else int(found)


probe = RateHeadroom()
