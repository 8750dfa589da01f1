"""Lives that nobody planned: verbs of a sign-off at random, and what must hold after each."""

import datetime as dt
from random import Random

import pytest
import time_machine
from django.utils import timezone

from audits import tasks
from audits.models import (
    Audit,
    GoCondition,
    Policy,
    Project,
    Release,
    Report,
    Round,
    SignOff,
    obstacles,
)
from audits.models.chains import find_broken_link
from audits.models.errors import RuleBroken
from audits.models.go_conditions import Asked
from audits.models.lifecycle import AuditState, RoundState
from audits.models.quorum import Role, Rules
from tests.audits.helpers import propose, refuse, require, settle, sign
from tests.audits.worlds import share

STEPS = 60
DAY = dt.timedelta(days=1)
# The state of a sealed audit, and of the round that left it there.
LEFT_BY = {
    AuditState.SIGNED: RoundState.SIGNED,
    AuditState.REFUSED: RoundState.REFUSED,
    AuditState.EXPIRED: RoundState.EXPIRED,
}


class Chance:
    """Does one thing or another to an audit, as one of the people or another."""

    def __init__(self, seed: int, audit: Audit, people: dict, clock):
        self.random, self.pk, self.people, self.clock = Random(seed), audit.pk, people, clock
        self.project, self.team = audit.project, audit.project.team
        self.verbs = [getattr(self, name) for name in dir(self) if name.startswith("do_")]

    def step(self) -> tuple[str, bool]:
        """What was tried, and whether it was taken."""
        self.clock.shift(1)
        verb = self.random.choice([*self.verbs, *[self.on] * 16])
        try:
            verb()
        except RuleBroken as refusal:
            return f"{verb.__name__}: {refusal}", False
        return verb.__name__, True

    def on(self):
        """What leads on from here, or hardly any life would get far."""
        state = self.audit.state
        if state == AuditState.OPEN:
            self.do_settle()
            self.do_propose()
        elif state == AuditState.PROPOSED:
            self.do_sign()
        else:
            self.do_reopen()

    @property
    def audit(self) -> Audit:
        return Audit.objects.get(pk=self.pk)

    def somebody(self):
        return self.random.choice([*self.people.values(), self.people["alice"]])

    def a(self, model, **where):
        """One of the rows, the latest more often; refused where there is none."""
        # A round's key is drawn by lot, and a seed would say nothing of what is done.
        order = "proposed_at" if model is Round else "pk"
        if not (rows := list(model.objects.filter(**where).order_by(order))):
            raise RuleBroken("There is none.")
        return self.random.choice([*rows, rows[-1], rows[-1]])

    def round(self) -> Round:
        live = Round.objects.proposed().filter(audit=self.pk).first()
        return live or self.a(Round, audit=self.pk)

    def role(self, row: Round) -> str:
        return self.random.choice(row.rules_then.roles).name

    def do_propose(self):
        due = timezone.localdate() + self.random.randrange(4) * DAY
        keys = [each.key for each in obstacles.of(self.audit) if each.can_be_covered] or [""]
        propose(
            self.audit,
            by=self.somebody(),
            decision=self.random.choice(["go", "go", "conditional_go"]),
            conditions=[Asked("Do it.", self.somebody(), due, key) for key in keys],
            release=self.random.choice(["", "v1", "v2"]),
        )

    def do_sign(self):
        row = self.round()
        sign(row, by=self.somebody(), role=self.role(row))

    def do_refuse(self):
        row = self.round()
        refuse(row, by=self.somebody(), role=self.role(row))

    def do_take_a_signature_back(self):
        self.a(SignOff, round__audit=self.pk).withdraw(by=self.somebody())

    def do_withdraw(self):
        self.round().withdraw("Not yet.", by=self.somebody())

    def do_reopen(self):
        self.audit.reopen("Once more.", by=self.somebody())

    def do_answer(self):
        answer = self.audit.answers.get(position=self.random.randint(1, 6))
        answer.record(self.random.choice(["done", "open"]), by=self.people["ed"])

    def do_settle(self):
        settle(self.audit, by=self.people["ed"])

    def do_settle_a_condition(self):
        condition = self.a(GoCondition, round__audit=self.pk)
        condition.settle(self.random.random() < 0.6, by=self.somebody())

    def do_change_the_policy(self):
        names = self.random.sample(["Approver", "Security", "Product"], self.random.randint(1, 2))
        require(
            self.team,
            *(Role(name, self.random.choice([1, 1, 2])) for name in names),
            by=self.people["alice"],
            four_eyes=self.random.random() < 0.3,
            valid_days=self.random.choice([None, 1, 3]),
            release_bound=self.random.random() < 0.4,
            conditional=self.random.random() < 0.8,
        )

    def do_tighten_it(self):
        rules = Rules((Role("Approver", self.random.choice([1, 2])),))
        Policy.objects.tighten(self.audit, rules, by=self.people["alice"])

    def do_release(self):
        name = self.random.choice(["v1", "v2", "v3"])
        Release.objects.register(self.project, name, by=self.people["ed"])

    def do_rename_the_project(self):
        name = self.random.choice(["Support", "Help"])
        Project.objects.filter(pk=self.project.pk).update(name=name)

    def do_change_a_role(self):
        member = self.team.memberships.get(user=self.people["noor"])
        role = self.random.choice(["approver", "owner", "viewer"])
        member.change_role(role, by=self.people["alice"])

    def do_ask_for_the_report(self):
        Report.objects.request(self.audit, by=self.people["vic"])

    def do_wait(self):
        self.clock.shift(self.random.randrange(3) * DAY)
        tasks._end_rounds()


def faults(audit: Audit) -> list[str]:
    """What cannot be true of an audit, whatever was done to it."""
    rounds = list(audit.rounds.order_by("proposed_at"))
    states = [row.state for row in rounds]
    last = [row.state for row in rounds if row.revision == audit.revision][-1:]
    found = {
        "its chain": find_broken_link(audit) is None,
        "one proposal": states.count("proposed") == (audit.state == AuditState.PROPOSED),
        "one sign-off in force": states.count("signed") <= 1,
        "left by a round": not audit.is_sealed or last == [LEFT_BY[AuditState(audit.state)]],
        "a seal each": all(hasattr(row, "seal") == row.is_sealed for row in rounds),
        "a report each": all(row.report for row in rounds if row.is_sealed),
        "sealed snapshots": all(row.snapshot.sealed == row.is_sealed for row in rounds),
        "signed by all": not any(
            row.missing for row in rounds if row.is_sealed and not row.was_refused
        ),
    }
    return [name for name, holds in found.items() if not holds]


share(globals(), "settled_audit", "noor", "vic")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_rows_and_events_tell_one_story(
    seed, settled_audit, alice, ed, noor, vic
):
    people = {"alice": alice, "ed": ed, "noor": noor, "vic": vic}
    done = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        chance = Chance(seed, settled_audit, people, clock)
        for _ in range(STEPS):
            verb, taken = chance.step()
            done.append(verb)
            # What was refused comes to light at the next that is not, too.
            if taken:
                assert faults(chance.audit) == [], "\n".join(done)
        assert faults(chance.audit) == [], "\n".join(done)

    assert chance.audit.revision > 2
