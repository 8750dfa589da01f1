import datetime as dt

import httpx2
import pytest

from audits.net.door import Answer, Certificate, DoorFault, Fault
from audits.probes.app_security import probe
from audits.probes.base import App, Kind, Verdict
from tests.audits.probes.apps import NOW, of, target, tools

POLICY = "default-src 'self'; frame-ancestors 'none'"
GOOD = {
    "Strict-Transport-Security": "max-age=31536000",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
}
REDIRECT = (308, {"Location": "https://app.example/"})


def certificate(days=60, protocol="TLSv1.3", fault=""):
    ends = NOW + dt.timedelta(days=days, hours=1)
    return Certificate(NOW, ends, "CN=app", "CN=ca", ("app",), protocol, not fault, fault)


class Outside:
    """In place of the door, where a test wants a host on the internet with a certificate."""

    def __init__(self, headers=GOOD, shown=None, plain=REDIRECT, fault=None):
        self.headers, self.shown, self.plain, self.fault = headers, shown, plain, fault

    def request(self, method, url, **_):
        if url.startswith("http://"):
            if isinstance(self.plain, DoorFault):
                raise self.plain
            return Answer(self.plain[0], httpx2.Headers(self.plain[1]), b"", url, NOW)
        if self.fault:
            raise self.fault
        return Answer(200, httpx2.Headers(self.headers), b"", url, NOW)

    def certificate(self, host, port):
        if isinstance(self.shown, DoorFault):
            raise self.shown
        return self.shown or certificate()


def run(kind=Kind.PRODUCTION, url="https://app.example/", **outside):
    return probe.run(target(kind, app=App(page_url=url)), tools(door=Outside(**outside)))


def test_page_that_is_served_securely_passes():
    finding = run()
    assert finding.verdict is Verdict.PASS
    assert of(finding, "connect").verdict is Verdict.PASS
    assert of(finding, "plain-http").verdict is Verdict.PASS


@pytest.mark.parametrize(("days", "verdict"), [(14, "pass"), (13, "fail"), (-2, "fail")])
def test_days_of_the_certificate(days, verdict):
    assert of(run(shown=certificate(days)), "certificate").verdict.value == verdict


def test_old_tls_fails():
    assert of(run(shown=certificate(protocol="TLSv1.1")), "tls").verdict is Verdict.FAIL


def test_certificate_that_is_not_trusted_is_seen_although_the_page_is_not():
    finding = run(
        fault=DoorFault(Fault.TLS, "is not trusted"),
        shown=certificate(-3, fault="shows an expired certificate"),
    )
    assert of(finding, "tls").verdict is Verdict.FAIL
    assert of(finding, "certificate").says == "The certificate has expired."


def test_page_that_does_not_answer_is_an_error():
    assert run(fault=DoorFault(Fault.DNS, "has no address")).verdict is Verdict.ERROR


def test_certificate_that_was_not_seen_is_inconclusive():
    finding = run(shown=DoorFault(Fault.TIMEOUT, "did not answer within 5 s"))
    assert of(finding, "tls").verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("name", list(GOOD))
def test_header_that_is_missing_fails(name):
    rest = {key: value for key, value in GOOD.items() if key != name}
    assert of(run(headers=rest), "headers").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Strict-Transport-Security", "max-age=60"),
        ("Content-Security-Policy", "default-src *; frame-ancestors 'none'"),
        ("Content-Security-Policy", "script-src 'unsafe-inline'; frame-ancestors 'none'"),
        ("Content-Security-Policy", "default-src 'self'"),
        ("X-Content-Type-Options", "sniff"),
        ("Referrer-Policy", "unsafe-url"),
    ],
)
def test_header_that_is_too_weak_fails(name, value):
    assert of(run(headers=GOOD | {name: value}), "headers").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        ("connect-src 'self'", "pass"),
        ("connect-src 'self' https://api.anthropic.com", "fail"),
        ("connect-src https://*.anthropic.com:443", "fail"),
        ("default-src *", "inconclusive"),
        ("default-src 'none'; connect-src https:", "inconclusive"),
        ("script-src 'self'", "inconclusive"),
    ],
)
def test_what_the_policy_lets_browsers_call(policy, verdict):
    finding = run(headers=GOOD | {"Content-Security-Policy": policy})
    assert of(finding, "connect").verdict.value == verdict


@pytest.mark.parametrize(
    ("plain", "verdict"),
    [
        ((200, {}), "fail"),
        ((302, {"Location": "http://other.example/"}), "fail"),
        ((403, {}), "pass"),
        (DoorFault(Fault.CONNECT, "refused the connection"), "pass"),
        (DoorFault(Fault.PROTOCOL, "answered what is no HTTP"), "inconclusive"),
    ],
)
def test_plain_http(plain, verdict):
    assert of(run(plain=plain), "plain-http").verdict.value == verdict


def test_plain_page_fails_in_production_only(app):
    app.says("/", "hello", **{"Content-Security-Policy": POLICY})
    places = App(page_url=f"{app.url}/")
    asked = [probe.run(target(kind, app=places), tools()) for kind in Kind]
    assert [of(finding, "tls").verdict.value for finding in asked] == [
        "inconclusive",
        "fail",
        "fail",
    ]


def test_page_without_address_or_with_an_error_is_inconclusive(app):
    assert probe.run(target(), tools()).verdict is Verdict.INCONCLUSIVE
    gone = target(app=App(page_url=f"{app.url}/none"))
    assert probe.run(gone, tools()).verdict is Verdict.INCONCLUSIVE
