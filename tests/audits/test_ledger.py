"""What paid calls cost, and the cap that no number of them passes."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from audits.models import Environment
from audits.models.call_rows import LedgerEntry
from audits.models.guards import guards_for
from audits.models.ledger import DatabaseLedger, give_up_lost, spent_today
from audits.probes.claude import ApiFault, LedgerRefused
from audits.probes.usage import Usage
from tests.audits.probes.clients import HELLO, MODEL, PRICES, client
from tests.audits.racing import at_once

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
CENT = Decimal("0.01")
USED = Usage(input_tokens=8, output_tokens=12, cache_read_tokens=3, cache_write_5m_tokens=4)


@pytest.fixture
def environment(project) -> Environment:
    """May spend ten cents a day."""
    return project.environments.create(
        name="eu-west", kind="production", daily_cap=Decimal("0.10")
    )


@pytest.fixture
def ledger(environment) -> DatabaseLedger:
    return DatabaseLedger(environment, None)


def test_a_reservation_counts_with_its_worst_case_until_it_is_settled(ledger, environment):
    entry = ledger.reserve(MODEL, 9 * CENT)
    assert spent_today(environment) == 9 * CENT
    ledger.settle(entry, CENT, USED, "req_1")
    assert spent_today(environment) == CENT
    row = LedgerEntry.objects.get()
    assert (row.state, row.reserved, row.cost, row.request_id) == (
        "settled",
        9 * CENT,
        CENT,
        "req_1",
    )
    assert (row.input_tokens, row.output_tokens) == (8, 12)
    assert (row.cache_read_tokens, row.cache_write_tokens) == (3, 4)
    assert (row.project, row.environment_name) == (environment.project, "eu-west")


def test_what_would_pass_the_cap_is_refused_with_both_figures(ledger):
    ledger.settle(ledger.reserve(MODEL, 9 * CENT), 9 * CENT, USED, "req_1")
    with pytest.raises(LedgerRefused) as caught:
        ledger.reserve(MODEL, Decimal("0.010001"))
    assert caught.value.says == (
        "Nothing was asked: $0.09 of today's $0.10 are spent or reserved, "
        "and this call may cost up to $0.010001."
    )
    assert LedgerEntry.objects.count() == 1


def test_the_cap_itself_may_be_reached(ledger):
    assert ledger.reserve(MODEL, 10 * CENT)


def test_a_cap_that_was_lowered_meanwhile_holds(ledger, environment):
    Environment.objects.filter(pk=environment.pk).update(daily_cap=0)
    with pytest.raises(LedgerRefused):
        ledger.reserve(MODEL, CENT)


def test_what_was_not_billed_is_given_back(ledger, environment):
    ledger.release(ledger.reserve(MODEL, 10 * CENT), "req_1")
    assert spent_today(environment) == 0
    row = LedgerEntry.objects.get()
    assert (row.state, row.cost, row.detail) == ("released", 0, "Refused: not billed.")


def test_what_nobody_knows_counts_as_its_worst_case(ledger, environment):
    ledger.lose(ledger.reserve(MODEL, 10 * CENT), "req_1")
    assert spent_today(environment) == 10 * CENT
    row = LedgerEntry.objects.get()
    assert (row.state, row.cost) == ("unknown", None)
    assert "whether it was billed is not known" in row.detail


def test_a_reservation_whose_worker_died_is_unknown_after_ten_minutes(ledger, environment):
    with time_machine.travel(NOON, tick=False) as clock:
        entry = ledger.reserve(MODEL, 5 * CENT)
        clock.shift(600)
        assert give_up_lost() == 0
        clock.shift(1)
        assert give_up_lost() == 1
        assert spent_today(environment) == 5 * CENT
        assert LedgerEntry.objects.get().state == "unknown"
        # It was slow and not dead after all.
        ledger.settle(entry, CENT, USED, "req_1")
        assert spent_today(environment) == CENT


def test_each_day_has_its_cap_by_utc(ledger, environment):
    with time_machine.travel(NOON.replace(hour=23, minute=59, second=59), tick=False) as clock:
        ledger.reserve(MODEL, 10 * CENT)
        clock.shift(1)
        assert spent_today(environment) == 0
        assert ledger.reserve(MODEL, 10 * CENT)


def test_costs_are_rounded_up_to_a_ten_thousandth_of_a_cent(ledger):
    ledger.settle(ledger.reserve(MODEL, CENT), Decimal("0.0000681"), USED, "req_1")
    assert LedgerEntry.objects.get().cost == Decimal("0.000069")


def test_another_environment_s_spending_is_its_own(ledger, environment, project):
    ledger.reserve(MODEL, 10 * CENT)
    other = project.environments.create(name="us-east", kind="staging")
    assert spent_today(other) == 0


def test_a_call_that_was_to_be_refused_shows_when_it_is_answered(ledger, environment):
    ledger.charge(MODEL, CENT, USED, "req_1")
    ledger.charge("claude-opus-9", None, USED, "req_2")
    assert spent_today(environment) == CENT
    assert [row.state for row in LedgerEntry.objects.order_by("request_id")] == [
        "settled",
        "unknown",
    ]


def test_an_entry_outlives_its_environment(ledger, environment):
    ledger.reserve(MODEL, CENT)
    environment.watches.all().delete()
    Environment.objects.filter(pk=environment.pk).delete()
    assert LedgerEntry.objects.get().environment_name == "eu-west"


def test_the_ledger_shows_every_paid_call_failed_ones_too(environment, fake):
    claude = client(fake, guards=guards_for(environment, None))
    claude.message(HELLO)
    claude.stream(HELLO)
    for name in ("unclassified-400", "stream-reset"):
        fake.plan(name, after=0)
    with pytest.raises(ApiFault):
        claude.message(HELLO)
    assert claude.stream(HELLO).error
    claude.list_models()
    rows = LedgerEntry.objects.order_by("at")
    assert [row.state for row in rows] == ["settled", "settled", "released", "unknown"]
    assert all(row.request_id.startswith("req_") for row in rows)
    assert rows[0].cost == Decimal("0.000068")


@pytest.mark.django_db(transaction=True)
def test_reservations_at_once_never_pass_the_cap(environment):
    def reserve():
        try:
            return DatabaseLedger(environment, None).reserve(MODEL, 3 * CENT)
        except LedgerRefused:
            return ""

    outcomes = at_once(*[reserve] * 12)
    assert len([entry for entry in outcomes if entry]) == 3
    assert spent_today(environment) == 9 * CENT


@pytest.mark.django_db(transaction=True)
def test_real_calls_at_once_never_pass_the_cap(environment, fake):
    worst = PRICES.at_most(HELLO, NOON)
    Environment.objects.filter(pk=environment.pk).update(daily_cap=worst.quantize(CENT))
    key = fake.key()

    def call():
        claude = client(fake, key, guards=guards_for(environment, None))
        try:
            return claude.message(HELLO).status
        except LedgerRefused:
            return 0

    for _ in range(3):
        at_once(*[call] * 6)
    environment.refresh_from_db()
    assert spent_today(environment) <= environment.daily_cap
    assert not LedgerEntry.objects.filter(state="reserved").exists()
    assert LedgerEntry.objects.count() == len(fake.came("/messages"))


def test_what_no_column_takes_is_settled_all_the_same(ledger):
    entry = ledger.reserve(MODEL, CENT)
    used = Usage.of({"input_tokens": 10**18, "cache_creation_input_tokens": 10**18})
    ledger.settle(entry, CENT, used, "req_\x00\ud800" + "x" * 200)
    row = LedgerEntry.objects.get()
    assert (row.state, row.request_id, row.input_tokens) == ("settled", "req_" + "x" * 96, 10**9)
