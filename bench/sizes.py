"""How much of everything; and how long it is looked at."""

from dataclasses import dataclass

CLIENTS = 8
ROWS = 56  # of the bare page; as many as the two checklists before a launch have items


@dataclass(frozen=True)
class Sizes:
    audits: int = 1_000
    projects: int = 100
    members: int = 200
    items: int = 1_200  # of a long audit
    catalogue: int = 10_042  # of a large edition
    report: int = 350  # items of a long report
    rounds: int = 4  # floor, product, floor, product, …
    alone_seconds: float = 0.8  # one client, a round
    together_seconds: float = 1.2  # eight clients, a round
    runs: int = 3  # of what takes seconds
    targets: tuple[int, ...] = (100, 1_000, 10_000)  # environments that are probed
    busy_seconds: float = 30  # of counting runs
    verdicts: int = 100  # that somebody waits for
    days: int = 365  # of a probe a minute
    streams: int = 160  # that are timed, for each number at once
    viewers: tuple[int, ...] = (1, 25, 200)  # of an audit, at once
    crowd: int = 1_000  # who look and nothing happens; on PostgreSQL they see changes, too
    people: int = 50  # in the room of a review
    changes: int = 20  # that they see, a round


FULL = Sizes()
QUICK = Sizes(
    audits=60,
    projects=10,
    members=20,
    items=300,
    catalogue=2_000,
    report=60,
    rounds=2,
    alone_seconds=0.3,
    together_seconds=0.4,
    runs=1,
    targets=(100, 1_000),
    busy_seconds=10,
    verdicts=30,
    days=30,
    streams=40,
    changes=8,
)
