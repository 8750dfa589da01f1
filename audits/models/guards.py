"""What stands before every call, kept in the database: all workers share one breaker and one
limiter an environment and API. The transitions are those of audits/probes/circuits.py and
audits/probes/windows.py, made under the lock of a row."""

import contextlib
import datetime as dt
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audits.models.call_rows import CircuitBreaker, RateWindow
from audits.models.ledger import DatabaseLedger
from audits.probes import circuits, windows
from audits.probes.circuits import Admission, Circuit, Outcome
from audits.probes.guards import CircuitOpen, Guards, reserve_within
from audits.probes.prices import Prices

if TYPE_CHECKING:
    from audits.models.environments import Environment
    from audits.models.runs import ProbeRun

SCOPE_AT_MOST = 400


def guards_for(environment: "Environment", run: "ProbeRun | None") -> Guards:
    """Those of the environment's API. The run is what the ledger names beside a paid call."""
    scope = f"{environment.pk} {environment.api_url}"[:SCOPE_AT_MOST]
    return Guards(DatabaseBreaker(scope), DatabaseLimiter(scope), DatabaseLedger(environment, run))


def prices() -> Prices:
    """Of PRICES_FILE as it is now. Raises PricesFault."""
    path = Path(settings.PRICES_FILE)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0  # says so when it is read
    return _prices(path, changed)


@functools.lru_cache(maxsize=1)
def _prices(path: Path, _changed: int) -> Prices:
    return Prices.load(path)


class DatabaseBreaker:
    """Nothing is locked as long as all goes well."""

    def __init__(self, scope: str, rules: circuits.Rules = circuits.DEFAULT) -> None:
        self.scope = scope
        self.rules = rules

    def admit(self) -> Admission:
        row = CircuitBreaker.objects.filter(pk=self.scope).first()
        if row is None or _circuit(row).state is circuits.State.CLOSED:
            return Admission()
        with self._held() as row:
            circuit, given = circuits.admit(_circuit(row), _now(), self.rules)
            _keep(row, circuit)
        if isinstance(given, Admission):
            return given
        raise CircuitOpen(given)

    def report(self, admission: Admission, outcome: Outcome) -> None:
        if self._changes_nothing(admission, outcome):
            return
        with self._held() as row:
            before = _circuit(row)
            _keep(row, circuits.report(before, admission, outcome, _now(), self.rules))

    def _changes_nothing(self, admission: Admission, outcome: Outcome) -> bool:
        if admission.trial or outcome is Outcome.FAULT:
            return False
        failed = CircuitBreaker.objects.filter(pk=self.scope, failures__gt=0)
        return outcome is Outcome.NEUTRAL or not failed.exists()

    @contextlib.contextmanager
    def _held(self) -> Iterator[CircuitBreaker]:
        # Durable: what a run that fails has learnt is for all others.
        with transaction.atomic(durable=True):
            CircuitBreaker.objects.get_or_create(pk=self.scope)
            yield CircuitBreaker.objects.select_for_update(no_key=True).get(pk=self.scope)


def _circuit(row: CircuitBreaker) -> Circuit:
    return Circuit(
        circuits.State(row.state),
        row.failures,
        _seconds(row.opened_at),
        row.trials,
        row.passed,
        _seconds(row.trial_until),
    )


def _keep(row: CircuitBreaker, circuit: Circuit) -> None:
    row.state = circuit.state.value
    row.failures = circuit.failures
    row.opened_at = _time(circuit.opened_at)
    row.trials = circuit.trials
    row.passed = circuit.passed
    row.trial_until = _time(circuit.trial_until)
    row.save()


def _now() -> float:
    return timezone.now().timestamp()


def _seconds(at: dt.datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _time(seconds: float) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds else None


class DatabaseLimiter:
    def __init__(self, scope: str, limit: windows.Limit = windows.DEFAULT) -> None:
        self.scope = scope
        self.limit = limit

    def reserve(self, key: str, tokens: int) -> float:
        with self._held() as row:
            entry = windows.Entry(key, _now(), tokens)
            window, wait = reserve_within(_window(row), entry, self.limit)
            _keep_window(row, window)
        return wait

    def correct(self, key: str, tokens: int) -> None:
        with self._held() as row:
            _keep_window(row, windows.correct(_window(row), key, tokens))

    @contextlib.contextmanager
    def _held(self) -> Iterator[RateWindow]:
        with transaction.atomic(durable=True):
            RateWindow.objects.get_or_create(pk=self.scope)
            yield RateWindow.objects.select_for_update(no_key=True).get(pk=self.scope)


def _window(row: RateWindow) -> windows.Window:
    return tuple(windows.Entry(*entry) for entry in row.entries)


def _keep_window(row: RateWindow, window: windows.Window) -> None:
    row.entries = [[entry.key, entry.at, entry.tokens] for entry in window]
    row.save()
