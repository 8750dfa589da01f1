"""Does the app's chat endpoint really stream?"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from audits.net.door import DoorFault, Fault, Limits
from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Measure,
    Queue,
    Strength,
    Target,
)
from audits.probes.chatting import GREETING, OF_THE_APP, asked, not_ready
from audits.probes.redaction import redact, without
from audits.probes.saying import conclude, failed, passed, unclear
from audits.probes.secrets import Secret
from audits.probes.words import counted

if TYPE_CHECKING:
    from audits.probes.tools import Tools

# Of the sources: a call ends within 60 to 120 s, a stream may be silent for 30 to 60 s.
TOTAL_S = 120
IDLE_S = 60
LIMITS = Limits(total_s=float(TOTAL_S), max_bytes=2_097_152, redirects=0)
# Pieces that came this close together left the app in one go.
TOGETHER_S = 0.02
# No model writes an answer within this: something else gave it.
QUICK_S = 0.05
MESSAGE = f"{GREETING} Then count from one to sixty in words, separated by commas."
HOW = "One message was sent to the chat endpoint, and each piece of the answer was timed."
UNBUFFER = (
    "Pass text on as it comes, and switch off buffering and compression in proxies on the way "
    "(for nginx “X-Accel-Buffering: no”)."
)
# What says that the answer is whole: SSE's last event under any of the usual names, or a field.
_END = re.compile(
    r"event:\s*(?:message_stop|done|end|complete|finish(?:ed)?|stop)\b"
    r"|data:\s*\[DONE\]"
    r"|\"(?:type|event)\"\s*:\s*\"(?:message_stop|done|end|complete|finish(?:ed)?|stop)\""
    r"|\"(?:stop_reason|stopReason|finish_reason|finishReason)\"\s*:\s*\"\w+\""
    r"|\"done\"\s*:\s*true",
    re.IGNORECASE,
)
_ERROR = re.compile(r"event:\s*error\b|\"type\"\s*:\s*\"error\"", re.IGNORECASE)


@dataclass
class Seen:
    """What came, in seconds after the request was sent."""

    status: int = 0
    kind: str = ""
    pieces: list[float] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    fault: DoorFault | None = None

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def bursts(self) -> int:
        """Pieces, of which those that came together count once."""
        apart = [b - a > TOGETHER_S for a, b in zip(self.pieces, self.pieces[1:], strict=False)]
        return bool(self.pieces) + sum(apart)

    @property
    def gaps(self) -> list[float]:
        return [b - a for a, b in zip(self.pieces, self.pieces[1:], strict=False)]

    @property
    def spread(self) -> float:
        """From the first piece to the last, as a share of the whole time."""
        if not self.pieces or not self.pieces[-1]:
            return 0.0
        return (self.pieces[-1] - self.pieces[0]) / self.pieces[-1]


class AppStream(Free):
    name = "app-stream"
    title = "The app's answers stream"
    looks_at = (
        "The app's chat endpoint: time to the first byte, number and spacing of the pieces, "
        "a clean and signalled end, a limit on time."
    )
    strength = Strength.STRONG
    aspects: tuple[Aspect, ...] = (
        Aspect("pieces", "The answer comes in pieces while it is made", Strength.STRONG),
        Aspect("end", "A signal says that the answer is whole", Strength.STRONG),
        Aspect(
            "time-limit", "The answer ends within 120 s, without long silence", Strength.PARTIAL
        ),
    )
    needs: tuple[str, ...] = ("chat",)
    queue = Queue.LATENCY
    every = dt.timedelta(days=1)
    stale_after = dt.timedelta(days=3)
    seconds = TOTAL_S + 10

    def run(self, target: Target, tools: "Tools") -> Finding:
        if nothing := not_ready(target):
            return nothing
        assert target.app.chat is not None  # noqa: S101  # nosec B101: `not_ready` asked
        return judge(look(tools, target), tuple(target.app.chat.headers.values()))


def look(tools: "Tools", target: Target) -> Seen:
    assert target.app.chat is not None  # noqa: S101  # nosec B101: `run` asked
    request = asked(target.app.chat, MESSAGE)
    seen = Seen()
    try:
        with tools.door.stream(
            request.method,
            request.url,
            headers={"Accept": "text/event-stream, */*", **request.headers},
            content=request.content,
            limits=LIMITS,
        ) as stream:
            seen.status = stream.status
            seen.kind = stream.headers.get("content-type") or ""
            for at, piece in stream.chunks():
                seen.pieces.append(at - stream.started)
                seen.body += piece
    except DoorFault as fault:
        seen.fault = fault
    return seen


def judge(seen: Seen, sent: Sequence[Secret] = ()) -> Finding:
    """`sent` are the values of the headers of the team: an app may repeat them."""
    answer = redact(without(seen.text, sent), at_most=600)
    if seen.fault and not seen.pieces and seen.fault.kind not in OF_THE_APP:
        return Finding.error(
            f"The chat endpoint {seen.fault}.",
            how=HOW,
            next_step="Check its address in the environment's settings.",
        )
    if seen.status and not 200 <= seen.status < 300:
        return _refused(seen, answer)
    checks = [_pieces(seen), _end(seen), _time_limit(seen)]
    return conclude(
        checks, how=HOW, aside=("time-limit",), measures=_measures(seen), answer=answer
    )


def _refused(seen: Seen, answer: str) -> Finding:
    says = f"The chat endpoint answered {seen.status} to an ordinary message."
    if seen.status >= 500:
        check = failed("pieces", says, "Look for the error in the app's log.")
        return conclude([check], how=HOW, answer=answer)
    step = "Check method, request template and the key of the app's header in the settings."
    return conclude([unclear("pieces", says, step)], how=HOW, answer=answer)


def _pieces(seen: Seen) -> Check:
    aspect = "pieces"
    if not seen.pieces:
        why = f"The chat endpoint {seen.fault}." if seen.fault else "The answer is empty."
        return failed(aspect, f"{why} No text came.", "Look for the request in the app's log.")
    first, last = seen.pieces[0], seen.pieces[-1]
    if seen.bursts == 1 and (len(seen.body) < 80 or last < QUICK_S):
        return unclear(
            aspect,
            "The answer is too short or too quick to tell whether it streams.",
            "Let the request template ask for a longer answer.",
        )
    if seen.bursts < 3 or seen.spread < 0.1:
        says = (
            f"The answer came in {counted(seen.bursts, 'piece')}, the first after {_s(first)} "
            f"of {_s(last)}: it was made first and sent then."
        )
        return failed(aspect, says, UNBUFFER)
    says = f"The answer came in {counted(seen.bursts, 'piece')}, the first after {_s(first)} of "
    return passed(aspect, f"{says}{_s(last)}.")


def _end(seen: Seen) -> Check:
    aspect = "end"
    if seen.fault and seen.fault.kind in (Fault.RESET, Fault.PROTOCOL):
        return failed(
            aspect,
            f"The connection broke off after {counted(len(seen.pieces), 'piece')}.",
            "Look in the app's and the proxy's log for who closed it.",
        )
    if _ERROR.search(seen.text):
        return failed(
            aspect,
            "The stream ended with an error event.",
            "Look for its cause in the app's log; run the probe again.",
        )
    if seen.fault or not seen.pieces:
        return unclear(aspect, "The end of the answer was not seen.", "Run the probe again.")
    if _END.search(seen.text[-4_000:]):
        return passed(aspect, "The answer ended with a signal that it is whole.")
    if "event-stream" in seen.kind or "ndjson" in seen.kind or "json" in seen.kind:
        return failed(
            aspect,
            "The connection closed without a signal that the answer is whole.",
            "Send a last event of your own with the stop reason when message_stop has come.",
        )
    return failed(
        aspect,
        "The answer is bare text: an interrupted one looks like a whole one.",
        "Send events (text/event-stream) and a last one with the stop reason.",
    )


def _time_limit(seen: Seen) -> Check:
    aspect = "time-limit"
    if seen.fault and seen.fault.kind is Fault.TIMEOUT:
        return failed(
            aspect,
            f"The answer did not end within {TOTAL_S} s.",
            "End each stream after 60 to 120 s, and after 30 to 60 s without text.",
        )
    gaps = [seen.pieces[0], *seen.gaps] if seen.pieces else []
    if gaps and max(gaps) > IDLE_S:
        return failed(
            aspect,
            f"The stream was silent for {_s(max(gaps))} and went on.",
            "End a stream after 30 to 60 s without text.",
        )
    return unclear(
        aspect,
        "This answer ended in time, so no limit showed.",
        "Test the limit with a stand-in that sends nothing, as the item says.",
    )


def _measures(seen: Seen) -> tuple[Measure, ...]:
    if not seen.pieces:
        return ()
    found = [
        Measure("first byte", _ms(seen.pieces[0]), "ms"),
        Measure("last byte", _ms(seen.pieces[-1]), "ms"),
        Measure("pieces", seen.bursts),
        Measure("size", len(seen.body), "bytes"),
    ]
    if seen.gaps:
        found.append(Measure("gap, median", _ms(median(seen.gaps)), "ms"))
        found.append(Measure("gap, longest", _ms(max(seen.gaps)), "ms"))
    return tuple(found)


def _ms(seconds: float) -> Decimal:
    return Decimal(round(seconds * 1000, 1)).quantize(Decimal("0.1"))


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"


probe = AppStream()
