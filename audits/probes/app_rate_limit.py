"""Does the app limit how much one user may ask?"""

import datetime as dt
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.net.door import Limits
from audits.probes.base import Aspect, Check, Finding, Free, Measure, Strength, Target
from audits.probes.chatting import GREETING, Knock, knock, not_agreed, not_ready
from audits.probes.saying import conclude, failed, passed, unclear
from audits.probes.words import counted

if TYPE_CHECKING:
    from audits.probes.tools import Tools

LIMITS = Limits(total_s=20.0, max_bytes=1_048_576, redirects=0)
# Whatever the team's settings say.
MOST = 200
# This many one after the other, then the rest so many at a time: limits by count and limits by
# requests in flight both show.
SEQUENTIAL_SHARE = 3
AT_A_TIME = 5
SECONDS = 60
HOW = (
    "Up to {burst} messages were sent as one user, a third of them one after the other and the "
    "rest five at a time, until the first 429."
)


@dataclass
class Burst:
    """What came back. `limited` is the first 429."""

    statuses: Counter[str] = field(default_factory=Counter)
    limited: Knock | None = None
    limited_after: int = 0
    seconds: float = 0.0
    out_of_time: bool = False
    # Threads count together.
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sent(self) -> int:
        return self.statuses.total()

    @property
    def served(self) -> int:
        return sum(n for name, n in self.statuses.items() if name.startswith("2"))

    def count(self, answer: Knock) -> None:
        with self.lock:
            name = answer.fault.kind.value if answer.fault else str(answer.status)
            self.statuses[name] += 1
            if answer.status == 429 and self.limited is None:
                self.limited, self.limited_after = answer, self.sent


class AppRateLimit(Free):
    name = "app-rate-limit"
    title = "The app limits each user"
    looks_at = (
        "A bounded burst as one user against the app's chat endpoint: 429 and Retry-After. "
        "Each message that the app serves may cost it a call to Claude."
    )
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("limit", "A burst as one user is answered 429", Strength.STRONG),
        Aspect("retry-after", "The 429 says when to come back", Strength.STRONG),
    )
    needs: tuple[str, ...] = ("chat",)
    intrusive = True
    every = dt.timedelta(days=7)
    stale_after = dt.timedelta(days=30)
    seconds = SECONDS + 30

    def run(self, target: Target, tools: "Tools") -> Finding:
        why_not = not_ready(target) or not_agreed(target)
        if why_not:
            return why_not
        chat = target.app.chat
        assert chat is not None  # noqa: S101  # nosec B101: `not_ready` asked

        def send() -> Knock:
            return knock(tools.door, chat, GREETING, LIMITS)

        number = max(1, min(target.policy.rate_burst, MOST))
        first = send()
        if not first.served and first.status != 429:
            return _unserved(first)
        return judge(burst(send, number, first), number)


def burst(send: Callable[[], Knock], number: int, first: Knock) -> Burst:
    """Sends the rest of the `number`, and nothing more after a 429 or when the time is over."""
    seen, started = Burst(), time.monotonic()
    seen.count(first)

    def another() -> None:
        seen.out_of_time = seen.out_of_time or time.monotonic() - started > SECONDS
        if seen.limited is None and not seen.out_of_time:
            seen.count(send())

    alone = max(1, number // SEQUENTIAL_SHARE)
    for _ in range(alone - 1):
        another()
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        for done in [threads.submit(another) for _ in range(number - alone)]:
            done.result()
    seen.seconds = time.monotonic() - started
    return seen


def _unserved(first: Knock) -> Finding:
    if first.fault:
        return Finding.error(
            f"The chat endpoint {first.fault}.",
            how="One message was sent.",
            next_step="Check its address in the environment's settings.",
        )
    return Finding.inconclusive(
        f"The chat endpoint answered {first.status} to one ordinary message: no burst was sent.",
        next_step="Check method, request template and the app's header in the settings.",
        how="One message was sent.",
    )


def judge(seen: Burst, number: int) -> Finding:
    measures = (
        Measure("sent", seen.sent),
        Measure("served", seen.served),
        Measure("time", Decimal(round(seen.seconds, 2)).quantize(Decimal("0.01")), "s"),
    )
    checks = [_limit(seen, number)]
    if seen.limited:
        checks.append(_retry_after(seen.limited))
    return conclude(checks, how=HOW.format(burst=number), measures=measures)


def _limit(seen: Burst, number: int) -> Check:
    if seen.limited:
        return passed("limit", f"Message {seen.limited_after} of one user was answered 429.")
    mix = ", ".join(f"{n}x {name}" for name, n in sorted(seen.statuses.items()))
    broken = sum(n for name, n in seen.statuses.items() if name.startswith("5"))
    if broken:
        says = f"Under a burst of one user the app answered with server errors and no 429: {mix}."
        return failed("limit", says, "Limit each account before the call to Claude; answer 429.")
    if seen.served < seen.sent or seen.out_of_time:
        says = f"Not every message was answered, and none with 429: {mix}."
        return unclear("limit", says, "Look into the app's log for why, then run it again.")
    return failed(
        "limit",
        f"{counted(seen.served, 'message')} of one user within {seen.seconds:.1f} s were all "
        "served.",
        "Limit each account in a store that all processes share. If your limit is higher than "
        f"{number}, set a larger burst in the environment's settings.",
    )


def _retry_after(limited: Knock) -> Check:
    aspect, value = "retry-after", limited.retry_after.strip()
    if not value:
        step = "Answer a 429 with “Retry-After” in whole seconds."
        return failed(aspect, "The 429 has no Retry-After.", step)
    if re.fullmatch(r"\d{1,6}", value):
        return passed(aspect, f"The 429 says to come back after {int(value)} s.")
    if re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", value):
        return passed(aspect, "The 429 says when to come back, as a date.")
    step = "Send whole seconds or an HTTP date."
    return failed(aspect, "The 429 has a Retry-After that is neither seconds nor a date.", step)


probe = AppRateLimit()
