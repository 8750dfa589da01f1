"""What was there before gets its section, its severity, a piece of its own, and is counted."""

import uuid

from django.db import migrations
from django.db.models import Min, OuterRef, Subquery

COUNTERS = ("total", "open", "done", "not_applicable", "risk_accepted", "blockers")
BATCH = 500


def fill(apps, schema_editor):
    Answer = apps.get_model("audits", "Answer")
    Item = apps.get_model("checklist", "Item")
    item = Item.objects.filter(pk=OuterRef("item_id"))
    Answer.objects.update(
        section_id=Subquery(item.values("section_id")), severity=Subquery(item.values("severity"))
    )
    Evidence = apps.get_model("audits", "Evidence")
    pieces = list(Evidence.objects.only("pk"))
    for evidence in pieces:
        # Django asks for a default once a column, not once a row.
        evidence.piece = uuid.uuid4()
    Evidence.objects.bulk_update(pieces, ["piece"], BATCH)
    _count(apps.get_model("audits", "Audit"), Answer)
    _copy_conditions(apps)


def _count(Audit, Answer):
    audits = {audit.pk: audit for audit in Audit.objects.all()}
    groups = Answer.objects.order_by().values_list("audit_id", "state", "severity", "accepted_at")
    for pk, state, severity, accepted_at in groups.iterator():
        audit = audits[pk]
        if state == "risk_accepted" and accepted_at is None:
            state = "open"
        audit.count_total += 1
        setattr(audit, f"count_{state}", getattr(audit, f"count_{state}") + 1)
        audit.count_blockers += state == "open" and severity == "blocker"
    accepted = Answer.objects.filter(state="risk_accepted", accepted_at__isnull=False)
    for pk, first in accepted.order_by().values_list("audit_id").annotate(Min("accepted_until")):
        audits[pk].lapses_on = first
    columns = [*(f"count_{name}" for name in COUNTERS), "lapses_on"]
    Audit.objects.bulk_update(audits.values(), columns, BATCH)


def _copy_conditions(apps):
    """Open audits see the conditions of their editions; sealed ones stay as they were signed."""
    Condition = apps.get_model("audits", "Condition")
    pins = apps.get_model("audits", "AuditEdition").objects.filter(audit__state="open")
    Condition.objects.bulk_create(
        (
            Condition(
                audit_id=pin.audit_id,
                edition_id=pin.edition_id,
                kind=kind,
                ref=each["id"],
                text=each["text"],
            )
            for pin in pins.select_related("edition").order_by("audit_id", "position")
            for kind, conditions in (
                ("entry", pin.edition.entry_conditions),
                ("exit", pin.edition.exit_criteria),
            )
            for each in conditions
        ),
        BATCH,
    )


class Migration(migrations.Migration):
    dependencies = [("audits", "0003_teamwork"), ("checklist", "0002_owners_and_crosswalks")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
