"""Whether a sign-off is in force for a release: what a deploy pipeline asks before it goes on."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from audits.models.lifecycle import RoundState
from audits.models.projects import Project
from audits.models.rounds import Round
from audits.models.signoffs import SignOff


@dataclass(frozen=True)
class Verdict:
    """The last decision on an audit; `why_not` is a sentence, empty where it is in force."""

    round: Round
    why_not: str

    @property
    def in_force(self) -> bool:
        return not self.why_not

    @property
    def decision(self) -> str:
        """What came of it: one no is a no-go, whatever was proposed."""
        if any(each.decision == SignOff.Decision.NO_GO for each in self.sign_offs):
            return SignOff.Decision.NO_GO
        return self.round.decision

    @property
    def sign_offs(self) -> list[SignOff]:
        return list(self.round.sign_offs.all())

    @property
    def conditions_open(self) -> int:
        return sum(1 for each in self.round.go_conditions.all() if each.met_at is None)

    @property
    def conditions_late(self) -> int:
        return sum(1 for each in self.round.go_conditions.all() if each.is_late)


def verdicts(project: Project, release: str, *, audit: Any = None) -> list[Verdict]:
    """The last decision on each audit of the project, or on the one whose primary key is given;
    none on audits that nobody decided on. Three queries."""
    rounds = Round.objects.sealed().filter(audit__project=project, superseded_by=None)
    if audit is not None:
        rounds = rounds.filter(audit=audit)
    given = Prefetch("sign_offs", SignOff.objects.standing().order_by("at", "pk"))
    found = rounds.select_related("audit", "snapshot").prefetch_related(given, "go_conditions")
    in_order = found.order_by("audit__title", "audit_id", "revision")
    return [Verdict(row, _why_not(row, release)) for row in in_order]


def _why_not(row: Round, release: str) -> str:
    name = f"“{row.audit.title}”, revision {row.revision},"
    if row.state == RoundState.REFUSED:
        return f"{name} was refused."
    if row.state == RoundState.EXPIRED:
        return f"{name} has expired: {row.expired_because}."
    if row.valid_until and row.valid_until < timezone.localdate():
        return f"{name} held until {row.valid_until}."
    if row.rules_then.release_bound and row.release != release:
        return f"{name} was signed for {row.release or 'no release'}, not for {release}."
    return ""
