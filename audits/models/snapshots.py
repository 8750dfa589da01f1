import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models

from audits.models import obstacles, policies
from audits.models.audits import Audit
from audits.models.authors import answered_by
from audits.models.events import Event
from audits.models.go_conditions import GoCondition
from audits.models.go_conditions import told as told_condition
from audits.models.history import describe
from audits.models.obstacles import Obstacle
from audits.models.quorum import Rules
from audits.models.told import day, stamp
from audits.models.told_audit import told_audit, told_project
from audits.models.told_reviews import since_sealed
from audits.models.users import User
from audits.reports import changes
from audits.reports.canonical import canonical_json, digest


@dataclass(frozen=True)
class Proposal:
    """What a snapshot tells of the round that it is taken for."""

    decision: str
    by: str
    at: dt.datetime
    statement: str
    release: str
    conditions: tuple[GoCondition, ...]
    rules: Rules
    obstacles: tuple[Obstacle, ...]


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def take(
        self, audit: Audit, *, by: User, at: dt.datetime, proposal: Proposal | None = None
    ) -> "Snapshot":
        """Freeze the audit as it stands, under the audit's lock that the caller holds."""
        data = canonical_json(build(audit, by=by, at=at, proposal=proposal))
        return self.create(
            audit=audit,
            revision=audit.revision,
            sealed=False,
            data=data,
            digest=digest(data),
            events_head=audit.events_head,
            taken_at=at,
            taken_by=by,
        )


class Snapshot(models.Model):
    """The audit frozen as canonical JSON with its SHA-256; a report shows nothing else."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="snapshots")
    revision = models.PositiveIntegerField()
    sealed = models.BooleanField()
    data = models.BinaryField()
    digest = models.CharField(max_length=64, db_index=True)
    events_head = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "revision"],
                condition=models.Q(sealed=True),
                name="one_seal_a_revision",
            )
        ]

    def __str__(self) -> str:
        return f"{self.audit}, revision {self.revision}, {self.digest[:12]}"

    def content(self) -> dict[str, Any]:
        return json.loads(bytes(self.data))

    def is_current(self, audit: Audit) -> bool:
        """Whether a draft taken now would say the same, but for the figures of the machine: a
        later run with the same verdict changes nothing."""
        now = build(audit, by=self.taken_by, at=self.taken_at)
        return _without_figures(now) == _without_figures(self.content())


def build(
    audit: Audit, *, by: User, at: dt.datetime, proposal: Proposal | None = None
) -> dict[str, Any]:
    """The audit as docs/snapshot-format.md describes it, in a constant number of queries."""
    content = told_audit(audit, by=by, at=at, rules=proposal.rules if proposal else None)
    if proposal:
        content["audit"]["state"] = Audit.State.PROPOSED
        content["release"] = proposal.release
    content |= {
        "proposal": _proposal(proposal),
        "answered_by": [
            {"name": name, "items": items} for (_, name), items in answered_by(audit).most_common()
        ],
        "obstacles": [
            {"kind": str(each.kind), "title": each.title, "detail": each.detail}
            for each in (proposal.obstacles if proposal else obstacles.of(audit))
        ],
        "history": [told_event(event) for event in audit.events.order_by("number")],
        "events": {"count": audit.events_count, "head": audit.events_head},
        "reviews": since_sealed(audit),
    }
    return content | {"since": _since(audit, content)}


def _without_figures(content: dict[str, Any]) -> dict[str, Any]:
    """The snapshot without what each run of a probe says anew."""
    editions = [
        edition
        | {
            "sections": [
                section | {"items": [_without_machine(item) for item in section["items"]]}
                for section in edition["sections"]
            ]
        }
        for edition in content["editions"]
    ]
    standing = [
        each | {"detail": ""} if each["kind"] == obstacles.Kind.CONFLICT else each
        for each in content["obstacles"]
    ]
    return content | {"editions": editions, "obstacles": standing}


def _without_machine(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"answer": item["answer"] | {"machine": []}}


def _proposal(proposal: Proposal | None) -> dict[str, Any] | None:
    if proposal is None:
        return None
    return {
        "decision": proposal.decision,
        "by": proposal.by,
        "at": stamp(proposal.at),
        "statement": proposal.statement,
        "conditions": [told_condition(each) for each in proposal.conditions],
    }


def _since(audit: Audit, content: dict[str, Any]) -> dict[str, Any] | None:
    """What changed since the last revision that was signed or refused."""
    sealed = audit.snapshots.filter(sealed=True).order_by("revision")
    last = sealed.prefetch_related("sign_offs").last()
    if last is None:
        return None
    decided = max(last.sign_offs.all(), key=lambda each: each.pk)
    return {
        "revision": last.revision,
        "digest": last.digest,
        "decision": decided.decision,
        "at": stamp(decided.at),
        "changes": changes.between(last.content(), content),
    }


def state_seen(audit: Audit) -> str:
    """What a form that signs carries, for all that could change under it: the head of the event
    chain, which stands for answers, evidence and comments, a dot, and `about`."""
    return f"{audit.events_head}.{about(audit)}"


def about(audit: Audit) -> str:
    """SHA-256 in hex of what a snapshot takes from where no event of the audit tells of it: the
    project, its team's name, the sign-off policy."""
    project = audit.project
    told = told_project(project) | {
        "team": project.team.name,
        "launch": day(project.launch_date),
        "policy": policies.in_force(audit).to_json(),
    }
    return digest(canonical_json(told))


def told_event(event: Event) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": stamp(event.at),
        "by": event.actor_name,
        "verb": event.verb,
        "text": describe(event),
        "content": event.content,
        "hash": event.hash,
    }
