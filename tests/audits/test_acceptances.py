"""Accepted risks: who takes them, until when, and how they end."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits.models import Answer
from audits.models.errors import NotAllowed, Outdated, Refused
from audits.tasks import tick
from tests.audits.helpers import seal, settle

pytestmark = pytest.mark.usefixtures("chains_hold")

LAST_DAY = dt.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC), tick=True):
        yield


@pytest.fixture
def waiting(answer, ed, noor) -> Answer:
    """An acceptance that ed proposed and noor has not confirmed."""
    return answer.record(
        "risk_accepted", by=ed, reason="One region only.", approver=noor, until=LAST_DAY
    )


@pytest.fixture
def accepted(waiting, noor) -> Answer:
    return waiting.confirm_acceptance(by=noor)


def fresh(answer: Answer) -> Answer:
    return Answer.objects.get(pk=answer.pk)


def on(day: dt.date):
    return time_machine.travel(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC))


@pytest.mark.parametrize("lacking", ["reason", "approver", "until"])
def test_acceptance_needs_a_reason_an_approver_and_a_last_day(answer, ed, noor, lacking):
    given = {"reason": "One region only.", "approver": noor, "until": LAST_DAY}
    given[lacking] = "" if lacking == "reason" else None

    with pytest.raises(Refused) as refusal:
        answer.record("risk_accepted", by=ed, **given)

    assert refusal.value.field == lacking


def test_editor_cannot_be_named_as_approver(answer, ed):
    with pytest.raises(Refused, match="neither an approver nor an owner") as refusal:
        answer.record("risk_accepted", by=ed, reason="So.", approver=ed, until=LAST_DAY)

    assert refusal.value.field == "approver"


def test_stranger_cannot_be_named_as_approver(answer, ed, mallory):
    with pytest.raises(Refused, match="neither an approver nor an owner"):
        answer.record("risk_accepted", by=ed, reason="So.", approver=mallory, until=LAST_DAY)


def test_last_day_cannot_be_over(answer, ed, noor):
    with pytest.raises(Refused, match="over already") as refusal:
        answer.record(
            "risk_accepted", by=ed, reason="So.", approver=noor, until=dt.date(2026, 11, 20)
        )

    assert refusal.value.field == "until"


def test_last_day_may_be_today(answer, noor):
    row = answer.record(
        "risk_accepted", by=noor, reason="So.", approver=noor, until=timezone.localdate()
    )

    assert row.counts_as == "risk_accepted"


def test_unconfirmed_acceptance_counts_as_open(waiting):
    assert (waiting.counts_as, waiting.standing) == ("open", "awaiting")
    assert waiting in waiting.audit.answers.blocking()


def test_confirmed_acceptance_no_longer_counts_as_open(accepted):
    assert (accepted.counts_as, accepted.standing) == ("risk_accepted", "risk_accepted")
    assert accepted not in accepted.audit.answers.open()


def test_approver_who_names_herself_confirms_at_once(answer, noor):
    row = answer.record("risk_accepted", by=noor, reason="So.", approver=noor, until=LAST_DAY)

    assert row.accepted_at is not None
    assert row.audit.events.last().detail["confirmed"] is True


def test_only_the_named_approver_confirms(waiting, alice):
    with pytest.raises(NotAllowed, match="Only Noor Haddad can confirm"):
        waiting.confirm_acceptance(by=alice)


def test_approver_who_lost_the_role_cannot_confirm(waiting, harbour, noor, alice):
    harbour.memberships.get(user=noor).change_role("editor", by=alice)

    with pytest.raises(NotAllowed, match="Only an approver or an owner"):
        waiting.confirm_acceptance(by=noor)


def test_approver_who_left_the_team_cannot_confirm(waiting, harbour, noor):
    harbour.memberships.get(user=noor).end(by=noor)

    with pytest.raises(NotAllowed):
        waiting.confirm_acceptance(by=noor)


def test_acceptance_is_confirmed_once(accepted, noor):
    with pytest.raises(Refused, match="no risk acceptance here that waits"):
        accepted.confirm_acceptance(by=noor)


def test_approver_confirms_only_what_she_read(waiting, ed, noor):
    waiting.record("risk_accepted", by=ed, reason="Two.", approver=noor, until=LAST_DAY)

    with pytest.raises(Outdated, match="Ed Fox changed"):
        waiting.confirm_acceptance(by=noor, seen_version=2)


def test_lapsed_acceptance_cannot_be_confirmed(waiting, noor):
    with on(LAST_DAY + dt.timedelta(days=1)), pytest.raises(Refused, match=r"last day .* is over"):
        waiting.confirm_acceptance(by=noor)


def test_changing_the_terms_asks_the_approver_anew(accepted, ed, noor):
    row = accepted.record(
        "risk_accepted",
        by=ed,
        reason="One region only.",
        approver=noor,
        until=LAST_DAY + dt.timedelta(days=30),
    )

    assert row.accepted_at is None


def test_saving_the_same_terms_again_leaves_the_acceptance_in_force(accepted, ed, noor):
    row = accepted.record(
        "risk_accepted", by=ed, reason="One region only.", approver=noor, until=LAST_DAY
    )

    assert row.accepted_at == accepted.accepted_at


def test_approver_who_repeats_the_terms_confirms_them(waiting, noor):
    row = waiting.record(
        "risk_accepted", by=noor, reason="One region only.", approver=noor, until=LAST_DAY
    )

    assert row.accepted_at is not None


def test_acceptance_holds_through_its_last_day(accepted):
    with on(LAST_DAY):
        tick()

        assert fresh(accepted).counts_as == "risk_accepted"


def test_acceptance_counts_as_open_on_the_day_after_even_before_the_tick(accepted):
    with on(LAST_DAY + dt.timedelta(days=1)):
        assert (accepted.counts_as, accepted.standing) == ("open", "expired")
        assert accepted in accepted.audit.answers.blocking()


def test_tick_reopens_an_acceptance_on_the_day_after(accepted):
    with on(LAST_DAY + dt.timedelta(days=1)):
        tick()

    row = fresh(accepted)
    assert (row.state, row.reason, row.approver, row.accepted_until) == ("open", "", None, None)


def test_reopening_by_itself_is_an_event_of_the_machine(accepted):
    with on(LAST_DAY + dt.timedelta(days=1)):
        tick()

    event = accepted.audit.events.last()
    assert (event.verb, event.actor, event.actor_name) == ("answer.lapsed", None, "Countersign")
    assert event.detail["approver"] == "Noor Haddad"


def test_second_tick_changes_nothing(accepted):
    with on(LAST_DAY + dt.timedelta(days=1)):
        tick()
        count = accepted.audit.events.count()
        tick()

    assert accepted.audit.events.count() == count


def test_acceptance_in_a_sealed_audit_stays_as_it_was_sealed(accepted, ed, noor):
    for answer in accepted.audit.answers.exclude(pk=accepted.pk):
        answer.record("done", by=ed)
    seal(accepted.audit, by=noor)

    with on(LAST_DAY + dt.timedelta(days=1)):
        tick()
        assert not accepted.reopen_lapsed()

    assert fresh(accepted).state == "risk_accepted"


def test_reopening_an_audit_lets_the_tick_reopen_what_lapsed(accepted, ed, noor):
    for answer in accepted.audit.answers.exclude(pk=accepted.pk):
        answer.record("done", by=ed)
    seal(accepted.audit, by=noor)

    with on(LAST_DAY + dt.timedelta(days=1)):
        accepted.audit.reopen("The acceptance ran out.", by=noor)
        tick()

    assert fresh(accepted).state == "open"


def test_settling_an_answer_ends_its_acceptance(accepted, ed):
    settle(accepted.audit, by=ed)

    row = fresh(accepted)
    assert (row.approver, row.accepted_at, row.accepted_until) == (None, None, None)
