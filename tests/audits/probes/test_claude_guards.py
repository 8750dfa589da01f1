"""The guards around real calls: what reaches the server, and what is counted."""

import json
import threading
import time
from decimal import Decimal

import pytest

from audits.probes import guards
from audits.probes.circuits import Rules, State
from audits.probes.claude import (
    ApiFault,
    CircuitOpen,
    LedgerRefused,
    LimitReached,
    Practice,
    Situation,
)
from audits.probes.windows import Limit
from tests.audits.net.servers import deaf, full_house
from tests.audits.probes.clients import HELLO, PRICES, QUICK, client

ONCE = Practice(attempts=1, connect_s=25, total_s=25)
FREE = {"path": "/claude/v1/models"}


def ask(claude, times):
    outcomes = []
    for _ in range(times):
        try:
            outcomes.append(claude.list_models().status)
        except (ApiFault, CircuitOpen) as fault:
            outcomes.append(type(fault).__name__)
    return outcomes


def test_five_failures_open_the_circuit_and_nothing_more_reaches_the_server(fake):
    fake.plan("server-error", times=None)
    claude = client(fake, practice=ONCE)
    assert ask(claude, 8) == ["ApiFault"] * 5 + ["CircuitOpen"] * 3
    assert len(fake.requests) == 5


def test_a_refusal_of_the_circuit_is_immediate_and_says_when(fake):
    fake.plan("overloaded", times=None)
    claude = client(fake, practice=ONCE)
    ask(claude, 5)
    began = time.monotonic()
    with pytest.raises(CircuitOpen, match=r"is left alone for another (5\d|60) s"):
        claude.list_models()
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("name", ["unclassified-400", "invalid-key", "tier-cap", "not-found"])
def test_faults_of_the_caller_leave_it_closed(fake, name):
    fake.plan(name, times=None)
    claude = client(fake, practice=ONCE)
    assert ask(claude, 8) == ["ApiFault"] * 8
    assert claude.guards.breaker.circuit.failures == 0


@pytest.mark.parametrize("name", ["rate-limited", "overloaded", "reset", "unavailable"])
def test_faults_of_the_service_are_counted(fake, name):
    fake.plan(name)
    claude = client(fake, practice=ONCE)
    ask(claude, 1)
    assert claude.guards.breaker.circuit.failures == 1


def test_a_call_whose_own_retries_open_it_ends_with_its_own_error(fake):
    fake.plan("server-error", times=None)
    claude = client(fake, practice=Practice(attempts=9, base_s=0.01, cap_s=0.01))
    with pytest.raises(ApiFault) as caught:
        claude.list_models()
    assert (caught.value.situation, caught.value.attempts) == (Situation.SERVER, 5)


def test_it_recovers_by_trials(fake):
    own = guards.in_memory(rules=Rules(open_s=0.1))
    fake.plan("server-error", times=5)
    claude = client(fake, practice=ONCE, guards=own)
    ask(claude, 5)
    time.sleep(0.12)
    assert ask(claude, 3) == [200, 200, 200]
    assert own.breaker.circuit.state is State.CLOSED


