"""Does an alert reach a person? One is sent, and somebody says whether it arrived."""

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from audits.probes.base import Aspect, Check, Finding, Free, Measure, Strength, Target
from audits.probes.saying import conclude, failed, passed, unclear
from audits.probes.words import counted, listed

if TYPE_CHECKING:
    from audits.probes.tools import Tools

HOW = "A test alert, marked as one, was sent to each of the team's channels."
WAITED = "The test alert was sent by an earlier run; this one looked for a person's answer."
CONFIRM = "Say on the page of the team's channels whether it arrived."
# How long a receipt holds, and how long an unanswered alert is waited for before the next.
HOLDS = dt.timedelta(days=30)
WAITS = dt.timedelta(days=7)
# Names in `kept`. The page that takes the receipt writes RECEIPT, and WORD as “Noor Haddad, on
# 21 Nov 2026 at 14:03 UTC”, beside what the run kept.
SENT_AT = "sent_at"
FAULTS = "faults"
RECEIPT = "receipt"
WORD = "word"
TOLD = "told"


class Receipt(StrEnum):
    """A person's answer to “did the test alert arrive?”."""

    ARRIVED = "arrived"
    MISSING = "missing"


class AlertWiring(Free):
    name = "alert-wiring"
    title = "Alerts reach a person"
    looks_at = (
        "A marked test alert to each of the team's channels, and a person's word that it arrived."
    )
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("delivery", "Every channel of the team takes an alert", Strength.MEDIUM),
        Aspect("receipt", "A person confirmed that a test alert arrived", Strength.STRONG),
    )
    needs: tuple[str, ...] = ()
    every = dt.timedelta(days=1)
    stale_after = dt.timedelta(days=35)
    seconds = 60

    def run(self, target: Target, tools: "Tools") -> Finding:
        """Sends at the first run, when the last receipt is old, and when no answer to the last
        alert came; between those it reports the answer."""
        kept = dict(target.kept)
        sent_at = _moment(kept.get(SENT_AT))
        age = target.now - sent_at if sent_at else None
        if age is None or _due(kept, age):
            return _send(target, tools)
        return _report(kept, age)


def _due(kept: dict[str, Any], age: dt.timedelta) -> bool:
    match kept.get(RECEIPT):
        case Receipt.ARRIVED:
            return age > HOLDS
        case Receipt.MISSING:
            # The denial is told once; the run after it tries again.
            return bool(kept.get(TOLD))
    return bool(_failed(kept)) or age > WAITS


def _send(target: Target, tools: "Tools") -> Finding:
    faults = tools.send_test_alert()
    if not faults:
        return Finding.inconclusive(
            "The team has no channel for alerts here.",
            next_step="Add one under the team's channels, then run this again.",
        )
    kept = {SENT_AT: target.now.isoformat(), FAULTS: faults}
    waiting = unclear("receipt", "A test alert was sent; nobody has confirmed it yet.", CONFIRM)
    return _finding([_delivery(faults), waiting], kept, HOW)


def _report(kept: dict[str, Any], age: dt.timedelta) -> Finding:
    receipt = kept.get(RECEIPT)
    word = kept.get(WORD) or "a person"
    if receipt == Receipt.ARRIVED:
        check = passed("receipt", f"The test alert arrived, says {word}.")
    elif receipt == Receipt.MISSING:
        kept[TOLD] = True
        step = "Mend the channel, then run this again: it sends another alert."
        check = failed("receipt", f"The test alert did not arrive, says {word}.", step)
    else:
        hours = int(age.total_seconds() // 3600)
        says = f"Nobody has confirmed the test alert of {counted(hours, 'hour')} ago."
        check = unclear("receipt", says, CONFIRM)
    faults = kept.get(FAULTS)
    return _finding([_delivery(faults if isinstance(faults, dict) else {}), check], kept, WAITED)


def _delivery(faults: dict[str, str]) -> Check:
    broken = sorted(name for name, fault in faults.items() if fault)
    measures = (Measure("channels", len(faults)), Measure("channels that failed", len(broken)))
    if broken:
        says = "; ".join(f"{name}: {faults[name]}" for name in broken[:3])
        step = f"Mend {listed(broken, 3)} under the team's channels."
        return failed("delivery", f"The test alert was not taken. {says}", step, *measures)
    says = f"{counted(len(faults), 'channel')} took the test alert."
    return passed("delivery", says, *measures)


def _finding(checks: list[Check], kept: dict[str, Any], how: str) -> Finding:
    return conclude(checks, how=how, measures=checks[0].measures, kept=kept)


def _failed(kept: dict[str, Any]) -> bool:
    faults = kept.get(FAULTS)
    return isinstance(faults, dict) and any(faults.values())


def _moment(value: Any) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None


probe = AlertWiring()
