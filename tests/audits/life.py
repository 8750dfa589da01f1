"""Every state of an audit that docs/sign-off.md names, and every verb that may meet it there."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import time_machine
from django.utils import timezone

from audits.models import (
    Action,
    Audit,
    GoCondition,
    Policy,
    Release,
    Report,
    Round,
    SignOff,
    Team,
    User,
)
from audits.models.go_conditions import Asked
from audits.models.handovers import part
from audits.models.lifecycle import AuditState
from audits.models.quorum import Role, Rules
from tests.audits.edits import touch
from tests.audits.helpers import propose, refuse, require, sign
from tests.audits.saying import ran

ROLES = (Role("Security"), Role("Product"))


@dataclass
class Life:
    """An audit whose team asks for two signatures, with the round and the signature that verbs
    are aimed at."""

    audit: Audit
    people: dict[str, User]
    row: Round | None = None
    given: SignOff | None = None

    def __getattr__(self, name: str) -> User:
        people = vars(self).get("people", {})  # a copy has none yet when it is asked
        if name not in people:
            raise AttributeError(name)
        return people[name]

    @property
    def team(self) -> Team:
        return self.audit.project.team

    def fresh(self) -> Audit:
        return Audit.objects.get(pk=self.audit.pk)

    def state(self) -> str:
        """As docs/sign-off.md calls it."""
        audit = self.fresh()
        if audit.state == AuditState.OPEN:
            return "open" if audit.revision == 1 else "reopened"
        if audit.state == AuditState.PROPOSED:
            signed = SignOff.objects.standing().filter(round__in=audit.rounds.proposed()).exists()
            first = "half signed" if signed else "proposed"
            return first if audit.revision == 1 else "proposed again"
        return str(AuditState(audit.state).label).lower()

    def propose(self) -> Round:
        asked = Asked("Raise the limit.", self.ed, timezone.localdate() + dt.timedelta(days=1))
        return propose(
            self.audit, by=self.ed, decision="conditional_go", conditions=[asked], release="v1"
        )

    def tick(self) -> None:
        for row in Round.objects.due() | Round.objects.proposed():
            row.end_if_over()


def begin(audit: Audit, people: dict[str, User]) -> Life:
    life = Life(audit, people)
    _promise(life, "Rehearse the way back.")
    _promise(life, "Name who is on call.").close("Done.", by=life.ed)
    require(life.team, *ROLES, by=life.alice, valid_days=90, release_bound=True)
    return life


def _open(life: Life) -> None:
    _half_signed(life)
    life.row.withdraw("Too early.", by=life.ed)


def _proposed(life: Life) -> None:
    _half_signed(life)
    life.given.withdraw(by=life.noor)


def _half_signed(life: Life) -> None:
    life.row = life.propose()
    life.given = sign(life.row, by=life.noor, role="Security")


def _signed(life: Life) -> None:
    _half_signed(life)
    sign(life.row, by=life.alice, role="Product")


def _refused(life: Life) -> None:
    life.row = life.propose()
    life.given = refuse(life.row, by=life.noor, role="Security")


def _expired(life: Life) -> None:
    _signed(life)
    Round.objects.get(pk=life.row.pk).expire("It is over.", by=None)


def _reopened(life: Life) -> None:
    _signed(life)
    life.audit.reopen("Another look.", by=life.noor)
    touch(life.fresh(), life.people)


def _proposed_again(life: Life) -> None:
    _reopened(life)
    _half_signed(life)


STATES: dict[str, Callable[[Life], None]] = {
    "open": _open,
    "proposed": _proposed,
    "half signed": _half_signed,
    "signed": _signed,
    "refused": _refused,
    "expired": _expired,
    "reopened": _reopened,
    "proposed again": _proposed_again,
}


def _change_policy(life: Life) -> None:
    Policy.objects.change_team(life.team, Rules((Role("Legal"),)), by=life.alice)
    life.tick()


def _change_project(life: Life) -> None:
    type(life.audit.project).objects.filter(pk=life.audit.project_id).update(name="Other")
    life.tick()


def _outlive(life: Life) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(days=91)):
        life.tick()


def _lapse(life: Life) -> None:
    answer = life.audit.answers.get(state="risk_accepted", accepted_at__isnull=False)
    with time_machine.travel(timezone.now() + dt.timedelta(days=6)):
        answer.reopen_lapsed()


def _look(life: Life, verdict: str = "pass") -> None:
    ran(life.audit.project.environments.get(), verdict, "key-valid")


def _hand_over(life: Life) -> None:
    part(life.team.memberships.get(user=life.vic), by=life.alice, heir=life.ed)


def _promise(life: Life, title: str = "Write the runbook.") -> Action:
    due = timezone.localdate() + dt.timedelta(days=7)
    return Action.objects.add(life.fresh(), title, life.ed, due, by=life.ed)


def _promised(life: Life, title: str = "Rehearse the way back.") -> Action:
    return Action.objects.get(audit=life.audit, title=title)


def _put_off(life: Life) -> None:
    action = _promised(life)
    due = action.due + dt.timedelta(days=7)
    action.change(title=action.title, owner=action.owner, due=due, by=life.ed)


# All but “edit”: see edits.py.
VERBS: dict[str, Callable[[Life], object]] = {
    "propose": lambda life: life.propose(),
    "sign": lambda life: sign(life.row, by=life.alice, role="Product"),
    "refuse": lambda life: refuse(life.row, by=life.alice, role="Product"),
    "withdraw the signature": lambda life: life.given.withdraw(by=life.noor),
    "withdraw the proposal": lambda life: life.row.withdraw("No.", by=life.noor),
    "hand over": _hand_over,
    "an acceptance lapses": _lapse,
    "a probe says something else": _look,
    "a probe fails, or no longer": lambda life: _look(life, "fail"),
    "reopen": lambda life: life.audit.reopen("Once more.", by=life.noor),
    "the last day is over": _outlive,
    "another release": lambda life: Release.objects.register(life.audit.project, "v2", by=life.ed),
    "the team's policy changes": _change_policy,
    "the project changes": _change_project,
    "settle a condition of the go": lambda life: GoCondition.objects.get(round=life.row).settle(
        True, "Done.", by=life.ed
    ),
    "add an action item": _promise,
    "change an action item": _put_off,
    "close an action item": lambda life: _promised(life).close("Done.", by=life.ed),
    "reopen an action item": lambda life: _promised(life, "Name who is on call.").reopen(
        by=life.ed
    ),
    "ask for the report": lambda life: Report.objects.request(life.audit, by=life.vic),
}


@dataclass(frozen=True)
class Arrow:
    verb: str
    start: str
    end: str
    events: tuple[str, ...]


def arrows() -> Iterator[Arrow]:
    """Those of the table in docs/sign-off.md."""
    text = Path("docs/sign-off.md").read_text()
    table = text.partition("## The arrows")[2].partition("\n## ")[0]
    for line in re.findall(r"^\| (?!Verb|---)(.*)\|$", table, re.MULTILINE):
        verb, starts, end, _, events = (cell.strip() for cell in line.split("|"))
        named = tuple(filter(None, events.split(", ")))
        for start in starts.split(", "):
            yield Arrow(verb, start, end.strip("`"), named)
