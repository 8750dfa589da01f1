"""Every outgoing byte passes audits.net: nothing else has the means to send one."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path for folder in ("audits", "checklist", "config") for path in (ROOT / folder).rglob("*.py")
)
# What can open a connection, or does it for whoever imports it.
MEANS = {
    "aiohttp", "anthropic", "boto3", "botocore.httpsession", "ftplib", "google.auth.transport",
    "http.client", "httpcore", "httpcore2", "httpx", "httpx2", "hvac", "imaplib", "poplib",
    "requests", "smtplib", "socket", "telnetlib", "urllib.request", "urllib3", "websockets",
    "xmlrpc.client",
}  # fmt: skip
CALLS = {"create_connection", "open_connection", "open_unix_connection", "urlopen", "urlretrieve"}
# Those that only listen or check, and one that names an exception of Django's mail.
ALLOWED = {
    "audits/mail.py": {"smtplib"},
    "audits/models/posting.py": {"smtplib"},
    "audits/management/commands/serve.py": {"socket"},
    "audits/serving/checks.py": {"socket"},
    "audits/serving/parent.py": {"socket"},
    "audits/serving/web.py": {"socket", "http.client"},
    "audits/simulator/exchange.py": {"socket"},
    "audits/simulator/server.py": {"socket"},
}


def means_of(source: str) -> set[str]:
    """The modules that it imports and the functions that it names which can send something."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute) and node.attr in CALLS:
            found.add(node.attr)
    return {
        each
        for each in found
        if each in CALLS or any(f"{each}.".startswith(f"{name}.") for name in MEANS)
    }


def named(found: set[str]) -> set[str]:
    """`socket.socket` is a means because `socket` is."""
    above = {each: name for each in found for name in MEANS if f"{each}.".startswith(f"{name}.")}
    return {above.get(each, each) for each in found}


def test_nobody_else_sends():
    found = {}
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        means = named(means_of(path.read_text()))
        if means and not name.startswith("audits/net/"):
            found[name] = means

    assert found == ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "import httpx2",
        "import urllib.request as r",
        "from urllib import request",
        "from http import client",
        "from socket import create_connection",
        "def f():\n    import requests.sessions",
        "asyncio.open_connection('example.org', 80)",
    ],
)
def test_the_means_are_seen(source):
    assert means_of(source)


def test_what_only_reads_addresses_is_no_means():
    assert not means_of("from urllib.parse import urlsplit\nfrom http import HTTPStatus")
