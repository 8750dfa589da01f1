"""A real browser on the real server, which runs in a thread of the test process."""

import os
import shutil
import threading
import time

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import sync_playwright

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

# Playwright's loop runs in the thread of the tests, which the ORM would take for a coroutine.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = ["--disable-quic", "--disable-background-networking", "--no-first-run"]


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server_url(django_db_setup):
    """The address of config.asgi, served by uvicorn as `manage.py serve` does."""
    from config.asgi import application, pages

    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    url = url_of(listener)
    thread.start()
    wait_for(lambda: server.started)
    yield url
    server.should_exit = True
    thread.join(10)
    # With its threads end their connections, which would keep PostgreSQL's test database alive.
    pages.pool.shutdown()


def wait_for(condition, seconds=10):
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
def page(chromium, server_url, transactional_db, expected_errors):
    """A page whose relative addresses are the server's; a complaint in its console is a failure,
    and so is a breach of the content security policy, which is reported there."""
    complaints: list[str] = []
    context = chromium.new_context(base_url=server_url, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    context.on("weberror", lambda fault: complaints.append(str(fault.error)))
    context.on("console", lambda message: _note(message, complaints))
    yield context.new_page()
    context.close()
    unexpected = [text for text in complaints if not any(part in text for part in expected_errors)]
    assert unexpected == []


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
def assert_accessible():
    """`assert_accessible(page)`: axe finds nothing, in light and in dark."""

    def _assert_accessible(page):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # Preloading, axe injects the stylesheets inline, which the policy rightly forbids.
            results = Axe().run(page, options={"preload": False})
            assert results.violations_count == 0, f"{scheme}:\n{results.generate_report()}"

    return _assert_accessible
