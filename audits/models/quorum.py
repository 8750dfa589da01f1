"""Who must sign: the rules, whether people can meet them, and what is still missing. No queries:
a person is the primary key of a user."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list

# A signature: the name of the role, and the person.
Given = tuple[str, int]


@dataclass(frozen=True)
class Role:
    """`people` may sign in it; None: everybody who may approve."""

    name: str
    count: int = 1
    people: frozenset[int] | None = None

    def merged(self, other: "Role") -> "Role":
        both = [people for people in (self.people, other.people) if people is not None]
        people = frozenset.intersection(*both) if both else None
        return Role(self.name, max(self.count, other.count), people)

    def within(self, other: "Role | None") -> bool:
        """Whether the other asks for all that this one does."""
        if other is None or self.count > other.count:
            return False
        return self.people is None or self.people == other.people


@dataclass(frozen=True)
class Rules:
    """A sign-off policy. `four_eyes`: nobody signs in two roles, and whoever gave most of the
    answers is not the only signer. `valid_days`: how long a sign-off holds; None: without an end.
    `release_bound`: another release than the one signed for ends it. `conditional`: whether a
    go may be given on conditions."""

    roles: tuple[Role, ...]
    four_eyes: bool = False
    valid_days: int | None = None
    release_bound: bool = False
    conditional: bool = True

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Rules":
        roles = tuple(
            Role(
                role["name"],
                role["count"],
                None if role["people"] is None else frozenset(role["people"]),
            )
            for role in told["roles"]
        )
        return cls(**{**told, "roles": roles})

    def to_json(self) -> dict[str, Any]:
        return {
            "roles": [
                {
                    "name": role.name,
                    "count": role.count,
                    "people": None if role.people is None else sorted(role.people),
                }
                for role in self.roles
            ],
            "four_eyes": self.four_eyes,
            "valid_days": self.valid_days,
            "release_bound": self.release_bound,
            "conditional": self.conditional,
        }

    def tightened(self, by: "Rules") -> "Rules":
        """Both at once: the stricter of the two in each point. The order of roles is ours, then
        theirs."""
        others = {role.name.casefold(): role for role in by.roles}
        roles = [
            role.merged(others.pop(role.name.casefold(), Role(role.name))) for role in self.roles
        ]
        limits = [days for days in (self.valid_days, by.valid_days) if days is not None]
        return Rules(
            (*roles, *others.values()),
            self.four_eyes or by.four_eyes,
            min(limits, default=None),
            self.release_bound or by.release_bound,
            self.conditional and by.conditional,
        )

    def beyond(self, less: "Rules") -> "Rules":
        """What these ask that `less` does not ask already: `less.tightened(of this)` is both."""
        known = {role.name.casefold(): role for role in less.roles}
        return Rules(
            tuple(role for role in self.roles if not role.within(known.get(role.name.casefold()))),
            self.four_eyes and not less.four_eyes,
            None if self.valid_days == less.valid_days else self.valid_days,
            self.release_bound and not less.release_bound,
            self.conditional or not less.conditional,
        )

    def role(self, name: str) -> Role | None:
        return next((role for role in self.roles if role.name == name), None)

    @property
    def seats(self) -> int:
        return sum(role.count for role in self.roles)

    def missing(self, given: Iterable[Given]) -> dict[str, int]:
        """Role -> how many signatures it still waits for; without roles that have all."""
        signed = Counter(role for role, _ in given)
        left = {role.name: role.count - signed[role.name] for role in self.roles}
        return {name: number for name, number in left.items() if number > 0}


# What holds where nobody set anything: one approver or owner decides.
DEFAULT = Rules((Role("Approver"),))


def able(role: Role, approvers: Iterable[int]) -> frozenset[int]:
    """Who may sign in the role, of those who may approve at all."""
    approvers = frozenset(approvers)
    return approvers if role.people is None else approvers & role.people


def can_be_met(
    rules: Rules, approvers: Iterable[int], given: Sequence[Given] = (), author: int | None = None
) -> bool:
    """Whether what is missing beside the signatures `given` can still be signed by somebody.
    `author` gave most of the answers."""
    approvers = frozenset(approvers)
    missing = rules.missing(given)
    if rules.four_eyes and rules.seats == 1 and author is not None and not given:
        approvers -= {author}
    free = {
        role.name: able(role, approvers) - {who for name, who in given if name == role.name}
        for role in rules.roles
    }
    if not rules.four_eyes:
        return all(len(free[name]) >= number for name, number in missing.items())
    signed = {who for _, who in given}
    seats = [free[name] - signed for name, number in missing.items() for _ in range(number)]
    return _seated(seats)


def hangs_on_author(rules: Rules, approvers: Iterable[int]) -> bool:
    """Whether it matters to `why_impossible` who gave most of the answers: one person alone could
    sign, and must not have given them."""
    if not rules.four_eyes or rules.seats != 1:
        return False
    return all(len(able(role, approvers)) <= 1 for role in rules.roles)


def _seated(seats: list[frozenset[int]]) -> bool:
    """Whether each seat can have a person of its own (Kuhn's bipartite matching)."""
    sits: dict[int, int] = {}

    def seat(place: int, asked: set[int]) -> bool:
        for person in seats[place] - asked:
            asked.add(person)
            if person not in sits or seat(sits[person], asked):
                sits[person] = place
                return True
        return False

    return all(seat(place, set()) for place in range(len(seats)))


def why_impossible(
    rules: Rules, approvers: Mapping[int, str], author: int | None = None
) -> list[str]:
    """Sentences that say why nobody could ever meet the rules; none when they can be met.
    `approvers` are those who may approve, with their names."""
    if can_be_met(rules, approvers, author=author):
        return []
    found = []
    for role in rules.roles:
        people = able(role, approvers)
        if len(people) < role.count:
            found.append(
                f"{role.name} asks for {_signatures(role.count)}, and {_named(people, approvers)} "
                "may sign in this role."
            )
    if found:
        return found
    if rules.seats == 1 and author is not None:
        return [
            f"{approvers.get(author, 'One person')} gave most of the answers and cannot be the "
            "only signer, and nobody else may sign."
        ]
    everybody = frozenset().union(*(able(role, approvers) for role in rules.roles))
    return [
        f"The roles ask for {_signatures(rules.seats)} by as many people, since nobody signs in "
        f"two roles, and {_named(everybody, approvers)} may sign at all. Give the roles to more "
        "people, or ask for fewer signatures."
    ]


def _signatures(number: int) -> str:
    return f"{number} signature{'s'[: number != 1]}"


def _named(people: Iterable[int], names: Mapping[int, str]) -> str:
    known = sorted(names[person] for person in people)
    if not known:
        return "nobody"
    if len(known) > 4:
        return f"only {len(known)} people"
    return f"only {get_text_list(known, 'and')}"
