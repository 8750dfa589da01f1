"""The hash chain: every change of an audit, in order, each row sealed by the one before it."""

import datetime as dt
import hashlib

from django.conf import settings
from django.db import models

from audits.reports.canonical import canonical_json

# What the first event of a chain stands on.
GENESIS = "0" * 64


class Event(models.Model):
    """One change. Appended under the audit's row lock; never updated, never deleted.

    `hash` is the SHA-256, in hex, of the previous hash followed by the canonical event.
    """

    audit = models.ForeignKey("audits.Audit", on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    verb = models.CharField(max_length=40)
    answer = models.ForeignKey(
        "audits.Answer", on_delete=models.PROTECT, null=True, related_name="events"
    )
    # Null: the machine itself, such as an acceptance that ran out.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    actor_name = models.CharField(max_length=254)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["audit_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "number"], name="one_event_a_number")
        ]
        # A team's activity sorts the events of all of its audits, and reads a page of them.
        indexes = [models.Index(fields=["audit", "at"], name="event_audit_at")]

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"

    def canonical(self) -> bytes:
        return canonical_json(
            {
                "actor": self.actor_id,
                "actor_name": self.actor_name,
                "answer": self.answer_id,
                "at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "audit": str(self.audit_id),
                "detail": self.detail,
                "number": self.number,
                "revision": self.revision,
                "verb": self.verb,
            }
        )

    def compute_hash(self) -> str:
        return hashlib.sha256(self.previous_hash.encode("ascii") + self.canonical()).hexdigest()
