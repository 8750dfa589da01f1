"""The hash chain: every change of an audit, in order, each row sealed by the one before it."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from audits.models.users import User
from audits.reports.canonical import canonical_json

if TYPE_CHECKING:
    from audits.models.answers import Answer
    from audits.models.audits import Audit

# What the first event of a chain stands on.
GENESIS = "0" * 64

# An answer, or None, and what is told of it.
Entry = tuple["Answer | None", dict[str, Any]]


class Event(models.Model):
    """One change. Appended under the audit's row lock; never updated, never deleted.

    `content` is the SHA-256, in hex, of the canonical event, and `hash` that of the previous hash
    followed by `content`: a chain can be checked link by link by whoever may not read what the
    events tell. Events from before that have no `content`; their hash is that of the previous
    hash followed by the canonical event itself.
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
    content = models.CharField(max_length=64, null=True)
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

    def close(self) -> None:
        """Set `content` and `hash` of an event that is about to be appended."""
        self.content = hashlib.sha256(self.canonical()).hexdigest()
        self.hash = self._hash_over(self.content.encode("ascii"))

    def holds(self) -> bool:
        """Do its content and its hash follow from what it tells? Both from one reading: chains
        are long."""
        told = self.canonical()
        if self.content is None:
            return self._hash_over(told) == self.hash
        content = hashlib.sha256(told).hexdigest()
        return (self.content, self.hash) == (content, self._hash_over(content.encode("ascii")))

    def _hash_over(self, told: bytes) -> str:
        return hashlib.sha256(self.previous_hash.encode("ascii") + told).hexdigest()


def chain(audit: "Audit", verb: str, entries: Sequence[Entry], *, by: User | None) -> list[Event]:
    """The next events of the audit, its head moved to the last of them: nothing is stored, and
    the caller holds the audit's lock."""
    at, events = timezone.now(), []
    for answer, detail in entries:
        event = Event(
            audit=audit,
            number=audit.events_count + 1,
            revision=audit.revision,
            verb=verb,
            answer=answer,
            actor=by,
            actor_name=str(by) if by else "Countersign",
            at=at,
            detail=detail,
            previous_hash=audit.events_head,
        )
        event.close()
        audit.events_count, audit.events_head = event.number, event.hash
        events.append(event)
    return events
