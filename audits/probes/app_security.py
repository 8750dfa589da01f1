"""Is the app's page served as a browser can rely on?"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from audits.net.door import Answer, Certificate, Door, DoorFault, Limits
from audits.probes.base import Aspect, Check, Finding, Free, Measure, Strength, Target
from audits.probes.page_policy import allows_anthropic, directives, header_faults
from audits.probes.saying import conclude, failed, passed, unclear
from audits.probes.words import counted, listed

if TYPE_CHECKING:
    from audits.probes.tools import Tools

LIMITS = Limits(total_s=15.0, max_bytes=8_388_608, redirects=5)
ONE = Limits(total_s=10.0, max_bytes=1_048_576, redirects=0)
HOW = "The page was loaded once, its certificate read, and its plain-HTTP address asked."
RENEW_DAYS = 14
GOOD_TLS = frozenset({"TLSv1.2", "TLSv1.3"})


@dataclass(frozen=True)
class Seen:
    """The page, and what its certificate or the fault in its place told; None where the address
    is plain HTTP."""

    page: Answer
    certificate: Certificate | None = None
    fault: DoorFault | None = None

    @property
    def encrypted(self) -> bool:
        return urlsplit(self.page.url).scheme == "https"


class AppSecurity(Free):
    name = "app-security"
    title = "The app's page is served securely"
    looks_at = "TLS, the certificate's days, security headers and what the page may connect to."
    strength = Strength.PARTIAL
    aspects: tuple[Aspect, ...] = (
        Aspect("tls", "TLS 1.2 or newer with a certificate that is trusted", Strength.STRONG),
        Aspect("certificate", "The certificate is valid for 14 more days", Strength.STRONG),
        Aspect("plain-http", "Plain HTTP leads to HTTPS", Strength.STRONG),
        Aspect("headers", "HSTS, CSP, nosniff, framing and referrer policy", Strength.STRONG),
        Aspect("connect", "The page's CSP keeps browsers from calling Claude", Strength.MEDIUM),
    )
    needs: tuple[str, ...] = ("page_url",)
    every = dt.timedelta(hours=12)
    stale_after = dt.timedelta(days=3)
    seconds = 60

    def run(self, target: Target, tools: "Tools") -> Finding:
        url, step = target.app.page_url, "Check the page's address in the environment's settings."
        if not url:
            return Finding.inconclusive(
                "The environment names no public page.",
                next_step="Write its address into the environment's settings.",
            )
        try:
            page = tools.door.request("GET", url, headers={"Accept": "text/html"}, limits=LIMITS)
        except DoorFault as fault:
            return self._unseen(url, tools.door, fault, target.now)
        if page.status >= 400:
            says = f"The page answered {page.status}."
            return Finding.inconclusive(says, how=HOW, next_step=step)
        return judge(look(tools.door, page), target, lambda: _plain(tools.door, page.url))

    def _unseen(self, url: str, door: Door, fault: DoorFault, now: dt.datetime) -> Finding:
        """A page that cannot be loaded for its certificate still shows that certificate."""
        if fault.kind.value == "tls":
            certificate = _certificate(door, url)
            if isinstance(certificate, Certificate):
                return conclude([_tls(certificate), _days(certificate, now)], how=HOW)
        step = "Check the page's address in the environment's settings."
        return Finding.error(f"The page {fault}.", how=HOW, next_step=step)


def _certificate(door: Door, url: str) -> Certificate | DoorFault:
    parts = urlsplit(url)
    try:
        return door.certificate(parts.hostname or "", parts.port or 443)
    except DoorFault as fault:
        return fault


def look(door: Door, page: Answer) -> Seen:
    if urlsplit(page.url).scheme != "https":
        return Seen(page)
    found = _certificate(door, page.url)
    if isinstance(found, DoorFault):
        return Seen(page, fault=found)
    return Seen(page, found)


def judge(seen: Seen, target: Target, plain: Callable[[], Check]) -> Finding:
    """`plain` asks the page's plain-HTTP address."""
    policies = seen.page.headers.get_list("content-security-policy")
    checks = [*_encryption(seen, target, plain), _headers(seen), _connect(policies)]
    measures = tuple(measure for check in checks for measure in check.measures)
    return conclude(checks, how=HOW, aside=("connect", "plain-http"), measures=measures)


