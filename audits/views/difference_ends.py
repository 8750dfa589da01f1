"""The two states that a page of differences compares, and those that it offers to compare."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.text import capfirst

from audits import access
from audits.models import Audit, Round, Snapshot, User
from audits.models.told_audit import told_audit
from audits.models.words import cleaned, holds, words

NOW = "now"
KEY = re.compile("[0-9]{1,18}")
# Of other audits, and of this one; the search finds the rest of the others.
OFFERED = 25
OFFERED_HERE = 100


@dataclass(frozen=True)
class End:
    """One of the two states: as the audit stands now, or a snapshot. `key` names it in an
    address."""

    audit: Audit
    snapshot: Snapshot | None
    at_home: bool

    @property
    def key(self) -> str:
        return str(self.snapshot.pk) if self.snapshot else NOW

    @property
    def name(self) -> str:
        """As it stands in a sentence: `now`, `revision 2`, `revision 1 of Pilot`."""
        if self.snapshot is None:
            return "now"
        name = _name(self.snapshot)
        return name if self.at_home else f"{name} of {self.audit.title}"

    def content(self, by: User) -> dict[str, Any]:
        """What stands there; for now it is read, and nothing is stored."""
        if self.snapshot is not None:
            return self.snapshot.content()
        return told_audit(self.audit, by=by, at=timezone.now())


def chosen(user: User, audit: Audit, asked: QueryDict) -> tuple[End | None, End]:
    """From and to, as the address says; otherwise from what was signed last, or at least
    proposed, to what is now; of a sealed audit from the revision before it. No from when there
    is nothing to begin with."""
    states = _of(audit)
    sealed = states.filter(sealed=True)
    to = _end(user, audit, asked.get("to", "") or _latest(audit, sealed))
    if key := asked.get("from", ""):
        return _end(user, audit, str(key)), to
    if to.snapshot is None:
        begin = sealed.first() or states.first()
    else:
        former = sealed if to.at_home else sealed.none()
        begin = former.filter(revision__lt=to.snapshot.revision).first()
    return (End(audit, begin, at_home=True) if begin else None), to


def _latest(audit: Audit, sealed: QuerySet[Snapshot]) -> str:
    """The sealed state once there are two to compare."""
    if audit.is_sealed and len(found := sealed.values_list("pk", flat=True)[:2]) == 2:
        return str(found[0])
    return NOW


def _end(user: User, audit: Audit, key: Any) -> End:
    """Http404 for what is no state, or of an audit that the user may not see."""
    if key == NOW:
        return End(audit, None, at_home=True)
    if not KEY.fullmatch(key):
        raise Http404
    snapshot = access.snapshot_for_view(user, int(key))
    at_home = snapshot.audit_id == audit.pk
    return End(audit if at_home else snapshot.audit, snapshot, at_home)


@dataclass(frozen=True)
class Offer:
    """What the page offers to compare. `groups` are (label, [(key, words)]) for a select; `more`
    is how many states of other audits the search has not brought up."""

    groups: list[tuple[str, list[tuple[str, str]]]]
    words: str
    found: int
    more: int
    offered: int = OFFERED


def offer(user: User, audit: Audit, ends: tuple[End | None, End], asked: QueryDict) -> Offer:
    """The states of this audit, those of the team's others that the search finds, and whatever
    is compared now."""
    found_words = cleaned(asked.get("q", ""))
    others = _others(user, audit, found_words)
    count = others.count()
    here = [(NOW, "Now"), *((str(each.pk), _told(each)) for each in _of(audit)[:OFFERED_HERE])]
    there = [(str(each.pk), _there(each)) for each in others[:OFFERED]]
    offered = {key for key, _ in (*here, *there)}
    groups = [("This audit", here), ("Other audits of the team", there)]
    named = {end.key: capfirst(end.name) for end in ends if end and end.key not in offered}
    groups.append(("Compared now", list(named.items())))
    return Offer(
        [group for group in groups if group[1]], found_words, count, max(count - OFFERED, 0)
    )


def _of(audit: Audit) -> QuerySet[Snapshot]:
    """What was proposed of this audit, signed or not; the latest first."""
    proposed = audit.snapshots.filter(Q(sealed=True) | Q(round__isnull=False))
    return _with_rounds(proposed).order_by("-revision", "-sealed", "-taken_at")


def _others(user: User, audit: Audit, text: str) -> QuerySet[Snapshot]:
    """What was signed of the team's other audits; those of the same project first."""
    team = audit.project.team_id
    found = access.snapshots(user).filter(sealed=True, audit__project__team=team)
    for word in words(text):
        found = found.filter(holds(word, "audit__title", "audit__project__name"))
    near = Case(When(audit__project=audit.project_id, then=Value(0)), default=Value(1))
    return _with_rounds(found.exclude(audit=audit)).order_by(near, "-taken_at", "-pk")


def _with_rounds(snapshots: QuerySet[Snapshot]) -> QuerySet[Snapshot]:
    return snapshots.defer("data").select_related("round").prefetch_related("round__sign_offs")


def _name(snapshot: Snapshot) -> str:
    if snapshot.sealed:
        return f"revision {snapshot.revision}"
    kind = "proposal" if hasattr(snapshot, "round") else "draft"
    return f"the {kind} of {_moment(snapshot)}"


def _told(snapshot: Snapshot) -> str:
    """`Revision 2, signed, 20 Nov 2026`, `Revision 3, proposed and outdated, 21 Nov …, 10:04`."""
    return f"Revision {snapshot.revision}, {_became(snapshot)}, {_moment(snapshot)}"


def _became(snapshot: Snapshot) -> str:
    proposed = snapshot.round
    if snapshot.sealed:
        return "refused" if proposed.was_refused else "signed"
    if proposed.state == Round.State.PROPOSED:
        return "proposed"
    return f"proposed and {proposed.get_state_display().lower()}"


def _there(snapshot: Snapshot) -> str:
    audit = snapshot.audit
    revision = f"revision {snapshot.revision}, {_became(snapshot)}, {_moment(snapshot)}"
    return f"{audit.project.name}: {audit.title}, {revision}"


def _moment(snapshot: Snapshot) -> str:
    """A revision is signed once; proposals of one day are told apart by the minute."""
    at = timezone.localtime(snapshot.taken_at)
    return f"{at.day} {at:%b %Y}" if snapshot.sealed else f"{at.day} {at:%b %Y, %H:%M}"