def test_what_breaks_off_here_counts_as_a_failure(fake, monkeypatch):
    claude = client(fake)
    monkeypatch.setattr(claude, "_url", lambda ask: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        claude.list_models()
    assert claude.guards.breaker.circuit.failures == 1


def test_the_count_is_right_under_fifty_threads(fake):
    fake.plan("server-error", times=None)
    own = guards.in_memory(rules=Rules(failures=1_000))
    claude = client(fake, practice=ONCE, guards=own)
    threads = [threading.Thread(target=ask, args=(claude, 2)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert own.breaker.circuit.failures == 100


def test_the_limiter_lets_five_through_and_the_others_when_the_window_has_moved(fake):
    own = guards.in_memory(limit=Limit(requests=5, seconds=2.0))
    claude = client(fake, guards=own)
    # From before the first: it may take a while on its way, and the window does not wait for it.
    began = time.monotonic()
    for _ in range(8):
        claude.count_tokens(HELLO["model"], HELLO["messages"])
    assert fake.requests[5].at - began >= 1.9
    assert len(fake.requests) == 8


def test_a_wait_above_the_call_s_limit_is_refused_at_once(fake):
    own = guards.in_memory(limit=Limit(requests=1))
    claude = client(fake, guards=own, practice=QUICK)
    claude.message(HELLO)
    with pytest.raises(LimitReached, match=r"own limit is reached for another (5\d|60) s"):
        claude.message(HELLO)
    assert len(fake.requests) == 1
    assert list(own.ledger.states.values()) == ["settled", "released"]


def test_a_call_above_the_whole_limit_is_refused_with_both_figures(fake):
    claude = client(fake, guards=guards.in_memory(limit=Limit(tokens=100)))
    with pytest.raises(LimitReached, match=r"2\d\d tokens are above the limit of 100 a minute"):
        claude.message(HELLO)
    assert not fake.requests


def test_the_estimate_is_replaced_by_what_was_used(fake):
    claude = client(fake)
    claude.message(HELLO)
    assert [entry.tokens for entry in claude.guards.limiter.window] == [20]
    fake.plan("unclassified-400")
    with pytest.raises(ApiFault):
        claude.message(HELLO)
    assert [entry.tokens for entry in claude.guards.limiter.window] == [20, 0]


def test_a_call_that_might_pass_the_cap_is_not_made(fake):
    worst = PRICES.at_most(HELLO, fake.world.today())
    claude = client(fake, guards=guards.in_memory(daily_cap=worst))
    claude.message(HELLO)
    with pytest.raises(LedgerRefused) as caught:
        claude.message(HELLO)
    assert len(fake.requests) == 1
    assert caught.value.says.startswith("Nothing was asked: $0.000068 of today's $")
    assert "midnight UTC" in caught.value.next_step


def test_a_model_without_a_price_is_not_paid_for(fake):
    claude = client(fake)
    with pytest.raises(LedgerRefused, match="what a call of claude-opus-9 costs"):
        claude.message(HELLO | {"model": "claude-opus-9"})
    assert not fake.requests


ENDS = {
    "unclassified-400": "released",
    "overloaded": "released",
    "rate-limited": "released",
    # Nobody says that these are not billed.
    "server-error": "unknown",
    "reset": "unknown",
    "garbage": "unknown",
}


@pytest.mark.parametrize("name", ENDS)
def test_the_ledger_shows_how_each_paid_call_ended(fake, name):
    fake.plan(name)
    claude = client(fake, practice=ONCE)
    with pytest.raises(ApiFault):
        claude.message(HELLO)
    ledger = claude.guards.ledger
    assert list(ledger.states.values()) == [ENDS[name]]
    counted = sum(ledger.counted.values())
    assert (counted > 0) == (ENDS[name] == "unknown")


@pytest.mark.parametrize(("server", "scheme"), [(full_house, "http"), (deaf, "https")])
def test_a_paid_call_that_could_not_connect_holds_back_no_money(fake, server, scheme):
    with server() as port:
        claude = client(
            fake,
            api_url=f"{scheme}://127.0.0.1:{port}",
            practice=Practice(attempts=1, connect_s=0.3, total_s=5),
        )
        with pytest.raises(ApiFault) as caught:
            claude.message(HELLO)

    assert (caught.value.situation, caught.value.sent) == (Situation.TIMEOUT, False)
    ledger = claude.guards.ledger
    assert list(ledger.states.values()) == ["released"]
    assert not any(ledger.counted.values())


def test_each_retry_of_a_paid_call_is_an_entry_of_its_own(fake):
    fake.plan("server-error", times=2)
    claude = client(fake)
    claude.message(HELLO)
    assert list(claude.guards.ledger.states.values()) == ["unknown", "unknown", "settled"]


def test_nothing_is_reserved_for_what_the_api_will_refuse(fake):
    claude = client(fake, guards=guards.in_memory(daily_cap=Decimal(0)))
    with pytest.raises(ApiFault):
        claude.message({"model": HELLO["model"]}, paid=False)
    assert not claude.guards.ledger.states
    # Were it answered all the same, it would show.
    claude.message(HELLO, paid=False)
    assert list(claude.guards.ledger.counted.values()) == [Decimal("0.000068")]


def test_several_keys_are_used_in_turn(fake):
    keys = [fake.key() for _ in range(3)]
    claude = client(fake, *keys)
    for _ in range(9):
        claude.list_models()
    used = [seen.header("x-api-key") for seen in fake.requests]
    assert sorted(used) == sorted(keys * 3)
    assert used[:3] == used[3:6] == used[6:]


def test_a_revoked_key_fails_once_and_is_left_out_then(fake):
    keys = [fake.key(), fake.key("expired-key"), fake.key()]
    claude = client(fake, *keys)
    outcomes = ask(claude, 9)
    assert outcomes.count("ApiFault") == 1
    assert outcomes[3:] == [200] * 6


def test_a_single_key_is_asked_with_again(fake):
    claude = client(fake, fake.key("expired-key"))
    assert ask(claude, 2) == ["ApiFault"] * 2
    assert len(fake.requests) == 2


def test_what_is_sent_is_what_was_given(fake):
    claude = client(fake, workspace_id="")
    claude.get("/v1/models", [("limit", "2"), ("ids[]", "a"), ("ids[]", "b")], beta="x-1,y-2")
    seen = fake.requests[0]
    assert seen.values("ids") == ["a", "b"]
    assert seen.header("anthropic-beta") == "x-1,y-2"
    claude.message(HELLO)
    assert json.loads(fake.requests[1].body) == HELLO
