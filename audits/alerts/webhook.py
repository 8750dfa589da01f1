"""A webhook of the team's own: JSON that is signed, with an id by which a second one of the same
is known. docs/alerts.md shows how to verify it."""

import datetime as dt
import hashlib
import hmac

from audits.alerts.base import Outcome, Parcel
from audits.alerts.posting import as_bytes, post
from audits.net.door import Door
from audits.probes.secrets import Secret


def body(parcel: Parcel) -> bytes:
    return as_bytes({"id": str(parcel.id), **parcel.message.as_json()})


def signature(key: Secret, content: bytes, at: dt.datetime) -> str:
    """`t=<seconds since 1970>,v1=<hex>`: the HMAC-SHA256 of the time, a dot and the body."""
    seconds = int(at.timestamp())
    signed = f"{seconds}.".encode() + content
    digest = hmac.new(key.reveal().encode(), signed, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def send(door: Door, url: Secret, key: Secret, parcel: Parcel) -> Outcome:
    content = body(parcel)
    headers = {
        "Countersign-Delivery": str(parcel.id),
        "Countersign-Event": parcel.message.kind.value,
        # Of the moment of sending, so that a repeated one is not refused as too old.
        "Countersign-Signature": signature(key, content, dt.datetime.now(dt.UTC)),
    }
    outcome, _ = post(door, url, content, headers=headers, repeatable=True)
    return outcome
