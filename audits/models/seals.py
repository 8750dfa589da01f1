"""The record of a decision: who signed what, when and in which role. Never changed."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from audits.models.lifecycle import RoundState
from audits.models.rounds import Round
from audits.models.snapshots import told_event
from audits.models.told import day, stamp, told_sign_off
from audits.reports.canonical import canonical_json, digest

if TYPE_CHECKING:
    from audits.models.audits import Audit

FORMAT = "countersign.seal/1"


class SealQuerySet(models.QuerySet["Seal"]):
    def make(self, row: Round, audit: "Audit", decision: str, at: dt.datetime) -> "Seal":
        """Write the record of a round that was just decided, under the audit's lock."""
        data = canonical_json(_build(row, audit, decision, at))
        return self.create(round=row, data=data, digest=digest(data), at=at)


class Seal(models.Model):
    """Canonical JSON as docs/seal-format.md describes it, with its SHA-256. The database refuses
    to change or delete a row."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="seal")
    data = models.BinaryField()
    digest = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()

    objects = SealQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"Seal of {self.round}"

    def content(self) -> dict[str, Any]:
        return json.loads(bytes(self.data))


def _build(row: Round, audit: "Audit", decision: str, at: dt.datetime) -> dict[str, Any]:
    after = audit.events.filter(number__gt=row.snapshot.content()["events"]["count"])
    signed = row.sign_offs.filter(withdrawn_at=None).select_related("by").order_by("pk")
    return {
        "format": FORMAT,
        "snapshot": row.snapshot.digest,
        "audit": {"id": str(audit.pk), "title": audit.title, "revision": row.revision},
        "decision": decision,
        "sealed_at": stamp(at),
        "valid_until": day(row.valid_until) if row.state == RoundState.SIGNED else None,
        "release": row.release,
        "release_bound": row.rules_then.release_bound,
        "sign_offs": [told_sign_off(each) for each in signed],
        "history": [told_event(event) for event in after.order_by("number")],
        "events": {"count": audit.events_count, "head": audit.events_head},
        "verify_at": f"{settings.PUBLIC_URL}/verify/",
    }
