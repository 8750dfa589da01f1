import pytest

from tests.audits.probes.logging import failure, good, line, retried, verdict

GROWING = [(0.4 + 0.02 * n, 0.9 + 0.03 * n, 1.9) for n in range(12)]


def calls(waits, **more):
    """A calm sample and a call for each of these waits."""
    found = [each for n, one in enumerate(waits) for each in retried(200 + n, one, **more)]
    return [*good(30), *found, *[line(400 + n) for n in range(10)]]


@pytest.mark.parametrize("aspect", ["waits", "jitter", "retried", "retried-overload", "bounded"])
def test_calls_that_back_off_pass(aspect):
    assert verdict(calls(GROWING), aspect) == "pass"


def test_waits_that_do_not_grow_fail():
    assert verdict(calls([(1, 1, 1)] * 12), "waits") == "fail"


def test_equal_waits_have_no_jitter():
    assert verdict(calls([(1, 2, 4)] * 12), "jitter") == "fail"


@pytest.mark.parametrize("aspect", ["waits", "jitter"])
def test_few_retries_show_no_rule(aspect):
    assert verdict(calls(GROWING[:2]), aspect) == "inconclusive"


def test_wait_at_its_cap_need_not_grow():
    assert verdict(calls([(4, 8, 8)] * 5), "waits") == "pass"


def test_logged_waits_are_taken_as_they_are():
    lines = [{**each, "wait_s": 2} for each in calls([(0.5, 1, 2)] * 12)]
    assert verdict(lines, "waits") == "fail"


@pytest.mark.parametrize(
    ("status", "aspect"), [(429, "retried-429"), (500, "retried"), (503, "retried")]
)
def test_failure_by_kind_is_retried(status, aspect):
    assert verdict(calls(GROWING[:1], status=status, error_type=""), aspect) == "pass"


def test_connection_errors_are_told_by_their_class():
    lines = calls(GROWING[:1], status=None, error_type="APIConnectionError")
    assert verdict(lines, "retried-network") == "pass"
    assert verdict(lines, "retried-429") == "inconclusive"


def test_transient_failure_with_one_attempt_fails():
    assert verdict([failure(1, correlation_id="x"), *good(60)], "retried") == "fail"


def test_failure_at_the_end_of_the_sample_is_not_judged():
    assert verdict([*calls(GROWING[:1]), failure(410)], "retried") == "pass"


def test_attempts_that_nothing_tells_apart_are_inconclusive():
    bare = [failure(1, attempt=None), *good(60)]
    assert verdict(bare, "retried") == "inconclusive"
    several = [failure(1, attempt=None), line(1, after=1), *good(60)]
    assert verdict(several, "retried") == "inconclusive"


def test_same_body_again_is_a_retry():
    pair = [failure(90, 400, attempt=None, body_hash="x"), line(90, after=1, body_hash="x")]
    assert verdict([*good(30), *pair], "not-retried") == "fail"


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_futile_failure(status):
    assert verdict([*good(30), failure(90, status)], "not-retried") == "pass"
    assert verdict([*good(30), *retried(90, (1,), status)], "not-retried") == "fail"


def test_spend_limit_is_none_of_the_429s_to_retry():
    lines = [*good(30), failure(90, 429, error_code="enforced_spend_limit_reached")]
    assert verdict(lines, "not-retried") == "pass"
    assert verdict(lines, "retried-429") == "inconclusive"


def test_another_call_under_the_same_id_may_be_no_retry():
    pair = [failure(90, 400, attempt=None), line(90, after=1)]
    assert verdict([*good(30), *pair], "not-retried") == "inconclusive"


@pytest.mark.parametrize(("wait", "expected"), [(7.1, "pass"), (1, "fail")])
def test_retry_after(wait, expected):
    assert verdict(calls([(wait,)], retry_after=7), "retry-after") == expected
    assert verdict(calls([(wait,)]), "retry-after") == "inconclusive"


def test_nested_loops_show_in_the_number_of_attempts():
    assert verdict(calls([(0.5,) * 11]), "bounded") == "fail"
    assert verdict(good(30), "bounded") == "inconclusive"


def test_attempts_counted_on_one_line_are_enough():
    lines = [*good(30), line(90, attempts=12, without=("correlation_id",))]
    assert verdict(lines, "bounded") == "fail"


def test_retries_logged_need_wait_and_number():
    assert verdict(calls(GROWING[:1]), "retries-logged") == "fail"
    assert verdict(calls(GROWING[:1], wait_ms=500), "retries-logged") == "pass"
    assert verdict(good(30), "retries-logged") == "inconclusive"


def test_call_that_failed_for_good_ends_with_its_class():
    ended = [failure(50, attempt=1), failure(50, after=1, attempt=2)]
    assert verdict([*ended, *good(60)], "last-error") == "pass"
    bare = [failure(50), failure(50, after=1, attempt=2, status=None, error_type="gave up")]
    assert verdict([*bare, *good(120)], "last-error") == "fail"
    assert verdict(good(30), "last-error") == "inconclusive"


def test_another_model_after_529_is_a_fallback():
    pair = [failure(90), line(90, after=2, attempt=2, model="claude-haiku-5-5")]
    assert verdict([*good(30), *pair], "fallback") == "pass"
    assert verdict([*good(30), *retried(90, (1,))], "fallback") == "inconclusive"
    assert verdict(good(30), "fallback") == "inconclusive"
