"""Who is in the room, as it shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audits.models import Membership, Presence, Review

# Whose names are written out; the others are a number until somebody asks.
NAMED = 8


@dataclass(frozen=True)
class Person:
    pk: Any
    name: str
    is_guest: bool
    leads: bool
    may_lead: bool


def people(
    review: Review, present: Iterable[Presence], roster: Mapping[int, Membership]
) -> list[Person]:
    """Each once, however many windows they have open; the lead first."""
    found: dict[Any, Person] = {}
    for row in present:
        participant = row.participant
        if participant is None or participant.pk in found:
            continue
        member = roster.get(participant.user_id or 0)
        found[participant.pk] = Person(
            participant.user_id,
            str(member.user) if member else participant.name,
            member is None,
            participant.user_id is not None and participant.user_id == review.lead_id,
            member is not None and member.may_edit,
        )
    return sorted(found.values(), key=lambda person: (not person.leads, person.name.casefold()))


def context_of(
    review: Review, present: Iterable[Presence], roster: Mapping[int, Membership]
) -> dict[str, Any]:
    here = people(review, present, roster)
    return {
        "review": review,
        "here": here,
        "named": here[:NAMED],
        "others": here[NAMED:],
        "lead_is_here": any(person.leads for person in here),
        "lead_may_lead": any(person.leads and person.may_lead for person in here),
        "heirs": [person for person in here if person.may_lead and not person.leads],
    }
