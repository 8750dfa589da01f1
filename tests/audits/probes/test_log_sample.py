import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.probes.base import App, Verdict
from audits.probes.log_sample import probe
from audits.probes.logs import reading
from tests.audits.probes.apps import of, target, tools
from tests.audits.probes.logging import good, line, run, text, verdict

KEY = "sk-ant-api03-" + "aB3dE5gH7jK9mNpQ" * 3


def test_good_sample_passes_as_a_whole_and_says_what_was_not_seen():
    finding = run(good(120))
    assert finding.verdict is Verdict.PASS
    assert finding.says.startswith("120 requests in 120 lines: ")
    assert "were not seen" in finding.says


def test_one_failing_aspect_fails_the_whole():
    assert run([*good(120), line(120, user_id=None)]).verdict is Verdict.FAIL


@pytest.mark.parametrize("data", [b"", b"\n\n", b"[]", b'"x"\n7\nnull'])
def test_sample_without_requests_is_inconclusive(data):
    finding = run(data)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "pass" not in {check.verdict.value for check in finding.checks}


def test_too_few_lines_are_inconclusive():
    assert run(good(19)).verdict is Verdict.INCONCLUSIVE
    assert verdict(good(19), "fields") == "inconclusive"


def test_malformed_lines_are_told_by_their_numbers():
    data = text(good(30)) + b"{broken\n" + text(good(2)) + b"[1]\n" + b"{" * 99_999 + b"\n"
    finding = run(data)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "No JSON object: lines 31, 34, 35." in finding.says


def test_line_that_is_too_long_is_left_out():
    finding = run(text([*good(30), line(30, note="x" * 300_000)]))
    assert "Longer than 256 KB: line 31." in finding.says


@pytest.mark.parametrize("magic", [b"\x1f\x8b\x08", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"])
def test_compressed_sample_is_refused(magic):
    finding = run(magic + b"x" * 100)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "compressed" in finding.says


@pytest.mark.parametrize("data", ['{"a": 1}'.encode("utf-16"), b'{"a"\x00: 1}'])
def test_other_encodings_are_refused(data):
    assert "no text in UTF-8" in run(data).says


def test_byte_order_mark_and_windows_lines_are_read():
    data = b"\xef\xbb\xbf" + text(good(30)).replace(b"\n", b"\r\n")
    assert "30 requests" in run(data).says


def test_lines_beyond_the_bound_are_told(monkeypatch):
    monkeypatch.setattr(reading, "MOST_RECORDS", 25)
    assert "Not read: 5 further lines." in run(good(30)).says


def test_sample_beyond_20_mb_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000)
    assert "more than 20 MB" in run(good(30)).says


def test_several_megabytes_take_seconds():
    data = text(good(500)) * 20
    started = time.process_time()
    run(data)
    assert time.process_time() - started < 60


def test_key_in_the_log_fails_and_is_not_repeated():
    finding = run([*good(30), line(30, headers={"x-api-key": KEY})])
    assert of(finding, "secrets").says == "An API key stands in the log: line 31."
    assert KEY[:20] not in repr(finding)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Write to ada.lovelace@example.org today, please, thank you", "e-mail address"),
        ("Ring me at +41 44 668 18 00 after lunch, best before three", "phone number"),
        ("Charge it to 4111 1111 1111 1111, the usual card, thank you", "card number"),
        ("Send it to DE89 3704 0044 0532 0130 00 before Friday, please", "bank account"),
        ("My number is 078-05-1120 and I lost the card, what do I do?", "social security number"),
    ],
)
def test_likely_personal_data_is_counted_and_not_shown(words, kind):
    finding = run([*good(30), line(30, prompt=words)])
    check = of(finding, "personal-data")
    assert check.verdict is Verdict.INCONCLUSIVE
    assert [measure.name for measure in check.measures] == [f"lines with {kind}"]
    assert words.split()[3] not in repr(finding)


def test_prompts_without_personal_data_pass():
    words = "Summarise the report of 2026-11-21, order 1234 5678 9012 3456, in three sentences."
    assert verdict(good(30, prompt=words), "personal-data") == "pass"
    assert verdict(good(30), "personal-data") == "inconclusive"


def test_sample_is_fetched_from_the_app(app):
    app.says("/log.jsonl", text(good(30)))
    finding = probe.run(target(app=App(log_url=f"{app.url}/log.jsonl")), tools())
    assert "30 requests" in finding.says


def test_log_that_does_not_answer(app):
    assert probe.run(target(), tools()).verdict is Verdict.INCONCLUSIVE
    gone = target(app=App(log_url="http://127.0.0.1:9/log"))
    assert probe.run(gone, tools()).verdict is Verdict.ERROR
    missing = target(app=App(log_url=f"{app.url}/none"))
    assert probe.run(missing, tools()).verdict is Verdict.INCONCLUSIVE


# Letters that no word of a finding is made of, so that one in a finding is the sample's.
marks = st.text(alphabet="ßẞþÞæøåŋđħ", min_size=3, max_size=12)
fields = st.sampled_from(
    ["model", "requested_model", "feature", "user_id", "stop_reason", "error", "error_type",
     "status", "level", "request_id", "correlation_id", "timestamp", "prompt", "cost", "stream",
     "usage", "latency_ms", "metadata"]
)  # fmt: skip
values = st.one_of(
    marks,
    st.lists(marks, max_size=2),
    st.dictionaries(marks, marks, max_size=2),
    marks.map(lambda mark: f"claude-{mark}-5-5"),
    st.none() | st.booleans() | st.integers() | st.floats(),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dictionaries(fields | marks, values, max_size=6), min_size=1, max_size=6),
    st.lists(marks, max_size=2),
)
def test_no_value_of_the_sample_stands_in_the_finding(changes, broken):
    lines = [line(number, **changes[number % len(changes)]) for number in range(30)]
    data = "\n".join([*map(json.dumps, lines), *broken]).encode()
    assert not set("ßẞþÞæøåŋđħ") & set(repr(run(data)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes_end_in_a_verdict(data):
    assert run(data).verdict is Verdict.INCONCLUSIVE
