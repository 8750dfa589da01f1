"""The roles of a sign-off policy beside who signed in them, and who still may."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audits.models import SignOff, User
from audits.models.quorum import Role, Rules, able


@dataclass(frozen=True)
class Seat:
    """`given` are the signatures that count, `missing` is how many more are asked for, and
    `people` are those who may still give one."""

    role: Role
    given: Sequence[SignOff]
    missing: int
    people: Sequence[User]

    @property
    def only(self) -> bool:
        """Whether the policy names people for it."""
        return self.role.people is not None


def seats(
    rules: Rules, signed: Iterable[SignOff], approvers: Mapping[int, User], author: int | None
) -> list[Seat]:
    """`author` gave most of the answers: with four eyes not the only one to sign."""
    standing = [each for each in signed if each.withdrawn_at is None]
    barred = {each.by_id for each in standing} if rules.four_eyes else set()
    if rules.four_eyes and rules.seats == 1 and author is not None:
        barred = barred | {author}
    return [_seat(role, standing, approvers, barred) for role in rules.roles]


def _seat(
    role: Role, standing: Sequence[SignOff], approvers: Mapping[int, User], barred: set[int]
) -> Seat:
    given = sorted((each for each in standing if each.role == role.name), key=lambda s: s.at)
    who = able(role, approvers) - barred - {each.by_id for each in given}
    people = [user for pk, user in approvers.items() if pk in who]
    return Seat(role, given, max(role.count - len(given), 0), people)
