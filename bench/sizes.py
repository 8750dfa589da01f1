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
)
