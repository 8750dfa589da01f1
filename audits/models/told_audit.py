"""An audit as a snapshot tells it, apart from its history; see docs/snapshot-format.md."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from audits.models import policies, verdicts
from audits.models.answer_rows import UNFOLDED
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.comments import Comment
from audits.models.conditions import Condition
from audits.models.evidence import Evidence
from audits.models.projects import Project
from audits.models.quorum import Rules
from audits.models.readings import Machine
from audits.models.told import day, moment, stamp, told_comment, told_evidence
from audits.models.users import User
from checklist.models import Edition, Section

ENDS = ("first", "second")
FORMAT = "countersign.snapshot/5"
# Of an item, what a snapshot leaves out.
UNTOLD = ("evidence", "see_also", "search_text")
# Whom answers, evidence and comments name.
CLAIMANTS = ("owner", "approver", "changed_by")
PEOPLE = (*CLAIMANTS, "added_by", "removed_by", "replaced_by", "author")


def told_audit(
    audit: Audit, *, by: User, at: dt.datetime, rules: Rules | None = None
) -> dict[str, Any]:
    """What a draft would say of the audit itself, in a constant number of queries: all that can
    differ between two snapshots, and nothing that grows with the history. `rules` are the
    policy's, where they are known."""
    names = {user.pk: str(user) for user in audit.project.team.members.all()}
    return {
        "format": FORMAT,
        "audit": {
            "id": str(audit.pk),
            "title": audit.title,
            "revision": audit.revision,
            "state": Audit.State.OPEN,
            "created_at": stamp(audit.created_at),
            "created_by": str(audit.created_by),
            "launch_date": day(audit.project.launch_date),
        },
        "team": {"name": audit.project.team.name},
        "project": told_project(audit.project),
        "taken_at": stamp(at),
        "taken_by": str(by),
        "policy": policies.told(rules or policies.in_force(audit), names),
        "release": "",
        "editions": _editions(audit, at),
    }


def told_project(project: Project) -> dict[str, Any]:
    return {
        "name": project.name,
        "description": project.description,
        "environments": [
            {"kind": environment.kind, "name": environment.name}
            for environment in project.environments.all()
        ],
    }


def _editions(audit: Audit, at: dt.datetime) -> list[dict[str, Any]]:
    sections: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    retired: dict[int, list[dict[str, Any]]] = defaultdict(list)
    ties, around = _ties(audit), _Around(audit, at)
    for answer in around.answers:
        item, edition = answer.item, around.editions[answer.item.edition_id]
        told = _item(answer) | {"answer": around.told(answer, ties[answer.pk])}
        if answer.retired_at:
            retired[edition.checklist_id].append(told | {"version": edition.version})
            continue
        about = around.sections[item.section_id]
        section = sections[item.edition_id].setdefault(
            item.section_id, {"id": about.ref, "title": about.title, "items": []}
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


class _Around:
    """The answers of an audit and what belongs to them, each thing read once: a thousand answers
    share a few people, sections and editions."""

    def __init__(self, audit: Audit, at: dt.datetime):
        self.at, self.machine = at, Machine(audit.project_id)
        rows = audit.answers.select_related("item").order_by("position")
        self.answers = list(rows.defer(*(f"item__{name}" for name in UNTOLD)))
        editions = {answer.item.edition_id for answer in self.answers}
        self.editions = Edition.objects.in_bulk(editions)
        self.sections = {each.pk: each for each in Section.objects.filter(edition__in=editions)}
        evidence = list(Evidence.objects.filter(answer__audit=audit))
        comments = list(Comment.objects.filter(answer__audit=audit))
        self.names = _names(self.answers, evidence, comments)
        self.evidence: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in evidence:
            self.evidence[row.answer_id].append(told_evidence(row, self.names))
        self.comments: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for comment in comments:
            self.comments[comment.answer_id].append(told_comment(comment, self.names))

    def told(self, answer: Answer, ties: list[dict[str, Any]]) -> dict[str, Any]:
        named = {name: self.names.get(getattr(answer, f"{name}_id")) for name in CLAIMANTS}
        return named | {
            "state": answer.state,
            "severity_reason": answer.severity_reason,
            "verdict": answer.verdict,
            "machine": self.said(answer),
            "ties": ties,
            "counts_as": answer.counts_as,
            "reason": answer.reason,
            "accepted_at": moment(answer.accepted_at),
            "accepted_until": day(answer.accepted_until),
            "due": day(answer.due),
            "changed_at": moment(answer.changed_at),
            "evidence": self.evidence[answer.pk],
            "comments": self.comments[answer.pk],
        }

    def said(self, answer: Answer) -> list[dict[str, Any]]:
        """What the machine says of the item; nothing of one that is not asked any more."""
        if answer.retired_at:
            return []
        return verdicts.told(self.machine.words(answer.item.probes), self.at)


def _names(*tables: Iterable[models.Model]) -> dict[int | None, str]:
    """Of all who are named in the rows."""
    keys = {getattr(row, f"{name}_id", None) for rows in tables for row in rows for name in PEOPLE}
    return {pk: str(user) for pk, user in User.objects.in_bulk(keys - {None}).items()}


def _person(user: User | None) -> str | None:
    return str(user) if user else None


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
