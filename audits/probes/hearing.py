"""Keeps the last answer that a probe's client was given, for people to read, and ends a run that
takes longer than it may: each call has a limit of its own, and a run may make many."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from audits.probes.claude_calls import Reply, Streamed
from audits.probes.claude_errors import ApiFault, ClaudeFault
from audits.probes.redaction import redact

if TYPE_CHECKING:
    from audits.probes.base import Key, Target
    from audits.probes.claude import Claude

AT_MOST = 2_000
# Of an answer's headers, those that findings speak of.
SHOWN = ("request-id", "retry-after", "anthropic-workspace-id")
SHOWN_BEGINNING = "anthropic-ratelimit-"


class OutOfTime(ClaudeFault):
    """The call was not made: the run has had its time."""


class Hearing:
    """`last` is an extract of the last answer, redacted; empty while there was none. No call
    begins when the seconds are over."""

    def __init__(self, seconds: float) -> None:
        self.last = ""
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    def check_time(self) -> None:
        """Raises OutOfTime."""
        if time.monotonic() > self._ends:
            raise OutOfTime(
                f"The run was ended after {self._seconds:g} s: the API answers too slowly.",
                "Run it again; see what latency and the status page say.",
            )

    def to(
        self, claude: Callable[["Target", tuple["Key", ...]], "Claude"]
    ) -> Callable[["Target", tuple["Key", ...]], "Claude"]:
        """The same maker of clients, whose answers are heard."""

        def heard(target: "Target", keys: tuple["Key", ...]) -> "Claude":
            return cast("Claude", _Heard(claude(target, keys), self))

        return heard

    def hear(self, reply: Reply) -> None:
        headers = [
            f"{name}: {value}"
            for name, value in reply.headers.items()
            if name.lower() in SHOWN or name.lower().startswith(SHOWN_BEGINNING)
        ]
        text = "\n".join([str(reply.status), *headers, "", reply.text])
        self.last = redact(text, at_most=AT_MOST)


class _Heard:
    """A client that passes everything on."""

    def __init__(self, claude: "Claude", hearing: Hearing) -> None:
        self._claude = claude
        self._hearing = hearing

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._claude, name)

        def ask(*args: Any, **more: Any) -> Any:
            self._hearing.check_time()
            try:
                answer = asked(*args, **more)
            except ApiFault as fault:
                if fault.reply is not None:
                    self._hearing.hear(fault.reply)
                raise
            if isinstance(answer, Streamed):
                self._hearing.hear(replace(answer.reply, text=answer.text))
            else:
                self._hearing.hear(answer)
            return answer

        return ask
