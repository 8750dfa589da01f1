"""Slack's incoming webhooks: blocks for who reads the channel, text for notifications."""

from typing import Any

from audits.alerts.base import Kind, Outcome, Parcel, Result
from audits.alerts.posting import as_bytes, post
from audits.net.door import Door
from audits.probes.secrets import Secret

# Slack refuses the whole message when a part of it is longer.
HEADER_MOST = 150
TEXT_MOST = 3000
SIGNS = {
    Kind.FAILING: ":red_circle:",
    Kind.RECOVERED: ":large_green_circle:",
    Kind.SPEND: ":moneybag:",
    Kind.REMINDER: ":calendar:",
    Kind.TEST: ":bell:",
}
# What it answers, beside a 404 or 403, where the address will never take anything again.
GONE = {"no_service", "no_team", "channel_not_found", "channel_is_archived", "invalid_token"}


def body(parcel: Parcel) -> dict[str, Any]:
    message = parcel.message
    title = f"{SIGNS[message.kind]} {message.title}"
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": _plain(title, HEADER_MOST)},
        {"type": "section", "text": _plain(message.says, TEXT_MOST)},
    ]
    if message.next_step:
        blocks.append({"type": "section", "text": _plain(f"Next: {message.next_step}", TEXT_MOST)})
    facts = " · ".join(f"{label}: {value}" for label, value in message.facts().items())
    blocks.append({"type": "context", "elements": [_plain(facts, TEXT_MOST)]})
    link = f"<{_escaped(message.link)}|Open in Countersign>"
    blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": link}})
    return {
        "text": _escaped(_cut(f"{message.title}: {message.says}", TEXT_MOST)),
        "blocks": blocks,
    }


def send(door: Door, url: Secret, parcel: Parcel) -> Outcome:
    outcome, answer = post(door, url, as_bytes(body(parcel)), repeatable=False)
    reason = answer.strip()
    if outcome.result is Result.REFUSED and reason in GONE:
        says = f"Answered {outcome.status}, {reason}: nobody takes messages at this address."
        return Outcome(Result.GONE, says, outcome.status)
    return outcome


def _plain(text: str, most: int) -> dict[str, Any]:
    # Plain text calls nobody: in mrkdwn, <!channel> in a server's answer would.
    return {"type": "plain_text", "text": _cut(text, most), "emoji": True}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
