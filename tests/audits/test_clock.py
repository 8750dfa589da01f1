"""A clock that jumps, forth and back, between the steps of a sign-off: nothing is lost, and no
signature is dated before what it signs. docs/sign-off.md says what holds."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits.models import Answer, Audit, Report, Round, SignOff
from audits.models.chains import find_broken_link
from audits.models.errors import RuleBroken
from audits.models.quorum import Role
from audits.models.reports import LEASE
from audits.tasks import tick
from tests.audits.helpers import propose, refuse, require, sign

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr("audits.tasks.render_report.apply_async", lambda *args, **kwargs: None)


def in_days(days: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + days * DAY)


def fresh(audit: Audit) -> Audit:
    return Audit.objects.get(pk=audit.pk)


@pytest.fixture
def from_the_future(settled_audit, harbour, alice, ed) -> Round:
    """Proposed while the clock was a year ahead."""
    require(harbour, Role("Security"), Role("Product"), by=alice)
    with in_days(365):
        return propose(settled_audit, by=ed)


@pytest.mark.parametrize("verb", [sign, refuse])
def test_nobody_decides_before_the_proposal_was_made(from_the_future, noor, verb):
    with pytest.raises(RuleBroken, match="the clock was set back"):
        verb(from_the_future, by=noor, role="Security")

    assert SignOff.objects.count() == 0


def test_proposal_of_a_wrong_clock_is_withdrawn_and_made_again(from_the_future, noor, alice, ed):
    from_the_future.withdraw("The clock was wrong.", by=ed)

    row = propose(from_the_future.audit, by=ed)
    sign(row, by=noor, role="Security")
    sign(row, by=alice, role="Product")

    assert fresh(row.audit).state == "signed"
    assert find_broken_link(fresh(row.audit)) is None


def test_last_signature_is_not_dated_before_the_first(settled_audit, harbour, noor, alice, ed):
    require(harbour, Role("Security"), Role("Product"), by=alice)
    row = propose(settled_audit, by=ed)
    with in_days(365):
        given = sign(row, by=noor, role="Security")

    with pytest.raises(RuleBroken, match="the clock was set back"):
        sign(row, by=alice, role="Product")
    given.withdraw(by=noor)
    sign(row, by=alice, role="Product")
    sign(row, by=noor, role="Security")

    sealed = Round.objects.get(pk=row.pk).seal.content()
    assert all(each["at"] <= sealed["sealed_at"] for each in sealed["sign_offs"])


def test_events_keep_their_order_whatever_the_clock_says(audit, answer, ed):
    with in_days(-365):
        answer.record("done", by=ed)

    first, second = audit.events.order_by("number")
    assert second.at < first.at
    assert find_broken_link(fresh(audit)) is None


def test_sign_off_that_a_wrong_clock_ended_is_not_lost(settled_audit, harbour, noor, alice):
    require(harbour, Role("Approver"), by=alice, valid_days=30)
    row = propose(settled_audit, by=noor)
    sign(row, by=noor)
    seal = Round.objects.get(pk=row.pk).seal.digest

    with in_days(31):
        tick()
    fresh(settled_audit).reopen("The clock was wrong.", by=alice)

    ended = Round.objects.get(pk=row.pk)
    assert (ended.state, ended.seal.digest) == ("expired", seal)
    assert ended.report.seal_id is not None
    assert find_broken_link(fresh(settled_audit), files=True) is None


def test_sign_off_holds_through_its_last_day(settled_audit, harbour, noor, alice):
    require(harbour, Role("Approver"), by=alice, valid_days=30)
    sign(propose(settled_audit, by=noor), by=noor)

    with in_days(30):
        tick()
    assert fresh(settled_audit).state == "signed"
    with in_days(31):
        tick()
    assert fresh(settled_audit).state == "void"


def test_clock_that_runs_back_ends_no_sign_off(settled_audit, harbour, noor, alice):
    require(harbour, Role("Approver"), by=alice, valid_days=1)
    sign(propose(settled_audit, by=noor), by=noor)

    with in_days(-400):
        tick()

    assert fresh(settled_audit).state == "signed"


def test_report_whose_lease_is_of_a_wrong_clock_is_rung_for_again(sealed_audit):
    with in_days(365):
        Report.objects.get()._claim()

    assert list(Report.objects.waiting()) == [Report.objects.get()]


def test_report_in_a_living_workers_hands_is_left_to_it(sealed_audit):
    Report.objects.get()._claim()

    assert not Report.objects.waiting().exists()
    with time_machine.travel(timezone.now() + LEASE + DAY):
        assert Report.objects.waiting().exists()


def test_acceptance_that_a_wrong_clock_ended_is_told_and_can_be_made_again(
    audit, answer, noor, tomorrow
):
    for _ in range(2):
        answer.record("risk_accepted", by=noor, reason="Rare.", approver=noor, until=tomorrow)
        with in_days(9):
            tick()

    assert Answer.objects.get(pk=answer.pk).state == "open"
    assert audit.events.filter(verb="answer.lapsed").count() == 2


def test_acceptance_that_lapsed_before_the_tick_keeps_anybody_from_signing(
    settled_audit, answer, noor, ed, tomorrow
):
    answer.record("risk_accepted", by=noor, reason="Rare.", approver=noor, until=tomorrow)
    row = propose(settled_audit, by=ed)

    with in_days(3), pytest.raises(RuleBroken, match="1 risk acceptance has expired"):
        sign(row, by=noor)
