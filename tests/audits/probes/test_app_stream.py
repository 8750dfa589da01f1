import time

import pytest

from audits.probes.app_stream import probe
from audits.probes.base import App, Chat, Verdict
from audits.probes.secrets import Secret
from tests.audits.probes.apps import TEMPLATE, chatting, of, reply, target, tools, verdicts

EVENTS = [b'event: content\ndata: {"text": "one, two, three"}\n\n'] * 5
DONE = b'event: done\ndata: {"stop_reason": "end_turn"}\n\n'


def streaming(pieces, *, pause=0.04, kind="text/event-stream", clean=True, together=False):
    """An endpoint that sends these pieces one by one, or `together`; not `clean` breaks off at
    their end."""

    def answer(handler, _):
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
        for chunk in [b"".join(chunks)] if together else chunks:
            handler.wfile.write(chunk)
            handler.wfile.flush()
            time.sleep(pause)
        if clean:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return answer


def run(app, **more):
    return probe.run(target(app=chatting(app.url), **more), tools())


def test_answer_in_pieces_with_a_signalled_end_passes(app):
    app.chat(streaming([*EVENTS, DONE], pause=0.2))
    finding = run(app)
    assert finding.verdict is Verdict.PASS
    assert verdicts(finding) == {"pieces": "pass", "end": "pass", "time-limit": "inconclusive"}
    assert {"first byte", "last byte", "pieces", "gap, median"} <= {
        measure.name for measure in finding.measures
    }


def test_buffered_answer_fails(app):
    body = b"".join([*EVENTS, DONE])
    app.chat(lambda handler, _: (time.sleep(0.1), reply(handler, 200, body)))
    assert of(run(app), "pieces").verdict is Verdict.FAIL


def test_pieces_flushed_together_at_the_end_fail(app):
    def answer(handler, body):
        time.sleep(1)
        streaming([*EVENTS, DONE], together=True)(handler, body)

    app.chat(answer)
    assert of(run(app), "pieces").verdict is Verdict.FAIL


def test_stream_that_breaks_off_fails(app):
    app.chat(streaming(EVENTS, clean=False))
    finding = run(app)
    assert of(finding, "end").verdict is Verdict.FAIL
    assert "broke off" in of(finding, "end").says


def test_stream_that_ends_with_an_error_event_fails(app):
    app.chat(streaming([*EVENTS, b'event: error\ndata: {"type": "error"}\n\n']))
    assert of(run(app), "end").says == "The stream ended with an error event."


@pytest.mark.parametrize("kind", ["text/event-stream", "text/plain; charset=utf-8"])
def test_end_without_a_signal_fails(app, kind):
    app.chat(streaming(EVENTS, kind=kind))
    assert of(run(app), "end").verdict is Verdict.FAIL


def test_short_answer_is_inconclusive(app):
    app.says("/chat", "Hi.")
    assert of(run(app), "pieces").verdict is Verdict.INCONCLUSIVE


def test_empty_answer_fails(app):
    app.says("/chat", "")
    assert of(run(app), "pieces").verdict is Verdict.FAIL


@pytest.mark.parametrize(("status", "verdict"), [(500, "fail"), (401, "inconclusive")])
def test_refusal_of_an_ordinary_message(app, status, verdict):
    app.says("/chat", "no", status)
    assert run(app).verdict.value == verdict


def test_app_that_is_not_there_is_an_error():
    finding = probe.run(target(app=chatting("http://127.0.0.1:9")), tools())
    assert finding.verdict is Verdict.ERROR


def test_silence_beyond_the_limit_fails(app, monkeypatch):
    from audits.probes import app_stream

    monkeypatch.setattr(app_stream, "LIMITS", app_stream.Limits(total_s=0.4, redirects=0))
    app.chat(streaming(EVENTS * 20, pause=0.1))
    assert of(run(app), "time-limit").verdict is Verdict.FAIL


def test_without_a_chat_endpoint_nothing_is_asked():
    assert probe.run(target(), tools()).verdict is Verdict.INCONCLUSIVE


def test_template_without_a_message_is_told(app):
    finding = probe.run(target(app=chatting(app.url, "{}")), tools())
    assert "{{message}}" in finding.says
    assert not app.came


def test_a_header_that_the_app_repeats_is_not_in_the_answer(app):
    key = "ap-9f3cT7wq2LmX5vRz8Kb"
    app.says("/chat", f"What is {key}? Or {key[3:]}?", status=401)
    chat = Chat(f"{app.url}/chat", TEMPLATE, headers={"X-Access": Secret(f"Ticket {key}")})
    finding = probe.run(target(app=App(chat=chat)), tools())
    assert finding.answer == f"What is [redacted]? Or {key[3:]}?"
