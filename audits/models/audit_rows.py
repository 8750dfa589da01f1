"""Audits as many: who may see and change them, and starting one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models, transaction

from audits.models import machine
from audits.models.conditions import Condition
from audits.models.errors import Refused
from audits.models.projects import Project
from audits.models.teams import Membership
from audits.models.text import clean_text
from audits.models.ties import Tie
from audits.models.users import User
from checklist.models import Edition

if TYPE_CHECKING:
    from audits.models.audits import Audit

TITLE_MAX = 150


class AuditQuerySet(models.QuerySet["Audit"]):
    def visible_to(self, user) -> "AuditQuerySet":
        return self.filter(project__team__memberships__user=user)

    def editable_by(self, user) -> "AuditQuerySet":
        return self.filter(
            project__team__memberships__user=user,
            project__team__memberships__role__in=Membership.EDIT,
        )

    def approvable_by(self, user) -> "AuditQuerySet":
        return self.filter(
            project__team__memberships__user=user,
            project__team__memberships__role__in=Membership.APPROVE,
        )

    def locked(self, pk) -> "Audit":
        """The row under its lock, which every write of an audit takes first.

        Without the key, here as for teams and projects: PostgreSQL checks foreign keys when a
        transaction commits, and a lock on the key would make that wait, crosswise."""
        return self.select_for_update(no_key=True).get(pk=pk)

    @transaction.atomic
    def start(
        self, project: Project, title: str, editions: Sequence[Edition], *, by: User
    ) -> "Audit":
        """Pin the editions and make one open answer an item, in a constant number of queries."""
        audit = self.pin(project, title, editions, by=by)
        audit.answers.open_all(audit)
        audit.recount()
        Condition.objects.copy_to(audit, editions)
        Tie.objects.copy_to(audit)
        audit.log_start(editions, by=by)
        machine.refresh_new(audit)
        return audit

    def pin(
        self, project: Project, title: str, editions: Sequence[Edition], *, by: User
    ) -> "Audit":
        """An audit of these editions that has no answer yet. Inside a transaction only."""
        if not editions:
            raise Refused("Choose at least one checklist.", field="editions")
        if len({edition.pk for edition in editions}) < len(editions):
            raise Refused("Choose each checklist once.", field="editions")
        title = clean_title(title)
        models.prefetch_related_objects(list(editions), "checklist")
        for edition in editions:
            if edition.checklist.owner not in (None, project.team_id):
                raise Refused(
                    f"“{edition}” belongs to another team, whose members alone may read it.",
                    field="editions",
                )
        audit = self.create(project=project, title=title, created_by=by)
        audit.pins.bulk_create(
            audit.pins.model(audit=audit, edition=edition, position=position)
            for position, edition in enumerate(editions, start=1)
        )
        return audit


def clean_title(title: str) -> str:
    title = clean_text(title, TITLE_MAX, field="title", one_line=True)
    if not title:
        raise Refused("Give the audit a title.", field="title")
    return title
