"""How many probes say what, for pages that list projects or environments."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from audits.models.watches import Watch
from audits.probes.base import GRAVEST, Verdict

GRAVE = (Verdict.FAIL, Verdict.ERROR)


@dataclass(frozen=True)
class Health:
    """`counts` are the verdicts that there are with their numbers, the gravest first."""

    counts: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, verdicts: Iterable[str]) -> "Health":
        return cls._from(Counter(verdicts))

    @classmethod
    def _from(cls, counted: Counter[str]) -> "Health":
        return cls(tuple((each.value, counted[each]) for each in GRAVEST if counted[each]))

    @property
    def shown(self) -> tuple[tuple[str, int], ...]:
        """What a short line has room for: failures and errors, or else the gravest there is."""
        return tuple(each for each in self.counts if each[0] in GRAVE) or self.counts[:1]


def of_projects(projects: Iterable[Any]) -> dict[Any, Health]:
    """By the project's primary key; those alone where a probe ran. One query."""
    return _health("environment__project", projects)


def of_environments(environments: Iterable[Any]) -> dict[Any, Health]:
    """By the environment's primary key; those alone where a probe ran. One query."""
    return _health("environment", environments)


def _health(owner: str, keys: Iterable[Any]) -> dict[Any, Health]:
    ran = Watch.objects.known().filter(**{f"{owner}__in": list(keys)}).exclude(verdict="")
    counted: dict[Any, Counter[str]] = {}
    rows = ran.order_by().values_list(owner, "verdict").annotate(Count("pk"))
    for key, verdict, count in rows:
        counted.setdefault(key, Counter())[verdict] = count
    return {key: Health._from(counts) for key, counts in counted.items()}
