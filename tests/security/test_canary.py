"""A canary key is used by every probe, and then looked for everywhere but where it belongs."""

import base64
import contextlib
import json
import re
from decimal import Decimal
from ipaddress import ip_network

import pytest
from django.conf import settings as live
from django.urls import reverse

from audits import tasks
from audits.models import ProbeRun
from audits.models.doors import door
from audits.simulator.world import ApiKey
from tests import canary
from tests.audits.net.servers import answer, serving
from tests.canary import GATEWAY_KEY, KEY, traces


@pytest.fixture(autouse=True)
def open_to_loopback(settings):
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.KEY_HOSTS = ["http://127.0.0.1"]


@pytest.fixture
def planted(project, alice, monkeypatch, tmp_path):
    """An environment with these columns, that has the canary in each way."""

    def planted(ways=canary.WAYS, *, key=KEY, header="Authorization", **columns):
        folder = tmp_path / "secrets"
        folder.mkdir(exist_ok=True)
        row = project.environments.create(name="eu-west", kind="staging")
        columns = {"daily_cap": Decimal(100), "models": ["claude-sonnet-5-5"]} | columns
        row = row.change(by=alice, **columns)
        for way in ways:
            canary.plant(
                row, by=alice, way=way, monkeypatch=monkeypatch, folder=folder, canary=key
            )
        if row.chat_url:
            canary.plant(
                row, by=alice, way="sealed", monkeypatch=monkeypatch, folder=folder,
                purpose="app", header=header, canary=key,
            )  # fmt: skip
        return row

    return planted


def run_all(environment, by):
    """Every probe once, as the worker does it; the runs."""
    for watch in environment.watches.all():
        watch.agree_to_pay(True, by=by)
        run = ProbeRun.objects.ask(watch, by=by)
        tasks.execute_probe.apply_async((str(run.pk),))
        run.execute()
    return ProbeRun.objects.filter(watch__environment=environment)


def found_in(*places):
    """Where there is something left of it."""
    return [name for each in places for name, data in each if traces(data)]


def echo(connection, head):
    """Sends back what it was sent, as an error of the API would look like."""
    said = {"type": "error", "error": {"type": "invalid_request_error", "message": head.decode()}}
    body = json.dumps(said).encode()
    connection.sendall(answer(body, "400 Bad Request", content_type="application/json"))


def leaking_page(connection, head):
    """A page of the app that holds the key, and says the head of the request too."""
    body = f"<html><script>const key = '{KEY}';</script><pre>{head!r}</pre></html>".encode()
    connection.sendall(answer(body, content_type="text/html", x_key=KEY))


def refusing(connection, head):
    """Says which key it does not know, in the spellings that gateways and apps have for it, in
    the body and in its headers."""
    found = re.search(rb"(?im)^(?:x-api-key|x-app-access): *(\S+)", head)
    key = found[1].decode() if found else ""
    escaped = "".join(f"\\u{ord(char):04x}" for char in key)
    quoted = "".join(f"%{ord(char):02X}" for char in key)
    body = (
        f'{{"type": "error", "error": {{"type": "no-{key}", "message": "Unknown API key: {key}, '
        f'that is {escaped} or {quoted}"}}, "request_id": "{escaped}"}}'
    ).encode()
    connection.sendall(
        answer(
            body, "401 Unauthorized", content_type="application/json",
            request_id=f"for-{key}", anthropic_workspace_id=key,
        )
    )  # fmt: skip


