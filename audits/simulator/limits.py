"""Rate limits as the API tells them: a bucket that refills all the time, for each of requests,
input tokens and output tokens."""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from audits.simulator.problems import PROBLEMS, Refused


@dataclass
class Bucket:
    """`limit` a minute; times are seconds of one clock."""

    limit: int
    level: float = -1.0
    at: float = 0.0

    def refill(self, now: float) -> None:
        if self.level < 0:
            self.level = float(self.limit)
        else:
            gained = (now - self.at) * self.limit / 60
            self.level = min(float(self.limit), self.level + max(0.0, gained))
        self.at = now

    def take(self, amount: int) -> None:
        self.level = max(0.0, self.level - amount)

    def seconds_until(self, amount: float) -> float:
        """Until that much is there again."""
        return max(0.0, (min(amount, self.limit) - self.level) * 60 / self.limit)


@dataclass
class Limits:
    """What one organization may ask of one class of models. `told` is whether answers say it;
    `busy` is the share that others use up at a time."""

    requests: Bucket = field(default_factory=lambda: Bucket(4_000))
    input: Bucket = field(default_factory=lambda: Bucket(2_000_000))
    output: Bucket = field(default_factory=lambda: Bucket(400_000))
    told: bool = True
    busy: Callable[[float], float] = lambda now: 0.0

    def admit(self, input_tokens: int, now: float) -> None:
        """Take a request in. Raises Refused, with the time to wait, when there is no room."""
        for bucket in (self.requests, self.input, self.output):
            bucket.refill(now)
        wanted = ((self.requests, 1), (self.input, input_tokens), (self.output, 1))
        wait = max(bucket.seconds_until(amount) for bucket, amount in wanted)
        if wait > 0:
            again = ("retry-after", str(math.ceil(wait)))
            raise Refused(PROBLEMS["rate-limited"].with_headers([again, *self.headers(now)]))
        self.requests.take(1)
        self.input.take(input_tokens)

    def headers(self, now: float) -> list[tuple[str, str]]:
        if not self.told:
            return []
        tightest = min((self.input, self.output), key=lambda one: one.level / one.limit)
        free = 1 - self.busy(now)
        buckets = {
            "requests": self.requests,
            "tokens": tightest,
            "input-tokens": self.input,
            "output-tokens": self.output,
        }
        return [
            pair
            for name, bucket in buckets.items()
            for pair in _headers_of(name, bucket, now, free)
        ]


def _headers_of(name: str, bucket: Bucket, now: float, free: float) -> list[tuple[str, str]]:
    level = bucket.level * free
    seconds = (bucket.limit - level) * 60 / bucket.limit
    full = dt.datetime.fromtimestamp(math.ceil(now + seconds), dt.UTC)
    start = f"anthropic-ratelimit-{name}"
    return [
        (f"{start}-limit", str(bucket.limit)),
        (f"{start}-remaining", str(int(level))),
        (f"{start}-reset", full.strftime("%Y-%m-%dT%H:%M:%SZ")),
    ]
