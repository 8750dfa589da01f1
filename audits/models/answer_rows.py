"""Which answers: the questions that pages and rules ask of many at once."""

from typing import TYPE_CHECKING

from django.db import connection, models
from django.utils import timezone

from audits.models.audits import Audit
from audits.models.belongings import belongings, stale_evidence
from audits.models.claims import State, Verdict, counts_as_open
from audits.models.teams import Membership
from checklist.models import Item

if TYPE_CHECKING:
    from audits.models.answers import Answer  # noqa: F401 - of QuerySet["Answer"] below

# What of an item only the unfolded row shows.
UNFOLDED = (
    *("guidance", "why", "verify", "evidence", "probes", "parameters", "source", "see_also"),
    "search_text",
)


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user) -> "AnswerQuerySet":
        return self.filter(audit__project__team__memberships__user=user)

    def editable_by(self, user) -> "AnswerQuerySet":
        return self.filter(
            audit__project__team__memberships__user=user,
            audit__project__team__memberships__role__in=Membership.EDIT,
        )

    def open_all(self, audit: Audit) -> None:
        """One open answer for each item that has none, in the order of the audit's editions: one
        statement, however many there are."""
        selected = {
            "item_id": "item.id",
            "section_id": "item.section_id",
            "severity": "item.severity",
            "position": "ROW_NUMBER() OVER (ORDER BY pin.position, item.number)",
        }
        fields = {
            str(field.column): field
            for field in self.model._meta.concrete_fields
            if not field.primary_key
        }
        values = [
            field.get_db_prep_save(
                audit.pk if column == "audit_id" else field.get_default(), connection
            )
            for column, field in fields.items()
            if column not in selected
        ]
        chosen = (selected.get(column, "%s") for column in fields)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO audits_answer ({', '.join(fields)}) "  # noqa: S608  # nosec B608: names of our columns
                f"SELECT {', '.join(chosen)} FROM checklist_item item "
                "JOIN audits_auditedition pin ON pin.edition_id = item.edition_id "
                "WHERE pin.audit_id = %s AND NOT EXISTS (SELECT 1 FROM audits_answer answer "
                "WHERE answer.audit_id = pin.audit_id AND answer.item_id = item.id)",
                [*values, Audit._meta.pk.get_db_prep_value(audit.pk, connection)],
            )

    def lapsed(self) -> "AnswerQuerySet":
        """Risk acceptances whose last day is over."""
        today = timezone.localdate()
        return self.filter(state=State.RISK_ACCEPTED, accepted_until__lt=today)

    def open(self) -> "AnswerQuerySet":
        """What progress counts as open, which takes in acceptances that do not hold."""
        return self.filter(counts_as_open(), retired_at=None)

    def blocking(self) -> "AnswerQuerySet":
        return self.open().filter(severity=Item.Severity.BLOCKER)

    def conflicting(self) -> "AnswerQuerySet":
        """Done, says a person; fail, says the machine."""
        return self.filter(state=State.DONE, verdict=Verdict.FAIL, retired_at=None)

    def overdue(self) -> "AnswerQuerySet":
        return self.open().filter(due__lt=timezone.localdate())

    def with_stale_evidence(self) -> "AnswerQuerySet":
        """Backed by something whose last good day is over."""
        return self.filter(pk__in=stale_evidence().values("answer"), retired_at=None)

    def for_rows(self) -> "AnswerQuerySet":
        """With all that a row of the audit page shows."""
        return self.select_related("item", "owner").counted().order_by("position")

    def counted(self) -> "AnswerQuerySet":
        """With the numbers of what belongs to each answer."""
        return self.annotate(**belongings())

    def folded(self) -> "AnswerQuerySet":
        """Rows without the item's texts, which are read in an unfolded one alone."""
        return self.defer(*(f"item__{name}" for name in UNFOLDED))
