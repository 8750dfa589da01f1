"""What is agreed of a review before it starts: when, how long, where, who sees to it, and which
roles are asked in its roll call."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils import timezone

from audits.models import policies
from audits.models.contents import check_link
from audits.models.errors import Refused
from audits.models.teams import Membership
from audits.models.text import clean_text
from audits.models.told import stamp
from audits.models.users import User
from audits.reports import text

if TYPE_CHECKING:
    from audits.models.audits import Audit

TITLE_MAX = 150
PLACE_MAX = 500
MINUTES = (5, 480)
# Who plans a meeting that begins at once types a time that is over when it is sent.
LATE = dt.timedelta(minutes=15)
AHEAD = dt.timedelta(days=366)


@dataclass(frozen=True)
class ReviewTerms:
    title: str
    starts_at: dt.datetime
    planned_minutes: int
    place: str
    facilitator: User
    roles: tuple[str, ...]

    def checked(self, audit: "Audit", before: "ReviewTerms | None" = None) -> "ReviewTerms":
        """As they are stored; Refused where they make no sense. What stays as it was `before`
        needs no check: a role that the policy asks no more may stay."""
        title = clean_text(self.title, TITLE_MAX, field="title", one_line=True)
        if not title:
            raise Refused("Give the review a title.", field="title")
        place = clean_text(self.place, PLACE_MAX, field="place", one_line=True)
        if place.startswith(("https://", "http://")):
            place = check_link(place, field="place")
        if not MINUTES[0] <= self.planned_minutes <= MINUTES[1]:
            raise Refused(
                f"A review takes {MINUTES[0]} to {MINUTES[1]} minutes.", field="planned_minutes"
            )
        if before is None or self.starts_at != before.starts_at:
            _check_time(self.starts_at)
        if before is None or self.facilitator != before.facilitator:
            _check_facilitator(audit, self.facilitator)
        roles = self.roles
        if before is None or roles != before.roles:
            roles = _checked_roles(audit, roles)
        return replace(self, title=title, place=place, roles=roles)

    def differences(self, before: "ReviewTerms") -> list[list[str]]:
        """What changed, from what, to what, as the history tells it."""
        pairs = zip(before.in_words(), self.in_words(), strict=True)
        return [[label, was, now] for (label, was), (_, now) in pairs if was != now]

    def in_words(self) -> list[tuple[str, str]]:
        return [
            ("Title", self.title),
            ("Start", stamp(self.starts_at)),
            ("Length", f"{self.planned_minutes} minutes"),
            ("Place", self.place or "none"),
            ("Facilitator", str(self.facilitator)),
            ("Roll call", ", ".join(self.roles)),
        ]

    def shown(self) -> list[tuple[str, str]]:
        """The same as a page shows it, with the time as everywhere."""
        return [
            (label, text.moment(said) if label == "Start" else said)
            for label, said in self.in_words()
        ]

    def moves(self, before: "ReviewTerms") -> bool:
        """Whether calendars show something else now."""
        return replace(self, roles=()) != replace(before, roles=())


def _check_time(starts_at: dt.datetime) -> None:
    now = timezone.now()
    if starts_at < now - LATE:
        raise Refused("This time is over: choose one that is ahead (UTC).", field="starts_at")
    if starts_at > now + AHEAD:
        raise Refused("This is more than a year ahead.", field="starts_at")


def _check_facilitator(audit: "Audit", facilitator: User) -> None:
    people = audit.project.team.people(Membership.EDIT)
    if not people.filter(pk=facilitator.pk).exists():
        raise Refused(
            f"{facilitator} cannot change audits of this team: choose an owner, editor or "
            "approver.",
            field="facilitator",
        )


def _checked_roles(audit: "Audit", roles: Sequence[str]) -> tuple[str, ...]:
    """In the policy's order; all of them where none is named."""
    known = [role.name for role in policies.in_force(audit).roles]
    if unknown := [name for name in roles if name not in known]:
        raise Refused(
            f"The sign-off policy knows no role “{unknown[0]}”; it asks {', '.join(known)}.",
            field="roles",
        )
    return tuple(name for name in known if not roles or name in roles)
