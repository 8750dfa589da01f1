"""The breaker by a clock of its own: 5 failures, 60 s, 3 trials."""

from audits.probes.circuits import (
    CLOSED,
    DEFAULT,
    Admission,
    Circuit,
    Outcome,
    State,
    admit,
    report,
)

FAULT, SUCCESS, NEUTRAL = Outcome.FAULT, Outcome.SUCCESS, Outcome.NEUTRAL


def after(outcomes, circuit=CLOSED, now=1000.0):
    for outcome in outcomes:
        circuit, admission = admit(circuit, now, DEFAULT)
        circuit = report(circuit, admission, outcome, now, DEFAULT)
    return circuit


OPEN = after([FAULT] * 5)


def test_five_failures_in_a_row_open_it():
    assert after([FAULT] * 4).state is State.CLOSED
    assert OPEN.state is State.OPEN
    assert admit(OPEN, 1000.0, DEFAULT)[1] == 60.0


def test_a_success_while_closed_sets_the_count_to_zero():
    assert after([FAULT] * 4 + [SUCCESS] + [FAULT] * 4).state is State.CLOSED


def test_a_bad_request_neither_counts_nor_clears():
    assert after([NEUTRAL] * 50) == CLOSED
    assert after([FAULT] * 4 + [NEUTRAL]).failures == 4


def test_it_lets_exactly_three_of_ten_trials_through_after_60_seconds():
    circuit, given = admit(OPEN, 1059.9, DEFAULT)
    assert circuit.state is State.OPEN
    assert round(given, 1) == 0.1
    admitted = 0
    for _ in range(10):
        circuit, given = admit(circuit, 1060.0, DEFAULT)
        admitted += isinstance(given, Admission)
    assert (admitted, circuit.state) == (3, State.HALF_OPEN)


def trials(count, now=1060.0):
    circuit, given = OPEN, []
    for _ in range(count):
        circuit, admission = admit(circuit, now, DEFAULT)
        given.append(admission)
    return circuit, given


def test_it_closes_when_all_three_have_succeeded_and_not_before():
    circuit, given = trials(3)
    for admission in given[:2]:
        circuit = report(circuit, admission, SUCCESS, 1061.0, DEFAULT)
    assert circuit.state is State.HALF_OPEN
    circuit = report(circuit, given[2], SUCCESS, 1061.0, DEFAULT)
    assert circuit == CLOSED


def test_one_failed_trial_opens_it_for_another_60_seconds():
    circuit, given = trials(3)
    circuit = report(circuit, given[0], SUCCESS, 1061.0, DEFAULT)
    circuit = report(circuit, given[1], FAULT, 1062.0, DEFAULT)
    assert circuit.state is State.OPEN
    assert admit(circuit, 1062.0, DEFAULT)[1] == 60.0
    # The third, of the round before, changes nothing any more.
    assert report(circuit, given[2], SUCCESS, 1063.0, DEFAULT) == circuit


def test_a_trial_that_says_nothing_of_the_service_gives_its_place_back():
    circuit, given = trials(3)
    circuit = report(circuit, given[0], NEUTRAL, 1061.0, DEFAULT)
    circuit, again = admit(circuit, 1061.0, DEFAULT)
    assert isinstance(again, Admission)


def test_a_trial_that_never_reports_has_failed_by_its_time_limit():
    circuit, _ = trials(3)
    circuit, given = admit(circuit, 1060.0 + DEFAULT.trial_s - 1, DEFAULT)
    assert given == 1.0
    circuit, given = admit(circuit, 1060.0 + DEFAULT.trial_s, DEFAULT)
    assert (circuit.state, given) == (State.OPEN, 60.0)


def test_a_call_that_began_before_it_opened_changes_nothing():
    assert report(OPEN, Admission(), SUCCESS, 1001.0, DEFAULT) == OPEN
    half, _ = trials(1)
    assert report(half, Admission(), FAULT, 1061.0, DEFAULT) == half


def test_a_clock_that_is_put_back_does_not_hold_it_open_longer():
    circuit, given = admit(OPEN, 10.0, DEFAULT)
    assert given == 60.0
    assert isinstance(admit(circuit, 70.0, DEFAULT)[1], Admission)


def test_closed_is_where_it_begins():
    assert Circuit() == CLOSED
