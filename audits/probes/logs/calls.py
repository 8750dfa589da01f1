"""Attempts of one call, found by their id."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from audits.probes.logs.records import Record

# An attempt that comes later than this after a failure is a call of its own.
APART_S = 300
# Less than this before the end of the sample, the next attempt may lie beyond it.
TAIL_S = 60


@dataclass(frozen=True)
class Step:
    """A failed attempt and the one that followed it. `sure`: the log itself counts attempts or
    shows the same body; else it may be another call under the same id. `wait_ms` is None where
    neither times nor a logged wait tell it."""

    before: Record
    after: Record
    number: int
    sure: bool
    wait_ms: float | None


@dataclass(frozen=True)
class Call:
    attempts: tuple[Record, ...]
    # That the end of the sample may hide a further attempt.
    open: bool = False

    @property
    def last(self) -> Record:
        return self.attempts[-1]

    @property
    def count(self) -> int:
        """As the log counts them where it does."""
        told = [each.attempts or each.attempt or 0 for each in self.attempts]
        return max(len(self.attempts), *told)

    def steps(self) -> Iterator[Step]:
        for number, (before, after) in enumerate(pairwise(self.attempts), 1):
            yield Step(before, after, number, _sure(before, after), _wait(before, after))


def calls_of(records: Sequence[Record]) -> list[Call]:
    """The calls of those records that have an id or count their attempts, in no order."""
    groups: dict[tuple[int | None, str], list[Record]] = defaultdict(list)
    ends = max((record.at for record in records if record.at is not None), default=None)
    for record in records:
        if record.call is not None:
            groups[record.call, record.feature].append(record)
    alone = [Call((each,)) for each in records if each.call is None and each.attempts]
    return alone + [call for group in groups.values() for call in _split(group, ends)]


def _split(group: list[Record], ends: float | None) -> Iterator[Call]:
    attempts: list[Record] = []
    for record in group:
        if attempts and not _belongs(attempts[-1], record):
            yield Call(tuple(attempts))
            attempts = []
        attempts.append(record)
    at = attempts[-1].at
    yield Call(tuple(attempts), attempts[-1].failed and (ends is None or _near(at, ends)))


def _near(at: float | None, ends: float) -> bool:
    return at is None or ends - at < TAIL_S


def _belongs(before: Record, after: Record) -> bool:
    if not before.failed or after.attempt == 1:
        return False
    if before.at is not None and after.at is not None and after.at - before.at > APART_S:
        return False
    return before.body is None or after.body is None or before.body == after.body


def _sure(before: Record, after: Record) -> bool:
    counted = after.attempt is not None and after.attempt > 1
    return counted or (before.body is not None and before.body == after.body)


def _wait(before: Record, after: Record) -> float | None:
    """As logged, else from the times: lines are written when an attempt has ended, or carry the
    time when it began."""
    if before.wait_ms is not None:
        return before.wait_ms
    if before.at is None or after.at is None:
        return None
    gap = 1_000 * (after.at - before.at)
    ended = gap - (after.latency_ms or 0)
    return ended if ended >= 0 else max(0.0, gap - (before.latency_ms or 0))
