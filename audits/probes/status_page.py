"""What Anthropic's status page says now. A page that cannot be read is unknown, not healthy."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from audits.net.door import DoorFault, Limits
from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Measure,
    Strength,
    Target,
    Verdict,
)
from audits.probes.reading import Odd, mapping, rows, text
from audits.probes.tools import Tools
from audits.probes.words import counted, listed

OVER = frozenset({"resolved", "postmortem", "completed"})
UNREAD = "Open the status page in a browser; what your own calls say counts more than the page."
TROUBLE = (
    "Follow the incident on the status page, and look at your own error rate: it comes first. "
    "Switch to the fallback where users notice."
)


@dataclass(frozen=True)
class Summary:
    """What of the page bears on the API. `elsewhere`: something else on the page is unwell."""

    indicator: str
    unwell: tuple[str, ...]
    incidents: tuple[str, ...]
    elsewhere: bool
    components: int


class StatusPage(Free):
    name = "status-page"
    title = "Status page"
    looks_at = "Anthropic's status page: indicator, components of the API, open incidents."
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("watched", "The page is read and understood, run for run", Strength.STRONG),
        Aspect("healthy", "No trouble with the API is told there now", Strength.MEDIUM),
    )
    needs: tuple[str, ...] = ("status_url",)
    every = dt.timedelta(minutes=5)
    stale_after = dt.timedelta(minutes=30)
    seconds = 20
    how = "Read api/v2/summary.json of the status page."

    def run(self, target: Target, tools: Tools) -> Finding:
        url = target.status_url.rstrip("/") + "/api/v2/summary.json"
        try:
            answer = tools.door.request("GET", url, limits=Limits(total_s=15.0))
        except DoorFault as fault:
            return self._unknown(f"The status page {fault}. How the API is doing is unknown.")
        if answer.status != 200:
            return self._unknown(
                f"The status page answered {answer.status}. How the API is doing is unknown."
            )
        try:
            summary = read(answer.body)
        except Odd as odd:
            return self._unknown(f"The status page is not as documented: {odd}")
        return Finding.of(judge(summary), how=self.how, answer=answer.text[:2_000])

    def _unknown(self, says: str) -> Finding:
        return Finding.inconclusive(says, next_step=UNREAD, how=self.how)


def read(body: bytes) -> Summary:
    """Odd when it is not what Statuspage writes."""
    try:
        page = mapping(json.loads(body))
    except (ValueError, RecursionError):
        raise Odd("it is not JSON.") from None
    indicator = text(mapping(page.get("status"), "“status”"), "indicator")
    components = rows(page, "components")
    ours = [c for c in components if _is_api(c)] or components
    open_ones = [i for i in rows(page, "incidents") if text(i, "status", "") not in OVER]
    names = {text(component, "name", "") for component in ours}
    touching = [incident for incident in open_ones if _touches(incident, names)]
    unwell = [c for c in components if text(c, "status") != "operational"]
    return Summary(
        indicator=indicator,
        unwell=tuple(f"{text(c, 'name', '')} ({_said(c, 'status')})" for c in unwell if c in ours),
        incidents=tuple(
            f"“{text(i, 'name', '')}” ({_said(i, 'impact')}, {_said(i, 'status')})"
            for i in touching
        ),
        elsewhere=any(c not in ours for c in unwell) or len(touching) < len(open_ones),
        components=len(ours),
    )


def judge(summary: Summary) -> list[Check]:
    watched = Check(
        "watched",
        Verdict.PASS,
        f"The status page was read: indicator {summary.indicator}, "
        f"{counted(summary.components, 'component')} of the API, "
        f"{counted(len(summary.incidents), 'open incident')}.",
    )
    return [watched, _healthy(summary)]


def _healthy(summary: Summary) -> Check:
    """Components may read operational during an incident, so an incident counts by itself."""
    measures = (
        Measure("indicator", summary.indicator),
        Measure("open incidents", len(summary.incidents)),
        Measure("components unwell", len(summary.unwell)),
    )
    troubles = [*summary.incidents, *summary.unwell]
    if troubles:
        says = f"Anthropic reports trouble with the API: {listed(troubles)}."
        return Check("healthy", Verdict.FAIL, says, TROUBLE, measures)
    if summary.indicator != "none" and not summary.elsewhere:
        says = f"The status page's indicator is {summary.indicator}; it names no reason."
        return Check("healthy", Verdict.FAIL, says, TROUBLE, measures)
    says = "The API's components are operational, and no open incident names them."
    return Check("healthy", Verdict.PASS, says, measures=measures)


def _is_api(component: dict[str, Any]) -> bool:
    return "api" in text(component, "name", "").lower()


def _touches(incident: dict[str, Any], names: set[str]) -> bool:
    """An incident that names no component may be any component's."""
    found = incident.get("components")
    if not isinstance(found, list) or not found:
        return True
    return any(text(mapping(row, "a component"), "name", "") in names for row in found)


def _said(row: dict[str, Any], name: str) -> str:
    return text(row, name, "unknown").replace("_", " ")


probe = StatusPage()
