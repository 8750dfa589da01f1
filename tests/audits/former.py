"""Rows as they were before people signed a proposal, for the migrations 0012 to 0016."""

import datetime as dt
import hashlib

from django.utils import timezone

from audits.models.told import stamp
from audits.reports.canonical import canonical_json, digest


class Former:
    """Writes as the product did then: one event seals, each hash is of the event itself."""

    def __init__(self, apps):
        self.apps = apps
        self.user = self.make("User", email="ada@example.org", name="Ada Park")
        team = self.make("Team", name="Harbour")
        self.project = self.make("Project", team=team, name="Support")

    def make(self, model: str, /, **columns):
        return self.apps.get_model("audits", model).objects.create(**columns)

    def start(self, title: str):
        audit = self.make("Audit", project=self.project, title=title, created_by=self.user)
        self.log(audit, "audit.started", title=title, editions=[], items=0)
        return audit

    def log(self, audit, verb: str, **detail) -> None:
        told = {
            "actor": self.user.pk,
            "actor_name": "Ada Park",
            "answer": None,
            "at": timezone.now().astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "audit": str(audit.pk),
            "detail": detail,
            "number": audit.events_count + 1,
            "revision": audit.revision,
            "verb": verb,
        }
        head = hashlib.sha256(audit.events_head.encode() + canonical_json(told)).hexdigest()
        told |= {"at": dt.datetime.fromisoformat(told["at"]), "audit": audit}
        told |= {"actor": self.user, "previous_hash": audit.events_head, "hash": head}
        self.make("Event", **told)
        audit.events_count, audit.events_head = told["number"], head
        audit.save()

    def seal(self, audit, decision: str):
        at = timezone.now()
        said = {"by": "Ada Park", "role": "owner", "decision": decision, "statement": "So be it."}
        content = {
            "format": "countersign.snapshot/2",
            "audit": {"id": str(audit.pk), "title": audit.title, "revision": audit.revision},
            "seal": said | {"email": "ada@example.org", "at": stamp(at)},
            "events": {"count": audit.events_count, "head": audit.events_head},
        }
        data = canonical_json(content)
        snapshot = self.make(
            "Snapshot",
            audit=audit,
            revision=audit.revision,
            sealed=True,
            data=data,
            digest=digest(data),
            events_head=audit.events_head,
            taken_at=at,
            taken_by=self.user,
        )
        self.make(
            "SignOff",
            snapshot=snapshot,
            by=self.user,
            by_name="Ada Park",
            role="owner",
            decision=decision,
            statement="So be it.",
            at=at,
            digest=snapshot.digest,
        )
        audit.state = "sealed"
        label = {"go": "Go", "no_go": "No-go"}[decision]
        self.log(audit, "audit.sealed", decision=label, digest=snapshot.digest)
        return snapshot

    def reopen(self, audit) -> None:
        audit.state, audit.revision = "open", audit.revision + 1
        self.log(audit, "audit.reopened", reason="Another look.")
