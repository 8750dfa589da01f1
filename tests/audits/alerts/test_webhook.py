import datetime as dt
import json
import re
from pathlib import Path

import pytest

from audits.alerts import webhook as sender
from audits.alerts.base import Result
from audits.probes.secrets import Secret
from tests.fakes.receiver import Reply

KEY = "whsec_of-the-test"
DOCS = Path(__file__).parents[3] / "docs" / "alerts.md"


@pytest.fixture
def signed(webhook):
    webhook.key = KEY
    return webhook


def send(door, webhook, parcel):
    return sender.send(door, Secret(webhook.address), Secret(KEY), parcel)


def test_alert_arrives_signed_and_complete(door, signed, parcel):
    sent = parcel()

    outcome = send(door, signed, sent)

    assert outcome.result is Result.SENT
    alert = signed.alerts[str(sent.id)]
    assert alert == {"id": str(sent.id)} | sent.message.as_json()
    assert signed.posts[0].headers["countersign-event"] == "failing"


def test_receiver_acts_once_on_what_is_sent_twice(door, signed, parcel):
    sent = parcel()

    outcomes = [send(door, signed, sent) for _ in range(2)]

    assert [outcome.result for outcome in outcomes] == [Result.SENT] * 2
    assert len(signed.alerts) == 1


def test_wrong_key_is_refused(door, webhook, parcel):
    webhook.key = "another"

    assert send(door, webhook, parcel()).result is Result.REFUSED


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (Reply(200), Result.SENT),
        (Reply(302), Result.REFUSED),
        (Reply(404), Result.REFUSED),
        (Reply(408), Result.LATER),
        (Reply(410), Result.GONE),
        (Reply(500), Result.LATER),
        (Reply(504), Result.LATER),
        (Reply(cut=True), Result.LATER),
    ],
)
def test_what_an_answer_means(door, signed, parcel, reply, result):
    signed.plan(reply)

    assert send(door, signed, parcel()).result is result


@pytest.fixture
def documented() -> dict:
    """What the example in the documentation defines."""
    (example,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    names: dict = {}
    exec(compile(example, str(DOCS), "exec"), names)
    return names


def signature(content: bytes, at: dt.datetime) -> str:
    return sender.signature(Secret(KEY), content, at)


def test_documented_verification_takes_what_we_send(documented):
    content = json.dumps({"kind": "test"}).encode()

    assert documented["is_ours"](KEY, signature(content, dt.datetime.now(dt.UTC)), content)


@pytest.mark.parametrize("spoil", ["body", "time", "digest", "header", "age", "key"])
def test_documented_verification_refuses_what_is_not_ours(documented, spoil):
    now = dt.datetime.now(dt.UTC)
    content, key = b'{"kind":"failing"}', KEY
    header = signature(content, now - dt.timedelta(hours=1) if spoil == "age" else now)
    if spoil == "body":
        content = content.replace(b"failing", b"recovered")
    elif spoil == "time":
        header = header.replace("t=", "t=1")
    elif spoil == "digest":
        header = header[:-1] + ("0" if header[-1] != "0" else "1")
    elif spoil == "header":
        header = "nonsense"
    elif spoil == "key":
        key = "whsec_another"

    assert not documented["is_ours"](key, header, content)
