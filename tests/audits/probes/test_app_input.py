import json

import pytest

from audits.probes.app_input import MARKERS, SUSPICIOUS, probe
from audits.probes.base import Agreed, Kind, Verdict
from tests.audits.probes.apps import chatting, of, reply, target, tools, verdicts


def refusing(refused, status=422):
    """An endpoint that refuses the texts for which `refused` holds."""

    def answer(handler, body):
        reply(handler, status if refused(json.loads(body)["message"]) else 200, b"ok")

    return answer


def hostile(text):
    lower = text.lower()
    signs = ("[inst]", "###", "ignore", "disregard", "new instructions:", "system prompt:", "<|")
    return len(text) > 16_000 or "\x00" in text or any(sign in lower for sign in signs)


def run(app, kind=Kind.STAGING, **more):
    return probe.run(target(kind, app=chatting(app.url), **more), tools())


def test_app_that_refuses_all_of_it_passes(app):
    app.chat(refusing(hostile))
    finding = run(app)
    assert finding.verdict is Verdict.PASS
    assert set(verdicts(finding).values()) == {"pass"}


def test_what_is_sent_has_the_length_and_the_byte_that_it_says(app):
    app.chat(refusing(hostile))
    run(app)
    texts = [json.loads(body)["message"] for _, body in app.came]
    assert [len(text) for text in texts[1:3]] == [100_001, 16_001]
    assert "\x00" in texts[3]
    assert len(texts) == 4 + len(MARKERS) + len(SUSPICIOUS)


def test_oversize_that_is_served_fails(app):
    app.chat(refusing(lambda text: False))
    finding = run(app)
    assert finding.verdict is Verdict.FAIL
    assert verdicts(finding) == {
        "oversize": "fail",
        "user-cap": "fail",
        "null-bytes": "inconclusive",
        "markers": "inconclusive",
        "suspicious": "inconclusive",
    }


def test_cap_between_the_two_lengths_is_for_a_person(app):
    app.chat(refusing(lambda text: len(text) > 50_000))
    finding = run(app)
    assert of(finding, "oversize").verdict is Verdict.PASS
    assert of(finding, "user-cap").verdict is Verdict.INCONCLUSIVE


def test_pattern_that_is_served_may_have_been_cleaned(app):
    app.chat(refusing(lambda text: hostile(text) and "[INST]" not in text))
    finding = run(app)
    assert finding.verdict is Verdict.PASS
    assert of(finding, "markers").says == "1 of 4 patterns were served: [INST]."


@pytest.mark.parametrize(
    ("sign", "aspect"), [("\x00", "null-bytes"), ("###", "markers"), ("<|", "suspicious")]
)
def test_server_error_fails(app, sign, aspect):
    app.chat(refusing(lambda text: sign in text, 500))
    assert of(run(app), aspect).verdict is Verdict.FAIL


def test_rate_limit_on_the_way_is_inconclusive(app):
    app.chat(refusing(hostile, 429))
    assert set(verdicts(run(app)).values()) == {"inconclusive"}


def test_connection_closed_on_an_oversize_text_is_no_refusal(app):
    def answer(handler, body):
        if len(body) > 10_000:
            handler.close_connection = True
            return
        reply(handler, 200, b"ok")

    app.chat(answer)
    assert of(run(app), "oversize").verdict is Verdict.INCONCLUSIVE


def test_app_that_refuses_everything_shows_nothing(app):
    app.says("/chat", "no", 422)
    assert run(app).verdict is Verdict.INCONCLUSIVE
    assert len(app.came) == 1


def test_production_takes_a_second_yes(app):
    app.chat(refusing(hostile))
    assert run(app, Kind.PRODUCTION).verdict is Verdict.INCONCLUSIVE
    assert not app.came
    assert run(app, Kind.PRODUCTION, agreed=Agreed(production=True)).verdict is Verdict.PASS


def test_app_that_is_not_there_is_an_error():
    assert probe.run(target(app=chatting("http://127.0.0.1:9")), tools()).verdict is Verdict.ERROR
