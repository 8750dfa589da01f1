"""PagerDuty's Events API v2: an alert triggers, its recovery resolves, by one dedup_key."""

from typing import Any

from audits.alerts.base import Kind, Outcome, Parcel
from audits.alerts.posting import as_bytes, post
from audits.net.door import Door
from audits.probes.secrets import Secret

SUMMARY_MOST = 1024


def body(parcel: Parcel, routing_key: Secret) -> dict[str, Any]:
    message = parcel.message
    event: dict[str, Any] = {
        "routing_key": routing_key.reveal(),
        "dedup_key": message.thread,
        "event_action": "resolve" if message.kind is Kind.RECOVERED else "trigger",
    }
    if message.kind is Kind.RECOVERED:
        return event
    summary = f"{message.title}: {message.says}"
    event["client"] = "Countersign"
    event["client_url"] = message.link
    event["links"] = [{"href": message.link, "text": "Open in Countersign"}]
    event["payload"] = {
        "summary": summary[:SUMMARY_MOST],
        "source": " / ".join(filter(None, (message.project, message.environment))) or message.team,
        "severity": message.severity.value,
        "timestamp": message.as_json()["at"],
        "component": message.probe,
        "group": message.project,
        "class": message.kind.value,
        "custom_details": {"Next step": message.next_step, "Simulated": message.simulated},
    }
    return event


def send(door: Door, host: str, routing_key: Secret, parcel: Parcel) -> Outcome:
    """`host` is where the events API answers, such as https://events.pagerduty.com."""
    url = Secret(f"{host.rstrip('/')}/v2/enqueue")
    # Of several events with one dedup_key PagerDuty makes one alert.
    outcome, _ = post(door, url, as_bytes(body(parcel, routing_key)), repeatable=True)
    return outcome
