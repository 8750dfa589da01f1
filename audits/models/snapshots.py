import datetime as dt
import json
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db import models

from audits.models.answer_rows import UNFOLDED
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.conditions import Condition
from audits.models.events import Event
from audits.models.evidence import Evidence
from audits.models.history import describe
from audits.models.projects import Project
from audits.models.told import day, moment, stamp, told_comment, told_evidence
from audits.models.users import User
from audits.reports.canonical import canonical_json, digest
from checklist.models import Edition

ENDS = ("first", "second")
FORMAT = "countersign.snapshot/2"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def take(
        self, audit: Audit, *, by: User, at: dt.datetime, seal: dict | None = None
    ) -> "Snapshot":
        """Freeze the audit as it stands, under the audit's lock that the caller holds."""
        data = canonical_json(build(audit, by=by, at=at, seal=seal))
        return self.create(
            audit=audit,
            revision=audit.revision,
            sealed=seal is not None,
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
        """Whether a draft taken now would say the same."""
        now = build(audit, by=self.taken_by, at=self.taken_at, seal=None)
        return digest(canonical_json(now)) == self.digest


def build(audit: Audit, *, by: User, at: dt.datetime, seal: dict | None) -> dict[str, Any]:
    """The audit as docs/snapshot-format.md describes it, in a constant number of queries."""
    return {
        "format": FORMAT,
        "audit": {
            "id": str(audit.pk),
            "title": audit.title,
            "revision": audit.revision,
            "state": Audit.State.SEALED if seal else Audit.State.OPEN,
            "created_at": stamp(audit.created_at),
            "created_by": str(audit.created_by),
            "launch_date": day(audit.project.launch_date),
        },
        "team": {"name": audit.project.team.name},
        "project": _project(audit.project),
        "taken_at": stamp(at),
        "taken_by": str(by),
        "seal": seal,
        "editions": _editions(audit),
        "history": [_event(event) for event in audit.events.order_by("number")],
        "events": {"count": audit.events_count, "head": audit.events_head},
    }


def state_seen(audit: Audit) -> str:
    """What a form that signs carries, for all that could change under it: the head of the event
    chain, which stands for answers, evidence and comments, a dot, and the SHA-256 in hex of
    what a snapshot takes from the project, which has no events."""
    project = audit.project
    about = _project(project) | {"team": project.team.name, "launch": day(project.launch_date)}
    return f"{audit.events_head}.{digest(canonical_json(about))}"


def _project(project: Project) -> dict[str, Any]:
    return {
        "name": project.name,
        "description": project.description,
        "environments": [
            {"kind": environment.kind, "name": environment.name}
            for environment in project.environments.all()
        ],
    }


def _person(user: User | None) -> str | None:
    return str(user) if user else None


def _editions(audit: Audit) -> list[dict[str, Any]]:
    sections: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    retired: dict[int, list[dict[str, Any]]] = defaultdict(list)
    ties = _ties(audit)
    for answer in _answers(audit):
        item = answer.item
        told = _item(answer) | {"answer": _answer(answer, ties[answer.pk])}
        if answer.retired_at:
            retired[item.edition.checklist_id].append(told | {"version": item.edition.version})
            continue
        section = sections[item.edition_id].setdefault(
            item.section_id, {"id": item.section.ref, "title": item.section.title, "items": []}
        )
        section["items"].append(told)
    conditions = list(audit.conditions.select_related("changed_by"))
    pins = audit.pins.select_related("edition__checklist")
    return [
        _edition(pin.edition, conditions)
        | {
            "sections": list(sections[pin.edition_id].values()),
            "retired": retired[pin.edition.checklist_id],
        }
        for pin in pins
    ]


def _ties(audit: Audit) -> dict[int, list[dict[str, Any]]]:
    """Answer's primary key -> how its item stands to others of the audit."""
    told: dict[int, list[dict[str, Any]]] = defaultdict(list)
    ties = audit.ties.select_related(
        *(f"{end}__item__edition__checklist" for end in ("first", "second")), "parted_by"
    )
    for tie in ties.defer(*(f"{end}__item__{name}" for end in ENDS for name in UNFOLDED)):
        for answer in (tie.first, tie.second):
            item = tie.other(answer).item
            told[answer.pk].append(
                {
                    "kind": tie.seen_from(answer),
                    "checklist": item.edition.checklist.slug,
                    "item": item.ref,
                    "reason": tie.reason,
                    "crosswalk": tie.crosswalk,
                    "parted_at": moment(tie.parted_at),
                    "parted_by": _person(tie.parted_by),
                }
            )
    return told


def _answers(audit: Audit):
    return (
        audit.answers.select_related(
            "item__section", "item__edition__checklist", "owner", "approver", "changed_by"
        )
        .prefetch_related(
            models.Prefetch(
                "evidence",
                Evidence.objects.select_related("added_by", "removed_by", "replaced_by"),
            ),
            "comments__author",
        )
        .order_by("position")
    )


def _edition(edition: Edition, conditions: list[Condition]) -> dict[str, Any]:
    return {
        "slug": edition.checklist.slug,
        "title": edition.title,
        "version": edition.version,
        "digest": edition.digest,
        "documents": edition.documents,
        "entry_conditions": _conditions(edition, conditions, Condition.Kind.ENTRY),
        "exit_criteria": _conditions(edition, conditions, Condition.Kind.EXIT),
    }


def _conditions(edition: Edition, conditions: list[Condition], kind: str) -> list[dict[str, Any]]:
    return [
        {
            "id": condition.ref,
            "text": condition.text,
            "state": condition.state,
            "note": condition.note,
            "changed_at": moment(condition.changed_at),
            "changed_by": _person(condition.changed_by),
        }
        for condition in conditions
        if condition.edition_id == edition.pk and condition.kind == kind
    ]


def _item(answer: Answer) -> dict[str, Any]:
    item = answer.item
    return {
        "id": item.ref,
        "number": item.number,
        "title": item.title,
        "severity": answer.severity,
        "own_severity": item.severity,
        "guidance": item.guidance,
        "why": item.why,
        "verify": item.verify,
        "parameters": item.parameters,
        "source": item.source,
    }


def _answer(answer: Answer, ties: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "state": answer.state,
        "severity_reason": answer.severity_reason,
        "verdict": answer.verdict,
        "ties": ties,
        "counts_as": answer.counts_as,
        "reason": answer.reason,
        "approver": _person(answer.approver),
        "accepted_at": moment(answer.accepted_at),
        "accepted_until": day(answer.accepted_until),
        "owner": _person(answer.owner),
        "due": day(answer.due),
        "changed_at": moment(answer.changed_at),
        "changed_by": _person(answer.changed_by),
        "evidence": [told_evidence(evidence) for evidence in answer.evidence.all()],
        "comments": [told_comment(comment) for comment in answer.comments.all()],
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": stamp(event.at),
        "by": event.actor_name,
        "verb": event.verb,
        "text": describe(event),
        "hash": event.hash,
    }
