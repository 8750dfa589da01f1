"""The circuit breaker as pure transitions; who keeps its state holds a lock while they are made.

After the items `breaker-opens` and `breaker-recovers` of claude-engineering. It counts failures in
a row, not their share: a team's probes make a few calls a minute, and a share of fewer than 100
says nothing. Times are seconds since the epoch.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Outcome(StrEnum):
    SUCCESS = "success"
    # Of the service: no connection, no answer in time, 429, 5xx. A call that was broken off here
    # counts as one too, or the breaker could stay half-open for ever.
    FAULT = "fault"
    # Of the caller, or never sent: says nothing of the service.
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Rules:
    """Opens after `failures` in a row; `open_s` after the last of them lets `trials` calls
    through; closes when all have succeeded. A trial that has not reported after `trial_s` has
    failed."""

    failures: int = 5
    open_s: float = 60.0
    trials: int = 3
    trial_s: float = 120.0


@dataclass(frozen=True)
class Circuit:
    """`trials` is how many were let through since it is half-open, `passed` how many of them
    succeeded, `trial_until` when those outstanding have failed."""

    state: State = State.CLOSED
    failures: int = 0
    opened_at: float = 0.0
    trials: int = 0
    passed: int = 0
    trial_until: float = 0.0


@dataclass(frozen=True)
class Admission:
    """Lets one call through. `round` tells the trials of one half-open spell from another's."""

    trial: bool = False
    round: float = 0.0


CLOSED = Circuit()
DEFAULT = Rules()


def admit(circuit: Circuit, now: float, rules: Rules) -> tuple[Circuit, Admission | float]:
    """The circuit after it; with an admission, or the seconds until it is worth asking again."""
    if circuit.state is State.CLOSED:
        return circuit, Admission()
    circuit = _advance(circuit, now, rules)
    if circuit.state is State.OPEN:
        return circuit, circuit.opened_at + rules.open_s - now
    if circuit.trials >= rules.trials:
        return circuit, max(0.0, circuit.trial_until - now)
    after = replace(circuit, trials=circuit.trials + 1, trial_until=now + rules.trial_s)
    return after, Admission(trial=True, round=circuit.opened_at)


def _advance(circuit: Circuit, now: float, rules: Rules) -> Circuit:
    """What time alone did to it."""
    if circuit.opened_at > now:  # the clock was put back
        circuit = replace(circuit, opened_at=now)
    if circuit.state is State.HALF_OPEN and circuit.trials and now >= circuit.trial_until:
        circuit = _opened(circuit.trial_until)
    if circuit.state is State.OPEN and now >= circuit.opened_at + rules.open_s:
        return Circuit(State.HALF_OPEN, opened_at=circuit.opened_at)
    return circuit


def report(
    circuit: Circuit, admission: Admission, outcome: Outcome, now: float, rules: Rules
) -> Circuit:
    """The circuit after the call that was admitted has ended. What belongs to an earlier spell
    changes nothing."""
    if circuit.state is State.CLOSED and not admission.trial:
        return _reported_closed(circuit, outcome, now, rules)
    mine = admission.trial and admission.round == circuit.opened_at
    if circuit.state is not State.HALF_OPEN or not mine:
        return circuit
    if outcome is Outcome.FAULT:
        return _opened(now)
    if outcome is Outcome.NEUTRAL:
        return replace(circuit, trials=circuit.trials - 1)
    passed = circuit.passed + 1
    return CLOSED if passed >= rules.trials else replace(circuit, passed=passed)


def _reported_closed(circuit: Circuit, outcome: Outcome, now: float, rules: Rules) -> Circuit:
    if outcome is Outcome.NEUTRAL:
        return circuit
    if outcome is Outcome.SUCCESS:
        return CLOSED
    failures = circuit.failures + 1
    return _opened(now) if failures >= rules.failures else replace(circuit, failures=failures)


def _opened(now: float) -> Circuit:
    return Circuit(State.OPEN, opened_at=now)
