"""Anthropic's status page, as Statuspage v2 serves it."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from audits.simulator.catalogue import rfc3339
from audits.simulator.exchange import Exchange

COMPONENTS = ("claude.ai", "platform.claude.com", "Claude API (api.anthropic.com)", "Claude Code")
DESCRIPTIONS = {
    "none": "All Systems Operational",
    "minor": "Partially Degraded Service",
    "major": "Partial System Outage",
    "critical": "Major Service Outage",
}
PAGE = {
    "id": "tymt9n04zgry",
    "name": "Claude",
    "url": "https://status.claude.com",
    "time_zone": "Etc/UTC",
}


@dataclass
class Incident:
    """`impact` is none, minor, major or critical; `status` investigating, identified, monitoring,
    resolved or postmortem. Components may read operational all the while."""

    name: str
    impact: str = "major"
    status: str = "investigating"
    started: dt.datetime = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
    says: str = "We are investigating."

    def as_json(self, number: int) -> dict[str, Any]:
        at = rfc3339(self.started)
        over = self.status in ("resolved", "postmortem")
        return {
            "id": f"incident{number}",
            "name": self.name,
            "status": self.status,
            "impact": self.impact,
            "created_at": at,
            "updated_at": at,
            "started_at": at,
            "monitoring_at": None,
            "resolved_at": at if over else None,
            "shortlink": f"https://stspg.io/simulated{number}",
            "page_id": PAGE["id"],
            "incident_updates": [{"status": self.status, "body": self.says, "created_at": at}],
            "components": [],
        }


@dataclass
class StatusPage:
    """`states` are the components' that are not operational, by name."""

    indicator: str = "none"
    states: dict[str, str] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    updated: dt.datetime = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)

    def status(self) -> dict[str, str]:
        return {"indicator": self.indicator, "description": DESCRIPTIONS[self.indicator]}

    def components(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"component{place}",
                "name": name,
                "status": self.states.get(name, "operational"),
                "position": place,
                "page_id": PAGE["id"],
                "group": False,
            }
            for place, name in enumerate(COMPONENTS, 1)
        ]

    def unresolved(self) -> list[dict[str, Any]]:
        return [one for one in self.every() if one["status"] not in ("resolved", "postmortem")]

    def every(self) -> list[dict[str, Any]]:
        return [one.as_json(number) for number, one in enumerate(self.incidents, 1)]

    def document(self, name: str) -> dict[str, Any] | None:
        """What a path under /api/v2/ holds; None when there is no such path."""
        parts: dict[str, Any] = {
            "summary": lambda: {
                "components": self.components(),
                "incidents": self.unresolved(),
                "scheduled_maintenances": [],
                "status": self.status(),
            },
            "status": lambda: {"status": self.status()},
            "components": lambda: {"components": self.components()},
            "incidents": lambda: {"incidents": self.every()},
            "incidents/unresolved": lambda: {"incidents": self.unresolved()},
        }
        if name not in parts:
            return None
        return {"page": {**PAGE, "updated_at": rfc3339(self.updated)}, **parts[name]()}


async def answer(page: StatusPage, exchange: Exchange) -> None:
    """Answer a request to a path under /status/."""
    path = exchange.seen.path.removeprefix("/status/")
    name = path.removeprefix("api/v2/").removesuffix(".json")
    document = page.document(name) if path.startswith("api/v2/") else None
    if document is None:
        await exchange.answer(404, "Not found: this status page is simulated.\n", "text/plain")
        return
    await exchange.json(200, document)
