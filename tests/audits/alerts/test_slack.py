import json

import pytest

from audits.alerts import posting
from audits.alerts import slack as sender
from audits.alerts.base import Kind, Result
from audits.net.door import Limits
from audits.probes.secrets import Secret
from tests.fakes.receiver import Reply


def send(door, slack, parcel):
    return sender.send(door, Secret(slack.address), parcel)


def test_message_says_what_fails_where_and_what_to_do(door, slack, parcel):
    outcome = send(door, slack, parcel())

    (message,) = slack.messages
    assert outcome.result is Result.SENT
    assert message["text"] == (
        "Failing: Key works (Support assistant, eu-west): The key was refused: 401."
    )
    shown = json.dumps(message["blocks"], ensure_ascii=False)
    for words in ("Next: Make a new key.", "eu-west", "21 Nov 2026, 14:03 UTC", "/projects/1/"):
        assert words in shown


def test_nobody_is_called_by_what_a_server_answered(door, slack, parcel):
    send(door, slack, parcel(says="<!channel> & <https://evil.example|click>"))

    (message,) = slack.messages
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;" in message["text"]
    texts = [block["text"] for block in message["blocks"] if "text" in block]
    assert all(text["type"] == "plain_text" for text in texts if "!channel" in text["text"])


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_a_message_that_slack_takes(door, slack, parcel, kind):
    outcome = send(door, slack, parcel(kind=kind, next_step="", title="T" * 400, says="s" * 9000))

    assert outcome.result is Result.SENT


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (Reply(500, "rollup_error"), Result.LATER),
        (Reply(503, ""), Result.LATER),
        (Reply(429, ""), Result.LATER),
        (Reply(400, "invalid_blocks"), Result.REFUSED),
        (Reply(403, "action_prohibited"), Result.REFUSED),
        (Reply(302, "", (("Location", "https://elsewhere.example/"),)), Result.REFUSED),
        (Reply(404, "no_service"), Result.GONE),
        (Reply(403, "invalid_token"), Result.GONE),
        (Reply(410, "channel_is_archived"), Result.GONE),
        (Reply(502, ""), Result.UNKNOWN),
        (Reply(504, ""), Result.UNKNOWN),
        (Reply(cut=True), Result.UNKNOWN),
    ],
)
def test_what_an_answer_means(door, slack, parcel, reply, result):
    slack.plan(reply)

    assert send(door, slack, parcel()).result is result


def test_slack_that_is_silent_may_have_taken_it(door, slack, parcel, monkeypatch):
    monkeypatch.setattr(posting, "LIMITS", Limits(total_s=2, redirects=0))
    slack.plan(Reply(after_s=30))

    outcome = send(door, slack, parcel())

    assert outcome.result is Result.UNKNOWN
    assert "Nothing says whether the message was taken." in outcome.says


def test_slack_that_cannot_be_reached_is_tried_again(door, slack, parcel):
    slack.__exit__()

    assert send(door, slack, parcel()).result is Result.LATER


def test_wait_that_was_asked_for_is_told(door, slack, parcel):
    slack.plan(Reply(429, "", (("Retry-After", "30"),)))

    assert send(door, slack, parcel()).after_s == 30


def test_outcome_never_holds_the_address(door, slack, parcel):
    slack.plan(*(Reply(status) for status in (400, 404, 410, 500)), Reply(cut=True))

    said = [send(door, slack, parcel()).says for _ in range(5)]

    assert not any("services" in words or "3f9a1c7d" in words for words in said)
