"""Streams at their pace, and broken on purpose, as somebody without an SDK sees them."""

import time

import httpx2
import pytest

from tests.audits.simulator.conftest import ASK


def lines_of(rungs, most: int = 10_000, **more) -> list[str]:
    """The kinds of the events of a stream, as far as it came or `most` of them."""
    kinds = []
    with rungs.client.stream(
        "POST", "/v1/messages", json=ASK | {"stream": True}, **more
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kinds.append(line.removeprefix("event: "))
            if len(kinds) >= most:
                break
    return kinds


def test_pings_and_unknown_events_come_in_between(api):
    kinds = lines_of(api())
    assert kinds.index("ping") == kinds.index("content_block_start") + 1
    assert "something_new" in kinds
    assert kinds[-1] == "message_stop"


def test_a_quiet_stream_has_neither(fake, api):
    fake.says(chatty=False)
    assert not {"ping", "something_new"} & set(lines_of(api()))


def test_the_first_delta_comes_when_the_pace_says(fake, api):
    fake.latency(start_ms=40, first_ms=120, gap_ms=20)
    lines_of(api())
    [seen] = fake.requests
    # Never early; how late depends on what else the machine does.
    assert 0.039 < seen.marks["message_start"] - seen.at < 10
    assert 0.119 < seen.marks["content_block_delta"] - seen.at < 10
    # Four pieces: the last one 60 ms after the first.
    assert 0.179 < seen.marks["message_stop"] - seen.at < 10


def test_a_plain_answer_takes_its_time(fake, api):
    fake.latency(plain_ms=80)
    began = time.monotonic()
    api().message()
    assert time.monotonic() - began >= 0.08


def test_an_answer_does_not_wait_for_the_clients_acknowledgement(api):
    rungs = api()
    times = []
    for _ in range(100):
        began = time.monotonic()
        rungs.get("/v1/models?limit=1")
        times.append(time.monotonic() - began)
    assert min(times[1:]) < 0.03


def test_a_short_limit_cuts_the_answer_off(api):
    assert api().message(max_tokens=3).json()["stop_reason"] == "max_tokens"


@pytest.mark.parametrize(
    "reason", ["refusal", "pause_turn", "model_context_window_exceeded", "tool_use"]
)
def test_any_stop_reason_may_be_given(fake, api, reason):
    fake.says(stop_reason=reason)
    assert api().message().json()["stop_reason"] == reason


def test_an_error_event_ends_a_stream(fake, api):
    fake.plan("stream-error", after=2, problem="server-error")
    kinds = lines_of(api())
    assert (kinds.count("content_block_delta"), kinds[-1]) == (2, "error")


@pytest.mark.parametrize("what", ["stream-cut", "stream-reset"])
def test_a_stream_may_break_off(fake, api, what):
    fake.plan(what)
    with pytest.raises(httpx2.TransportError):
        lines_of(api())


def test_a_dripping_stream_pings_for_good(fake, api):
    fake.plan("stream-drip", every=0.01)
    assert lines_of(api(), most=30)[-20:] == ["ping"] * 20


def test_when_the_client_leaves_a_hanging_stream_is_noted(fake, api):
    fake.plan("stream-hang")
    with pytest.raises(httpx2.ReadTimeout):
        lines_of(api(), timeout=httpx2.Timeout(60, read=2))
    [seen] = fake.requests
    deadline = time.monotonic() + 30
    while not seen.ended_at and time.monotonic() < deadline:
        time.sleep(0.01)
    assert seen.left
    assert seen.ended_at - seen.at >= 0.5


def test_a_fault_meets_one_model_alone(fake, api):
    fake.plan("overloaded", model="claude-opus-5-5", times=None)
    rungs = api()
    assert rungs.message(model="claude-opus-5-5").status_code == 529
    assert rungs.message(model="claude-sonnet-5-5").status_code == 200


def test_a_fault_may_meet_a_share_of_what_comes(fake, api):
    fake.plan("server-error", share=0.3, times=None)
    rungs = api()
    failed = sum(rungs.message().status_code == 500 for _ in range(100))
    assert 15 <= failed <= 45


def test_an_answer_may_be_endless_or_a_bomb(fake, api):
    fake.plan("endless")
    fake.plan("bomb")
    rungs = api()
    with rungs.client.stream("GET", "/v1/models") as answer:
        received = 0
        for part in answer.iter_raw():
            received += len(part)
            if received > 2_000_000:
                break
    assert received > 2_000_000
    packed = rungs.get("/v1/models")
    assert len(packed.content) == 64 * 1024 * 1024
    assert int(packed.headers["content-length"]) < 100_000


def test_an_unknown_fault_is_refused(fake):
    with pytest.raises(ValueError, match="no fault that is known"):
        fake.plan("overlaoded")
