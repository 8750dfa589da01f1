"""The agenda that the product proposes: each thing that needs talk once, with all its reasons,
what burns most first. Everything else is counted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from audits.models import agenda_left, agenda_reasons
from audits.models.actions import Action
from audits.models.agenda_ground import Ground, Reason
from audits.models.agenda_kinds import HEAT, PointKind
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.chains import find_broken_link
from audits.models.text import HIDDEN
from checklist.models import Item

TITLE_MAX = 300
REASONS_MAX = 20
SEVERITIES = [str(each) for each in Item.Severity]


@dataclass
class ProposedPoint:
    """`key` names it over all reviews of the audit."""

    key: str
    title: str
    answer: Answer | None = None
    action: Action | None = None
    reasons: list[Reason] = field(default_factory=list)

    @property
    def kind(self) -> PointKind:
        """That of the reason that burns most."""
        return HEAT[min(HEAT.index(each.kind) for each in self.reasons)]

    @property
    def says(self) -> list[str]:
        ranked = sorted(self.reasons, key=lambda each: HEAT.index(each.kind))
        return list(dict.fromkeys(each.says for each in ranked))[:REASONS_MAX]

    @property
    def blocks(self) -> bool:
        return any(each.blocks for each in self.reasons)

    @property
    def heat(self) -> tuple:
        """The smaller, the earlier: what was deferred, what blocks a go, and so on."""
        answer = self.answer
        return (
            self.kind != PointKind.DEFERRED,
            not self.blocks,
            HEAT.index(self.kind),
            not any(each.urgent for each in self.reasons),
            SEVERITIES.index(answer.severity) if answer else 0,
            answer.position if answer else 0,
            self.title,
        )


@dataclass(frozen=True)
class Rest:
    """The items that are not on an agenda: `verified` are those of `done` of which the machine
    says so too, and looked of late; `blockers` those of `open`."""

    done: int = 0
    verified: int = 0
    not_applicable: int = 0
    risk_accepted: int = 0
    open: int = 0
    blockers: int = 0

    @property
    def total(self) -> int:
        return self.done + self.not_applicable + self.risk_accepted + self.open

    @property
    def says(self) -> str:
        """All of them in one line; empty when there are none."""
        parts = [self._done()] if self.done else []
        if self.not_applicable:
            parts.append(f"{self.not_applicable} not applicable")
        if self.risk_accepted:
            risks = "risk" if self.risk_accepted == 1 else "risks"
            parts.append(f"{self.risk_accepted} accepted {risks}")
        if self.open:
            blockers = f"{self.blockers} of them blocking" if self.blockers else "none blocks a go"
            parts.append(f"{self.open} open, {blockers}")
        return "; ".join(parts)

    def _done(self) -> str:
        items = "item" if self.done == 1 else "items"
        if self.done == self.verified:
            return f"{self.done} {items} done and verified by the machine"
        if not self.verified:
            return f"{self.done} {items} done"
        return f"{self.done} {items} done, {self.verified} of them verified by the machine"


@dataclass(frozen=True)
class Proposal:
    points: list[ProposedPoint]
    ground: Ground

    def rest(self, keys: Collection[str]) -> Rest:
        """Of the items that none of these keys names."""
        others = [each for each in self.ground.answers if key_of(each) not in keys]
        done = [each for each in others if each.counts_as == Answer.State.DONE]
        still_open = [each for each in others if each.counts_as == Answer.State.OPEN]
        return Rest(
            done=len(done),
            verified=sum(1 for each in done if each.pk in self.ground.verified),
            not_applicable=_count(others, Answer.State.NOT_APPLICABLE),
            risk_accepted=_count(others, Answer.State.RISK_ACCEPTED),
            open=len(still_open),
            blockers=sum(1 for each in still_open if each.severity == Item.Severity.BLOCKER),
        )


def _count(answers: Iterable[Answer], state: str) -> int:
    return sum(1 for each in answers if each.counts_as == state)


def key_of(answer: Answer) -> str:
    return f"answer:{answer.pk}"


def title_of(answer: Answer) -> str:
    return f"{answer.label} {answer.item.title}"[:TITLE_MAX]


def _one_line(title: str) -> str:
    """A text of several lines as a title, which an action item can have too."""
    return " ".join(HIDDEN.sub(" ", title).split())[:TITLE_MAX].rstrip()


def propose(audit: Audit) -> Proposal:
    """As of now, in a constant number of queries."""
    ground = Ground(audit)
    found: dict[str, ProposedPoint] = {}
    for about, reason in agenda_reasons.of_answers(ground):
        point = found.setdefault(
            key_of(about), ProposedPoint(key_of(about), title_of(about), about)
        )
        point.reasons.append(reason)
        point.action = point.action or reason.action
    for key, title, reason in agenda_left.of_others(ground):
        point = found.setdefault(key, ProposedPoint(key, _one_line(title)))
        point.reasons.append(reason)
        point.action = point.action or reason.action
    points = sorted(found.values(), key=lambda each: each.heat)
    return Proposal(points or _damage(audit), ground)


def _damage(audit: Audit) -> list[ProposedPoint]:
    """Before it is said that nothing needs talk, the past is looked at too."""
    link = find_broken_link(audit)
    if link is None:
        return []
    title = f"Event {link.number} of the history is broken"
    reason = Reason(PointKind.CRITERION, f"{link.reason[:1].upper()}{link.reason[1:]}.", True)
    return [ProposedPoint("chain", title, reasons=[reason])]