def _encryption(seen: Seen, target: Target, plain: Callable[[], Check]) -> list[Check]:
    if not seen.encrypted:
        says = "The page is served over plain HTTP."
        step = "Serve it over HTTPS, and redirect plain HTTP there."
        if target.simulated or target.kind == "development":
            return [unclear("tls", f"{says} In {target.kind} that may be so.", step)]
        return [failed("tls", says, step)]
    if seen.certificate is None:
        says = f"The certificate was not seen: the host {seen.fault}."
        return [unclear("tls", says, "Run it again."), plain()]
    return [_tls(seen.certificate), _days(seen.certificate, target.now), plain()]


def _tls(certificate: Certificate) -> Check:
    measure = Measure("protocol", certificate.protocol)
    if not certificate.trusted:
        says = f"The certificate is not trusted: the host {certificate.fault}."
        return failed("tls", says, "Install a certificate with its whole chain.", measure)
    if certificate.protocol not in GOOD_TLS:
        says = f"The page is served over {certificate.protocol}."
        return failed("tls", says, "Offer TLS 1.2 and 1.3 alone.", measure)
    return passed("tls", f"{certificate.protocol} with a trusted certificate.", measure)


def _days(certificate: Certificate, now: dt.datetime) -> Check:
    left = certificate.days_left(now)
    measure = Measure("certificate ends in", left, "days")
    if left < 0:
        return failed("certificate", "The certificate has expired.", "Renew it.", measure)
    if left < RENEW_DAYS:
        says = f"The certificate ends in {counted(left, 'day')}."
        return failed("certificate", says, "Renew it, and see why that is not automatic.", measure)
    return passed("certificate", f"The certificate holds for {counted(left, 'day')}.", measure)


def _plain(door: Door, url: str) -> Check:
    aspect, parts = "plain-http", urlsplit(url)
    if parts.port not in (None, 443):
        return unclear(aspect, "The page has a port of its own.", "Nothing to do.")
    try:
        answer = door.request("GET", f"http://{parts.hostname}/", limits=ONE)
    except DoorFault as fault:
        if fault.kind.value in ("connect", "timeout", "reset"):
            return passed(aspect, "Plain HTTP is not served.")
        return unclear(aspect, f"Plain HTTP: the host {fault}.", "Run it again.")
    onward = answer.headers.get("location") or ""
    if answer.status in (301, 302, 303, 307, 308) and re.match(r"https://", onward, re.IGNORECASE):
        return passed(aspect, "Plain HTTP redirects to HTTPS.")
    if 200 <= answer.status < 400:
        step = "Redirect every plain request to HTTPS."
        return failed(aspect, f"Plain HTTP answered {answer.status} without HTTPS.", step)
    return passed(aspect, f"Plain HTTP is refused with {answer.status}.")


def _headers(seen: Seen) -> Check:
    missing = header_faults(seen.page.headers, encrypted=seen.encrypted)
    if missing:
        says = f"Not as they should be: {listed(missing, 6)}."
        step = "Set these headers for every page; begin with the CSP in report-only mode."
        return failed("headers", says, step, Measure("headers missing", len(missing)))
    return passed(
        "headers",
        "HSTS, CSP, nosniff, framing and referrer policy are set."
        if seen.encrypted
        else "CSP, nosniff, framing and referrer policy are set.",
    )


def _connect(policies: list[str]) -> Check:
    aspect = "connect"
    step = "Name in the CSP's connect-src what the page may talk to, without api.anthropic.com."
    if not policies:
        return unclear(aspect, "Without a CSP the browser may call any host.", step)
    allowed = [allows_anthropic(directives(policy)) for policy in policies]
    if "no" in allowed:
        return passed(aspect, "The page's CSP keeps browsers from calling api.anthropic.com.")
    if "named" in allowed:
        return failed(aspect, "The page's CSP lets browsers call api.anthropic.com.", step)
    return unclear(aspect, "The page's CSP lets browsers call any host.", step)


probe = AppSecurity()
