"""What must hold before an audit begins, and what when it is over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models.errors import Outdated, Refused
from audits.models.terms import refuse_unless_approver
from audits.models.text import clean
from audits.models.users import User
from checklist.models import Edition

if TYPE_CHECKING:
    from audits.models.audits import Audit


# As a condition begins; see `Condition.standing`.
FRESH = {"state": "open", "note": "", "version": 1, "by": None}


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

    def follow(self, audit: "Audit", before: Edition, after: Edition) -> list[dict[str, str]]:
        """Ask what another edition asks for; what it words alike stays answered. Returns what
        was said of the others, which only the history keeps."""
        asked = {(row.kind, row.ref): row for row in audit.conditions.filter(edition=before)}
        self.copy_to(audit, [after])
        for row in audit.conditions.filter(edition=after):
            former = asked.get((row.kind, row.ref))
            if former is not None and former.text.split() == row.text.split():
                row.state, row.note, row.version = former.state, former.note, former.version
                row.changed_at, row.changed_by = former.changed_at, former.changed_by
                row.save()
                del asked[row.kind, row.ref]
        audit.conditions.filter(edition=before).delete()
        return [
            {"kind": row.kind, "ref": row.ref, "state": row.state, "note": row.note}
            for row in asked.values()
            if row.state != Condition.State.OPEN
        ]

    def say_again(
        self, audit: "Audit", edition: Edition, said: list[dict[str, str]], *, by: User
    ) -> None:
        """Bring back what `follow` returned, for a move that is undone."""
        for each in said:
            rows = audit.conditions.filter(edition=edition, kind=each["kind"], ref=each["ref"])
            rows.update(
                state=each["state"], note=each["note"], changed_at=timezone.now(), changed_by=by
            )

    def stand(self) -> dict[str, dict[str, Any]]:
        """Condition -> how it stands, of those that do not stand as they began."""
        found = {str(row.pk): row.standing() for row in self}
        return {pk: standing for pk, standing in found.items() if standing != FRESH}

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

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def standing(self) -> dict[str, Any]:
        """What may change of it."""
        said = {"state": self.state, "note": self.note}
        return said | {"version": self.version, "by": self.changed_by_id}

    @transaction.atomic
    def settle(
        self, state: str, note: str = "", *, by: User, seen_version: int | None = None
    ) -> "Condition":
        """Say whether it holds. Waiving takes a reason, and an approver for an exit criterion:
        it would otherwise stand against a go."""
        audit = self.audit.for_change()
        condition = Condition.objects.get(pk=self.pk)
        note = clean(Condition, "note", note)
        if (condition.state, condition.note) == (state, note):
            return condition
        if seen_version is not None and seen_version != condition.version:
            raise Outdated(str(condition.changed_by or "Countersign"), "this condition")
        condition._check(audit, state, note, by)
        return condition._set(audit, state, note, by, "condition.settled")

    def restore(self, audit: "Audit", was: dict[str, str], *, by: User, own: bool) -> "Condition":
        """Back to what it was, for an undo, under the lock that the caller holds. Who takes back
        a change of somebody else's must be allowed what comes back."""
        if not own:
            self._check(audit, was["state"], was["note"], by)
        return self._set(audit, was["state"], was["note"], by, "condition.undone")

    def _set(self, audit: "Audit", state: str, note: str, by: User, verb: str) -> "Condition":
        was = {"state": self.state, "note": self.note}
        self.state, self.note = state, note
        self.version += 1
        self.changed_at, self.changed_by = timezone.now(), by
        self.save()
        audit.log(
            verb,
            by=by,
            condition=self.pk,
            kind=self.kind,
            text=self.text,
            note=note,
            before=was["state"],
            after=state,
            was=was,
            version=self.version,
        )
        return self

    def _check(self, audit: "Audit", state: str, note: str, by: User) -> None:
        if state not in self.State.values:
            raise Refused(f"{state!r} is not a state of a condition.", field="state")
        if state != self.State.WAIVED:
            return
        if not note:
            raise Refused("Say why it can be waived.", field="note")
        if self.kind == self.Kind.EXIT:
            refuse_unless_approver(audit, by, "waive this")
