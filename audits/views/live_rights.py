"""Who may look no longer: a few queries, however many look."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from audits.live.viewers import Claim, Viewer
from audits.models import Audit, Membership, Participant, User
from audits.views import live_parts

# Of a query's parameters, for which databases have limits.
AT_ONCE = 500

SIGNED_OUT, NO_ACCESS, LINK_OVER = "session", "access", "link"


def claim_of(user: User, session: str, participant: Participant | None = None) -> Claim:
    pk = participant.pk if participant else None
    return Claim(session, user.pk, mark_of(user.password), participant=pk)


def claim_of_guest(guest: Participant, session: str) -> Claim:
    return Claim(session, participant=guest.pk, link=guest.link_number)


def mark_of(password: str) -> bytes:
    """Of the stored hash, to know another password by. It is no secret that would need a salt."""
    return hashlib.blake2b(password.encode(), digest_size=8).digest()


def gone(viewers: Sequence[Viewer]) -> dict[Viewer, str]:
    """Who may look no longer, and why; the variants of the others become those of their roles."""
    known = _Known(viewers)
    lost = {viewer: known.why_gone(viewer) for viewer in viewers}
    return {viewer: why for viewer, why in lost.items() if why}


class _Known:
    """What is to be known of all of them."""

    def __init__(self, viewers: Sequence[Viewer]) -> None:
        claims = [viewer.claim for viewer in viewers]
        guests = {claim.participant for claim in claims if claim.user is None}
        self.sessions = _sessions({claim.session for claim in claims})
        self.teams = _teams({viewer.audit for viewer in viewers})
        self.people = _people({claim.user for claim in claims}, set(self.teams.values()))
        self.guests = _guests(guests)

    def why_gone(self, viewer: Viewer) -> str:
        claim = viewer.claim
        if claim.session not in self.sessions:
            return SIGNED_OUT
        if claim.user is None:
            return "" if (claim.participant, claim.link) in self.guests else LINK_OVER
        person = self.people.get((claim.user, self.teams.get(viewer.audit)))
        if person is None:
            return NO_ACCESS
        role, password = person
        viewer.variant = variant_of(role)
        return "" if password == claim.password else SIGNED_OUT


def _guests(participants: Iterable[Any]) -> set[tuple[Any, int]]:
    """Whose link holds, and its number."""
    admitted = Participant.objects.admitted()
    found: set[tuple[Any, int]] = set()
    for some in _parts(participants):
        found.update(admitted.filter(pk__in=some).values_list("pk", "link_number"))
    return found


def variant_of(role: str) -> str:
    return live_parts.EDITOR if role in Membership.EDIT else live_parts.VIEWER


def _sessions(keys: Iterable[str]) -> set[str]:
    """Those of them that are open."""
    lasting = Session.objects.filter(expire_date__gt=timezone.now())
    found: set[str] = set()
    for some in _parts(keys):
        found.update(lasting.filter(session_key__in=some).values_list("session_key", flat=True))
    return found


def _teams(audits: Iterable[Any]) -> dict[Any, Any]:
    """Audit -> team."""
    found: dict[Any, Any] = {}
    for some in _parts(audits):
        found |= dict(Audit.objects.filter(pk__in=some).values_list("pk", "project__team"))
    return found


def _people(users: Iterable[int | None], teams: Iterable[Any]) -> dict[tuple, tuple[str, bytes]]:
    """Person and team -> the role there, and the mark of the password."""
    members = Membership.objects.filter(team__in=teams, user__is_active=True)
    found: dict[tuple, tuple[str, bytes]] = {}
    for some in _parts(users):
        rows = members.filter(user__in=some).values_list("user", "team", "role", "user__password")
        found |= {(user, team): (role, mark_of(word)) for user, team, role, word in rows}
    return found


def _parts(values: Iterable[Any]) -> Iterable[list]:
    known = [value for value in values if value is not None]
    return (known[at : at + AT_ONCE] for at in range(0, len(known), AT_ONCE))
