import html
import json
import time
from urllib.parse import quote

import pytest

from audits.probes.redaction import (
    LEAK,
    MARK,
    mask,
    redact,
    redact_headers,
    without,
    without_inside,
)
from audits.probes.secrets import Secret

KEY = "sk-ant-api03-" + "Rk3_x-" * 15 + "abc" + "AA"


@pytest.mark.parametrize(
    "text",
    [
        f"invalid key {KEY}",
        f'{{"x-api-key": "{KEY}"}}',
        f"Authorization: Bearer {KEY}",
        f"?api_key={KEY}&x=1",
        f"sk-ant-oat01-{'z' * 30}",
        f"sk-ant-admin01-{'z' * 93}AA.",
        "sk-ant-short",
        "authorization: bearer abcdef123456",
        "Basic dXNlcjpwYXNzd29yZA==",
        "password: hunter2hunter2",
        '"secret":"c2VjcmV0LXZhbHVl"',
    ],
)
def test_no_secret_is_left_of_a_text(text):
    left = redact(text)
    assert MARK in left
    for secret in ("Rk3_x", "zzz", "short", "abcdef", "dXNlcj", "hunter2", "c2Vjcm"):
        assert secret not in left


def test_what_is_no_secret_stays_as_it_is():
    text = 'The token bucket holds 50; "max_tokens": 256, claude-opus-5-5, req_01ab, key 3 of 4.'
    assert redact(text) == text


def test_a_cut_leaves_no_half_of_a_key():
    text = redact("x" * 80 + KEY, at_most=100)
    assert "sk-ant" not in text
    assert redact("y" * 200, at_most=100) == "y" * 99 + "…"


def test_headers_that_carry_credentials_are_hidden():
    shown = redact_headers({"X-Api-Key": KEY, "Cookie": "s=1", "request-id": "req_1"})
    assert shown == {"X-Api-Key": MARK, "Cookie": MARK, "request-id": "req_1"}


def test_a_mask_looks_as_in_the_console():
    assert mask(KEY) == "sk-ant-api03-Rk3...bcAA"
    assert mask("sk-ant-api03-short") == MARK
    assert mask("something else that is long enough to be shown") == MARK


def test_a_leaked_key_is_known_by_its_form():
    assert LEAK.fullmatch(KEY)
    assert LEAK.search(f'const key = "{KEY}";')
    assert not LEAK.search("sk-ant-api03-...your key here...")


# A key of no known form, with what texts spell in other ways.
SENT = 'gw-9f3c/T7wq+2Lm&X5v=Rz"8Kb'


@pytest.mark.parametrize(
    "spelled",
    [
        SENT,
        json.dumps(SENT)[1:-1],
        json.dumps(json.dumps(SENT))[3:-3],
        json.dumps(SENT)[1:-1].replace("/", "\\/"),
        "".join(f"\\u{ord(char):04X}" for char in SENT),
        quote(SENT),
        quote(SENT, safe=""),
        quote(quote(SENT, safe="")),
        "".join(f"%{ord(char):02x}" for char in SENT),
        html.escape(SENT),
        SENT.encode("utf-16-le").decode(),
        "\u200b".join(SENT),
        "".join(f"&#x{ord(char):X};" for char in SENT),
        "".join(f"&#{ord(char)};" for char in SENT),
    ],
)
def test_what_was_sent_is_left_out_in_every_spelling(spelled):
    assert without(f"Unknown: {spelled}, {spelled}.", [Secret(SENT)]) == (
        f"Unknown: {MARK}, {MARK}."
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("Bearer gw-abcdefgh", "gw-abcdefgh"),
        ("Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA=="),
        ("Basic dXNlcjpwYXNzd29yZA==", "user:password"),
        ("Basic dXNlcjpwYXNzd29yZA==", "password"),
        ("sid=abcdefgh; theme=dark-blue", "abcdefgh"),
        (" gw-abcdefgh ", "gw-abcdefgh"),
    ],
)
def test_a_part_of_a_header_that_is_the_secret_is_left_out(sent, said):
    assert without(f"no {said}!", [Secret(sent)]) == f"no {MARK}!"


def test_what_was_not_sent_or_is_too_short_to_be_a_key_stays():
    text = "Bearer tokens begin with gw-, as in abcde."
    assert without(text, [Secret("abcde"), Secret("Bearer gw-"), Secret("")]) == text
    assert without(text, []) == text


def test_a_key_that_holds_another_leaves_nothing_of_it():
    assert without("abcdefgh-1 abcdefgh", map(Secret, ["abcdefgh", "abcdefgh-1"])) == (
        f"{MARK} {MARK}"
    )


def test_parsed_json_is_without_it_in_texts_and_names_alone():
    found = {f"no-{SENT}": [SENT, {"n": 123456, "none": None}]}
    left = without_inside(found, [Secret(SENT), Secret("123456")])
    assert left == {f"no-{MARK}": [MARK, {"n": 123456, "none": None}]}


@pytest.mark.parametrize(
    "text", ["\\" * 500_000, "%25" * 200_000, "&#000" * 100_000, f"{SENT[:-1]} " * 20_000]
)
def test_no_answer_takes_longer_than_its_length(text):
    started = time.process_time()

    without(text, [Secret(SENT)])

    assert time.process_time() - started < 20


def test_long_white_space_takes_no_longer_than_its_length():
    started = time.process_time()

    redact("token=" + " " * 50_000 + "x")

    assert time.process_time() - started < 10
