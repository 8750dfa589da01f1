"""What a page's security headers say."""

import re
from typing import Protocol

HALF_A_YEAR = 15_552_000
HOST = "api.anthropic.com"
# What lets the page run what somebody wrote into it.
_ANY_SCRIPT = re.compile(r"(?:^|\s)(?:\*|https?:|data:)(?=\s|$)", re.IGNORECASE)


class Headers(Protocol):
    def get(self, name: str, /) -> str | None: ...


def directives(policy: str) -> dict[str, str]:
    """Sources by directive, in lower case; the first of a name holds, as in browsers."""
    found: dict[str, str] = {}
    for part in policy.split(","):
        for each in part.split(";"):
            name, _, sources = each.strip().partition(" ")
            if name:
                found.setdefault(name.lower(), sources.strip().lower())
    return found


def allows_anthropic(policy: dict[str, str]) -> str:
    """Whether a browser under that policy may call the API: `no`, `named` or `any`."""
    sources = policy.get("connect-src", policy.get("default-src"))
    if sources is None:
        return "any"
    for source in sources.split():
        host = re.sub(r"^(?:https?|wss?)://", "", source).split("/")[0].split(":")[0]
        if source in ("*", "https:"):
            return "any"
        if host == HOST or (host.startswith("*.") and HOST.endswith(host[1:])):
            return "named"
    return "no"


def header_faults(headers: Headers, *, encrypted: bool) -> list[str]:
    """What is missing or too weak, each in a few words."""
    policy = directives(headers.get("content-security-policy") or "")
    found = {
        "HSTS of half a year or longer": not encrypted or _lasts(headers),
        "a Content-Security-Policy": bool(policy),
        "a CSP that names where scripts may come from": not policy or _guards(policy),
        "X-Content-Type-Options: nosniff": _is(headers, "x-content-type-options", "nosniff"),
        "frame-ancestors or X-Frame-Options": "frame-ancestors" in policy
        or (headers.get("x-frame-options") or "").lower() in ("deny", "sameorigin"),
        "a Referrer-Policy that keeps addresses private": _private(headers),
    }
    return [name for name, good in found.items() if not good]


def _is(headers: Headers, name: str, wanted: str) -> bool:
    return (headers.get(name) or "").strip().lower() == wanted


def _lasts(headers: Headers) -> bool:
    age = re.search(r"max-age\s*=\s*\"?(\d{1,12})", headers.get("strict-transport-security") or "")
    return age is not None and int(age[1]) >= HALF_A_YEAR


def _guards(policy: dict[str, str]) -> bool:
    sources = policy.get("script-src", policy.get("default-src"))
    if sources is None or _ANY_SCRIPT.search(sources):
        return False
    trusted = "'nonce-" in sources or "'sha" in sources or "'strict-dynamic'" in sources
    return "'unsafe-inline'" not in sources or trusted


def _private(headers: Headers) -> bool:
    """Without the header browsers send the origin alone to others, which is enough."""
    value = (headers.get("referrer-policy") or "").lower().split(",")[-1].strip()
    return value not in ("unsafe-url", "no-referrer-when-downgrade")
