"""What must hold before an audit begins, and what when it is over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from checklist.models import Edition

if TYPE_CHECKING:
    from audits.models.audits import Audit


class ConditionQuerySet(models.QuerySet["Condition"]):
    def copy_to(self, audit: "Audit", editions: Sequence[Edition]) -> None:
        """Take over what the editions ask for, all open."""
        self.bulk_create(
            self.model(audit=audit, edition=edition, kind=kind, ref=each["id"], text=each["text"])
            for edition in editions
            for kind, conditions in (
                (Condition.Kind.ENTRY, edition.entry_conditions),
                (Condition.Kind.EXIT, edition.exit_criteria),
            )
            for each in conditions
        )

    def unmet(self, kind: str) -> "ConditionQuerySet":
        return self.filter(kind=kind, state=Condition.State.OPEN)


class Condition(models.Model):
    """An audit's copy of an entry condition or exit criterion of one of its editions."""

    class Kind(models.TextChoices):
        ENTRY = "entry", "Entry condition"
        EXIT = "exit", "Exit criterion"

    class State(models.TextChoices):
        OPEN = "open"
        MET = "met"
        WAIVED = "waived"

    audit = models.ForeignKey("audits.Audit", on_delete=models.PROTECT, related_name="conditions")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    ref = models.CharField(max_length=80)
    text = models.TextField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    note = models.TextField(blank=True, max_length=4000)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ConditionQuerySet.as_manager()

    class Meta:
        # In the order of the editions and their files.
        ordering = ["audit_id", "kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "edition", "kind", "ref"], name="one_condition_an_audit"
            )
        ]

    def __str__(self) -> str:
        return self.text