def everywhere(client, project, logged, capfd):
    out, err = capfd.readouterr()
    return found_in(
        canary.dump(),
        canary.files(live.DATA_DIR),
        canary.pages(client, ["/", project.get_absolute_url(), reverse("metrics")]),
        (("log", line) for line in logged),
        [("stdout", out), ("stderr", err)],
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_key_of_working_probes_is_at_the_api_alone(
    planted, alice, browser, fake, project, capfd
):
    fake.world.add_key(ApiKey(KEY, "canary"))
    environment = planted(api_url=fake.api_url, status_url=fake.status_url)

    with canary.everything_logged() as logged:
        runs = run_all(environment, alice)

    assert any(KEY in json.dumps(seen.headers) for seen in fake.requests)
    assert {run.watch.probe for run in runs.filter(verdict="pass")} >= {"key-valid"}
    assert everywhere(browser(alice), project, logged, capfd) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_key_is_nowhere_though_every_server_echoes_it(planted, alice, browser, project, capfd):
    with serving(echo) as api, serving(leaking_page) as app:
        environment = planted(
            api_url=api.url,
            status_url=f"{api.url}/status",
            page_url=app.url,
            chat_url=f"{app.url}/chat",
            chat_template='{"message": "{{message}}"}',
            **{f"{name}_url": f"{app.url}/{name}" for name in ("health", "metrics", "log")},
        )
        with canary.everything_logged() as logged:
            runs = run_all(environment, alice)

    assert any(KEY.encode() in head for head in api.heads)
    assert any(KEY.encode() in head for head in app.heads)
    assert runs.get(watch__probe="key-exposure").verdict == "fail"
    assert everywhere(browser(alice), project, logged, capfd) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_key_of_no_known_form_is_nowhere_though_gateway_and_app_name_it(
    planted, alice, browser, project, capfd
):
    with serving(refusing) as api, serving(refusing) as app:
        environment = planted(
            key=GATEWAY_KEY,
            header="X-App-Access",
            api_url=api.url,
            page_url=app.url,
            chat_url=f"{app.url}/chat",
            chat_template='{"message": "{{message}}"}',
        )
        with canary.everything_logged() as logged:
            runs = run_all(environment, alice)

    assert any(GATEWAY_KEY.encode() in head for head in api.heads)
    assert any(GATEWAY_KEY.encode() in head for head in app.heads)
    assert "Unknown API key" in runs.get(watch__probe="key-valid").finding["answer"]
    assert "Unknown API key" in runs.get(watch__probe="app-stream").finding["answer"]
    assert everywhere(browser(alice), project, logged, capfd) == []


@pytest.mark.parametrize("way", canary.WAYS)
@pytest.mark.django_db(transaction=True)
def test_the_key_is_nowhere_when_its_server_is_gone(planted, alice, browser, project, capfd, way):
    with serving(answer()) as gone:
        url = gone.url
    environment = planted([way], api_url=url)
    watch = environment.watches.get(probe="key-valid")

    with canary.everything_logged() as logged:
        ProbeRun.objects.ask(watch, by=alice).execute()

    assert everywhere(browser(alice), project, logged, capfd) == []


@pytest.mark.django_db(transaction=True)
def test_the_key_is_nowhere_when_a_probe_falls_over_it(planted, alice, monkeypatch, fake):
    environment = planted(api_url=fake.api_url)
    watch = environment.watches.get(probe="key-valid")

    def fall(target, tools):
        raise RuntimeError(f"{target!r} {target.keys[0].secret}")

    monkeypatch.setattr(type(watch.definition), "run", lambda self, target, tools: fall(target, 0))
    with canary.everything_logged() as logged:
        ProbeRun.objects.ask(watch, by=alice).execute()

    assert ProbeRun.objects.get().verdict == "error"
    assert found_in(canary.dump(), (("log", line) for line in logged)) == []


@pytest.mark.parametrize(
    "talk", [echo, answer(b"x" * 2_000_000), b"no HTTP " + KEY.encode() + b"\r\n\r\n", b""]
)
def test_no_exception_of_the_door_has_it(talk):
    errors = []
    with serving(talk) as server:
        for headers in ({"x-api-key": KEY}, {"x-api-key": f"{KEY}\n"}, {KEY + ":": "x"}):
            with contextlib.suppress(Exception):
                try:
                    door().request("GET", f"{server.url}/?key={KEY}", headers=headers)
                except Exception as error:
                    errors += canary.raised(error)
                    raise

    assert len(errors) >= 2
    assert found_in(errors) == []


@pytest.mark.parametrize(
    "carrier",
    [
        KEY,
        f"x-api-key: {KEY}",
        KEY[30:44],
        KEY[::-1],
        KEY.encode().hex(),
        base64.b64encode(f"user:{KEY}".encode()),
        base64.b64encode(f"users:{KEY}".encode()),
        json.dumps({"key": KEY}),
        repr({"key": KEY.encode()}),
        GATEWAY_KEY,
        "".join(f"%{ord(char):02X}" for char in GATEWAY_KEY),
        json.dumps("".join(f"\\u{ord(char):04x}" for char in GATEWAY_KEY)),
    ],
)
def test_the_search_finds_it_in_every_form(carrier):
    assert traces(carrier)


@pytest.mark.parametrize("text", ["", "sk-ant-api03-", KEY[:20], f"{KEY[:17]}…{KEY[-4:]}"])
def test_the_search_lets_a_masked_key_pass(text):
    assert not traces(text)
