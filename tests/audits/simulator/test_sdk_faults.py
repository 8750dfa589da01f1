"""What the official SDK makes of what goes wrong: retried or not, as which exception."""

import anthropic
import httpx2
import pytest

from tests.audits.simulator.conftest import ASK

EXCEPTIONS = {
    "bad-request": anthropic.BadRequestError,
    "invalid-key": anthropic.AuthenticationError,
    "billing": anthropic.PaymentRequiredError,
    "permission": anthropic.PermissionDeniedError,
    "not-found": anthropic.NotFoundError,
    "too-large": anthropic.ContentTooLargeError,
    "unprocessable": anthropic.UnprocessableEntityError,
    "request-timeout": anthropic.RequestTimeoutError,
    "conflict": anthropic.ConflictError,
    "rate-limited": anthropic.RateLimitError,
    "server-error": anthropic.InternalServerError,
    "unavailable": anthropic.ServiceUnavailableError,
    "timeout": anthropic.GatewayTimeoutError,
    "overloaded": anthropic.OverloadedError,
}
RETRIED = {
    "request-timeout",
    "conflict",
    "rate-limited",
    "server-error",
    "unavailable",
    "timeout",
    "overloaded",
}
AT_ONCE = {"retry-after-ms": "5"}


@pytest.mark.parametrize("what", EXCEPTIONS)
def test_each_error_is_its_exception_and_retried_only_where_that_helps(fake, client, what):
    fake.plan(what, times=None, headers=AT_ONCE)
    with pytest.raises(EXCEPTIONS[what]) as caught:
        client.messages.create(**ASK)
    assert type(caught.value) is EXCEPTIONS[what]
    assert len(fake.requests) == (3 if what in RETRIED else 1)


def test_an_error_tells_type_code_and_request(fake):
    key = fake.key("tier-cap")
    client = anthropic.Anthropic(api_key=key, base_url=fake.api_url, max_retries=0)
    with pytest.raises(anthropic.RateLimitError) as caught:
        client.messages.create(**ASK)
    error = caught.value
    assert (error.type, error.error_code) == ("rate_limit_error", "enforced_spend_limit_reached")
    assert error.request_id.startswith("req_")
    assert "retry-after" not in error.response.headers


def test_each_attempt_says_which_it_is(fake, client):
    fake.plan("overloaded", times=2, headers=AT_ONCE)
    client.messages.create(**ASK)
    assert [seen.header("x-stainless-retry-count") for seen in fake.requests] == ["0", "1", "2"]


def test_retry_after_is_obeyed(fake, client):
    fake.plan("rate-limited", retry_after=1)
    client.messages.create(**ASK)
    first, second = fake.requests
    assert 0.95 < second.at - first.ended_at < 20


def test_an_answer_may_forbid_to_retry(fake, client):
    fake.plan("overloaded", times=None, headers={"x-should-retry": "false"})
    with pytest.raises(anthropic.OverloadedError):
        client.messages.create(**ASK)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("what", ["reset", "cut", "garbage"])
def test_a_broken_connection_is_tried_again(fake, client, what):
    fake.plan(what)
    assert client.messages.create(**ASK).stop_reason == "end_turn"
    assert len(fake.requests) == 2


@pytest.mark.parametrize("what", ["hang", "drip"])
def test_a_server_that_says_nothing_runs_into_the_time_limit(fake, client, what):
    fake.plan(what, times=None, every=5)
    limits = httpx2.Timeout(60, read=2)
    with pytest.raises(anthropic.APITimeoutError):
        client.with_options(timeout=limits, max_retries=0).messages.create(**ASK)
    [seen] = fake.requests
    assert seen.at


def test_an_error_in_mid_stream_is_not_tried_again(fake, client):
    fake.plan("stream-error", after=2)
    with (
        pytest.raises(anthropic.APIStatusError) as caught,
        client.messages.stream(**ASK) as stream,
    ):
        list(stream.text_stream)
    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")
    assert len(fake.requests) == 1


@pytest.mark.parametrize("what", ["stream-reset", "stream-cut"])
def test_a_stream_that_breaks_off_is_an_error(fake, client, what):
    fake.plan(what, after=2)
    stream = client.messages.create(**ASK, stream=True)
    with pytest.raises(httpx2.TransportError):
        list(stream)
    assert len(fake.requests) == 1
