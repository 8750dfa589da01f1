"""A real browser on the real server, which runs in a thread of the test process."""

import os
import shutil
import threading
import time

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from audits.live.hub import stop_all
from audits.serving.checks import listen
from audits.serving.web import url_of
from tests.audits.conftest import (  # noqa: F401 - the same people and things
    a_file,
    alice,
    answer,
    audit,
    ed,
    edition,
    harbour,
    mallory,
    noor,
    project,
    sealed_audit,
    settled_audit,
    stores,
    vic,
)
from tests.browser.rooms import away, enter, points, review  # noqa: F401

# Playwright's loop runs in the thread of the tests, which the ORM would take for a coroutine.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# How long a page is waited for on a machine that has other work; what is in time costs nothing.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

# A machine that stands still for seconds would miss a toast that leaves by itself.
TOASTS_STAY = """
  const real = window.setInterval;
  const leaves = new Set([6_000, 15_000]);
  window.setInterval = (act, ms, ...rest) => real(act, leaves.has(ms) ? 600_000 : ms, ...rest);
"""

# The rules of axe that a colour scheme can break.
OF_COLOURS = ["color-contrast", "link-in-text-block"]

FLAGS = ["--disable-quic", "--disable-background-networking", "--no-first-run"]


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server_url(django_db_setup):
    """The address of config.asgi, served by uvicorn as `manage.py serve` does."""
    from config.asgi import application, pages, streams

    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    url = url_of(listener)
    thread.start()
    wait_for(lambda: server.started)
    yield url
    stop_all()
    server.should_exit = True
    thread.join(10)
    # With its threads end their connections, which would keep PostgreSQL's test database alive.
    for each in (pages, streams):
        each.pool.shutdown()


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "No Chromium: `make test` installs it or says how; CHROMIUM names another."
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of console messages that the test means to provoke: `.append("status of 422")`."""
    return []


@pytest.fixture
def new_page(chromium, server_url, transactional_db, expected_errors):
    """`new_page()`: one of a browser of its own, whose relative addresses are the server's; a
    complaint in its console is a failure, and so is a breach of the content security policy,
    which is reported there."""
    complaints: list[str] = []
    contexts = []

    def _new_page(base_url=server_url):
        context = chromium.new_context(base_url=base_url, viewport={"width": 1280, "height": 800})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(TOASTS_STAY)
        context.on("weberror", lambda fault: complaints.append(str(fault.error)))
        context.on("console", lambda message: _note(message, complaints))
        return context.new_page()

    yield _new_page
    for context in contexts:
        context.close()
    unexpected = [text for text in complaints if not any(part in text for part in expected_errors)]
    assert unexpected == []


@pytest.fixture
def killable(transactional_db):
    from tests.browser.killable import Killable

    server = Killable()
    yield server
    server.kill()


@pytest.fixture
def page(new_page):
    return new_page()


def _note(message, complaints):
    if message.type in {"error", "warning"}:
        complaints.append(f"{message.text} ({message.location['url']})")


@pytest.fixture
def sign_in():
    """`sign_in(page, user)`: the session's cookie, without the form and its rate limits."""

    def _sign_in(page, user):
        client = Client()
        client.force_login(user)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies(
            [{"name": "sessionid", "value": cookie, "domain": "127.0.0.1", "path": "/"}]
        )

    return _sign_in


@pytest.fixture
def look(new_page, sign_in):
    """`look(ed, at)`: Ed's browser, at that address, once its stream stands."""

    def _look(user, at, **where):
        page = new_page(**where)
        sign_in(page, user)
        with page.expect_response("**/live/audits/**"):
            page.goto(at)
        return page

    return _look


@pytest.fixture
def assert_accessible():
    """`assert_accessible(page)`: axe finds nothing, in light and in dark."""

    def _assert_accessible(page):
        page.wait_for_load_state("load")
        for scheme, options in (("light", {}), ("dark", {"runOnly": OF_COLOURS})):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # Preloading, axe injects the stylesheets inline, which the policy rightly forbids.
            results = Axe().run(page, options={"preload": False, **options})
            assert results.violations_count == 0, f"{scheme}:\n{results.generate_report()}"

    return _assert_accessible
