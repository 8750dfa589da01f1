"""Streams: times, endings, and what breaks them."""

import json
import time
from decimal import Decimal

import pytest

from audits.probes.claude import ApiFault, Situation
from audits.probes.claude_stream import events
from tests.audits.net.servers import answer, serving
from tests.audits.probes.clients import HELLO, MODEL, client


def test_a_stream_is_timed_from_the_request_to_its_end(fake):
    fake.latency(start_ms=80, first_ms=160, gap_ms=20)
    fake.says(text="One two three four five six", output_tokens=6)
    told = client(fake).stream(HELLO)
    seen = fake.requests[-1]
    for ours, mark in (
        (told.message_start_ms, "message_start"),
        (told.ttft_ms, "content_block_delta"),
        (told.total_ms, "message_stop"),
    ):
        truth = (seen.marks[mark] - told.started) * 1000
        # Never before it was sent; how soon after that bench/measures/probes.py tells.
        assert -0.1 < float(ours) - truth < 500, mark
    assert 80 <= told.headers_ms <= told.ttft_ms
    assert 160 <= told.ttft_ms == told.first_text_ms <= told.total_ms
    assert isinstance(told.ttft_ms, Decimal)


def test_a_stream_tells_what_it_was(fake):
    told = client(fake).stream(HELLO)
    assert told.ended_cleanly
    assert (told.model, told.stop_reason, told.error) == (MODEL, "end_turn", None)
    assert told.text == "This answer was made up by a simulator."
    assert (told.usage.input_tokens, told.usage.output_tokens) == (8, 12)
    assert told.request_id == told.reply.request_id != ""
    assert fake.requests[-1].json["stream"] is True


def test_thinking_is_a_first_delta_but_no_first_text(fake):
    fake.latency(first_ms=20, gap_ms=150)
    fake.says(thinks=True)
    told = client(fake).stream(HELLO)
    assert told.first_text_ms - told.ttft_ms > 80


def test_a_key_that_comes_back_in_pieces_is_not_in_the_text(fake):
    key = "gw-9f3cT7wq2LmX5vRz8Kb"
    pieces = ["You sent ", key[:7], key[7:], "."]
    deltas = [{"type": "content_block_delta", "delta": {"type": "text_delta", "text": each}}
              for each in pieces]  # fmt: skip
    frames = b"".join(b"data: %s\n\n" % json.dumps(each).encode() for each in deltas)
    error = {"type": "error", "error": {"type": f"no {key}", "message": f"What is {key}?"}}
    with serving(answer(frames + b"data: %s\n\n" % json.dumps(error).encode())) as gateway:
        claude = client(fake, key, api_url=gateway.url)
        told = claude.stream(HELLO)
    assert told.text == "You sent [redacted]."
    assert (told.error.type, told.error.message) == ("no [redacted]", "What is [redacted]?")


@pytest.mark.parametrize(
    ("what", "situation"),
    [
        ("stream-error", Situation.OVERLOADED),
        ("stream-reset", Situation.CONNECTION),
        ("stream-cut", Situation.CONNECTION),
    ],
)
def test_what_breaks_a_stream_off_is_told_and_not_retried(fake, what, situation):
    fake.plan(what, after=2)
    claude = client(fake)
    told = claude.stream(HELLO)
    assert not told.ended_cleanly
    assert told.error.situation is situation
    assert (told.total_ms, told.error.request_id) == (None, told.request_id)
    assert told.ttft_ms is not None
    assert len(fake.requests) == 1
    # What it cost nobody said: the worst case holds.
    assert list(claude.guards.ledger.states.values()) == ["unknown"]
    assert claude.guards.breaker.circuit.failures == 1


def test_an_error_in_mid_stream_has_status_200_and_its_type(fake):
    fake.plan("stream-error")
    error = client(fake).stream(HELLO).error
    assert (error.status, error.type, error.message) == (200, "overloaded_error", "Overloaded")


def test_a_stream_is_retried_until_it_begins(fake):
    fake.plan("overloaded")
    assert client(fake).stream(HELLO).ended_cleanly
    assert len(fake.requests) == 2


def test_a_refused_stream_raises_like_any_call(fake):
    with pytest.raises(ApiFault) as caught:
        client(fake, fake.key("credits-exhausted")).stream(HELLO)
    assert caught.value.situation is Situation.CREDIT_EXHAUSTED


def test_a_stream_is_paid_for_by_its_last_figures(fake):
    claude = client(fake)
    claude.stream(HELLO)
    assert list(claude.guards.ledger.counted.values()) == [Decimal("0.000068")]
    assert claude.calls[-1].cost == Decimal("0.000068")


def frames(text, size):
    raw = text.encode()
    return [(float(i), raw[i : i + size]) for i in range(0, len(raw), size)]


SAID = (
    'event: ping\ndata: {"type": "ping"}\n\n: a comment\n\n'
    'data: {"type":\ndata: "message_stop"}\n\ndata: [1]\n\ndata: nonsense\n\n'
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_events_are_found_however_the_bytes_arrive(size, end):
    found = list(events(frames(SAID.replace("\n", end), size)))
    assert [event["type"] for _, event in found] == ["ping", "message_stop"]


def test_an_event_has_the_time_of_its_last_byte():
    chunks = [(1.0, b'data: {"type": "a"}\n'), (2.0, b'\ndata: {"type"'), (3.0, b': "b"}\n\n')]
    assert [at for at, _ in events(chunks)] == [2.0, 3.0]


def test_a_frame_that_is_cut_off_is_no_event():
    assert list(events([(1.0, b'data: {"type": "message_stop"}\n')])) == []


def test_a_long_frame_in_many_pieces_takes_no_time_for_each():
    chunks = ((0.0, b"x" * 64) for _ in range(60_000))
    began = time.process_time()
    assert list(events(chunks)) == []
    assert time.process_time() - began < 20
