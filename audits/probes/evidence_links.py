"""Do the links that are evidence still answer, and with what they held then?"""

import datetime as dt
import hashlib
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from audits.net.door import Answer, Door, DoorFault, Fault, Limits
from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Link,
    Measure,
    Strength,
    Target,
    Verdict,
)
from audits.probes.markup import visible
from audits.probes.saying import conclude, failed, passed, unclear
from audits.probes.words import counted, listed

if TYPE_CHECKING:
    from audits.probes.tools import Tools

LIMITS = Limits(total_s=15.0, max_bytes=4_194_304, redirects=5)
MOST_LINKS = 200
SECONDS = 240
HOW = "Each link was asked for once, without signing in; what it held was compared by digest."
_SIGN_IN = re.compile(
    r"(?:^|[/._-])(?:log-?in|sign-?in|sso|saml|oauth2?|authorize|auth)(?:$|[/._-])"
)
_PASSWORD = re.compile(rb"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """What one link did. `digest` is of what it holds now, empty where that was not seen."""

    verdict: Verdict
    says: str
    digest: str = ""
    changed: bool | None = None


class EvidenceLinks(Free):
    name = "evidence-links"
    title = "Evidence links still answer"
    looks_at = "Every link that is evidence: whether it answers, and holds what it held then."
    strength = Strength.PARTIAL
    aspects: tuple[Aspect, ...] = (
        Aspect("answers", "Every link still answers", Strength.PARTIAL),
        Aspect("unchanged", "Every link holds what it held when first seen", Strength.PARTIAL),
    )
    needs: tuple[str, ...] = ("links",)
    every = dt.timedelta(days=1)
    stale_after = dt.timedelta(days=7)
    seconds = SECONDS + 20

    def run(self, target: Target, tools: "Tools") -> Finding:
        """`kept["links"]` has, by each link's key, its digest when first seen and now, and this
        run's verdict and words on it alone."""
        if not target.links:
            return Finding.inconclusive(
                "No answer has a link as evidence.",
                next_step="Attach links to the answers that name this probe.",
            )
        before = _kept(target.kept)
        ends = time.monotonic() + SECONDS
        looks: dict[str, Look] = {}
        for link in target.links[:MOST_LINKS]:
            if time.monotonic() > ends:
                break
            looks[link.key] = look(tools.door, link, link.digest or _first(before, link.key))
        return judge(target, looks, before)


def look(door: Door, link: Link, first: str) -> Look:
    try:
        answer = door.request("GET", link.url, limits=LIMITS)
    except DoorFault as fault:
        gone = fault.kind is Fault.DNS
        says = f"{fault}" + (": its host is gone or misspelt" if gone else "")
        return Look(Verdict.INCONCLUSIVE, says)
    if answer.status in (404, 410):
        return Look(Verdict.FAIL, f"answered {answer.status}")
    if answer.status in (401, 403) or _asks_to_sign_in(answer, link.url):
        return Look(Verdict.INCONCLUSIVE, "asks to sign in, so what it holds was not seen")
    if not 200 <= answer.status < 300:
        return Look(Verdict.INCONCLUSIVE, f"answered {answer.status}")
    digest = digest_of(answer)
    return Look(Verdict.PASS, "answers", digest, digest != first if first else None)


def _asks_to_sign_in(answer: Answer, asked: str) -> bool:
    before, after = urlsplit(asked), urlsplit(answer.url)
    moved = (before.hostname, before.path) != (after.hostname, after.path)
    place = f"{after.hostname or ''}{after.path}".lower()
    return bool(moved and _SIGN_IN.search(place)) or bool(_PASSWORD.search(answer.body))


def digest_of(answer: Answer) -> str:
    """SHA-256 of the page's visible words, or of the bytes of what is no page: markup, scripts,
    tokens and white space change from one request to the next and mean nothing."""
    kind = (answer.headers.get("content-type") or "").lower()
    content = answer.body
    if "html" in kind:
        content = visible(answer.text).encode()
    return hashlib.sha256(content).hexdigest()


def judge(target: Target, looks: Mapping[str, Look], before: Mapping[str, Any]) -> Finding:
    titles = {link.key: link.title or link.url.split("?")[0] for link in target.links}
    unseen = len(target.links) - len(looks)
    counts = Counter(each.verdict for each in looks.values())
    measures = (
        Measure("links", len(target.links)),
        Measure("answer", counts[Verdict.PASS]),
        Measure("gone", counts[Verdict.FAIL]),
        Measure("not seen", counts[Verdict.INCONCLUSIVE] + unseen),
        Measure("changed", sum(each.changed is True for each in looks.values())),
    )
    checks = [_answers(looks, titles, unseen), _unchanged(looks, titles)]
    # Of those that there was no time for what was known.
    known = {key: before[key] for key in titles if key in before}
    kept = {"links": known | {key: _remember(key, each, before) for key, each in looks.items()}}
    return conclude(checks, how=HOW, aside=("unchanged",), measures=measures, kept=kept)


def _answers(looks: Mapping[str, Look], titles: Mapping[str, str], unseen: int) -> Check:
    aspect = "answers"
    gone = _named(looks, titles, Verdict.FAIL)
    if gone:
        step = "Attach the evidence anew, as a file where the page may move again."
        return failed(aspect, f"{counted(len(gone), 'link')} gone: {listed(gone, 3)}.", step)
    hidden = _named(looks, titles, Verdict.INCONCLUSIVE)
    if hidden or unseen:
        says = f"{counted(len(hidden) + unseen, 'link')} not seen"
        says += f": {listed(hidden, 3)}." if hidden else ": there was no time."
        step = "Open them yourself, or attach the evidence as a file."
        return unclear(aspect, says, step)
    return passed(aspect, f"{counted(len(looks), 'link')} answered.")


def _named(looks: Mapping[str, Look], titles: Mapping[str, str], verdict: Verdict) -> list[str]:
    return [
        f"“{titles[key][:60]}” {each.says}"
        for key, each in looks.items()
        if each.verdict is verdict
    ]


def _unchanged(looks: Mapping[str, Look], titles: Mapping[str, str]) -> Check:
    aspect = "unchanged"
    changed = [f"“{titles[key][:60]}”" for key, each in looks.items() if each.changed]
    if changed:
        says = f"{counted(len(changed), 'link')} hold other words than when first seen: "
        step = "See whether they still prove what they are evidence of."
        return unclear(aspect, f"{says}{listed(changed, 3)}.", step)
    compared = [each for each in looks.values() if each.changed is False]
    if len(compared) < len(looks):
        says = f"{len(compared)} of {counted(len(looks), 'link')} could be compared."
        return unclear(aspect, says, "The next run compares with what was seen now.")
    return passed(aspect, f"{counted(len(looks), 'link')} hold what they held when first seen.")


def _remember(key: str, seen: Look, before: Mapping[str, Any]) -> dict[str, Any]:
    first = _first(before, key) or seen.digest
    now = seen.digest
    return {"first": first, "now": now, "verdict": seen.verdict.value, "says": seen.says}


def _kept(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    links = kept.get("links")
    return links if isinstance(links, dict) else {}


def _first(before: Mapping[str, Any], key: str) -> str:
    link = before.get(key)
    first = link.get("first") if isinstance(link, dict) else ""
    return first if isinstance(first, str) else ""


probe = EvidenceLinks()
