"""What was proposed stays too, and what was ended or withdrawn is not brought back by hand."""

from django.db import migrations

MESSAGE = "what was signed is never changed or deleted"

# Name -> when it fires, on which table, and for which rows.
TRIGGERS = {
    "audits_round_no_update": (
        "UPDATE OF audit_id, revision, snapshot_id, decision, statement, release, rules, about, "
        "proposed_by_id, proposed_by_name, proposed_at",
        "audits_round",
        "",
    ),
    "audits_round_no_delete": ("DELETE", "audits_round", ""),
    "audits_round_stays_ended": (
        "UPDATE OF ended_at, valid_until",
        "audits_round",
        "WHEN (OLD.ended_at IS NOT NULL)",
    ),
    "audits_gocondition_no_update": (
        "UPDATE OF round_id, number, text, owner_id, due, covers, covers_title",
        "audits_gocondition",
        "",
    ),
    "audits_gocondition_no_delete": ("DELETE", "audits_gocondition", ""),
    "audits_signoff_stays_withdrawn": (
        "UPDATE OF withdrawn_at",
        "audits_signoff",
        "WHEN (OLD.withdrawn_at IS NOT NULL)",
    ),
    "audits_snapshot_stays_sealed": (
        "UPDATE OF sealed",
        "audits_snapshot",
        "WHEN (OLD.sealed AND NOT NEW.sealed)",
    ),
}


def shut(apps, schema_editor):
    """A sealed audit whose signature somebody had removed has no round; it stays shut, and
    verify_events tells what is missing."""
    apps.get_model("audits", "Audit").objects.filter(state="sealed").update(state="void")


def install(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name, (verb, table, rows) in TRIGGERS.items():
        action = (
            f"FOR EACH ROW {rows} EXECUTE FUNCTION audits_signed_refuse()"
            if is_postgresql
            else f"{rows} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {action}")


def remove(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name, (_, table, _) in TRIGGERS.items():
        on_table = f" ON {table}" if is_postgresql else ""
        schema_editor.execute(f"DROP TRIGGER {name}{on_table}")


class Migration(migrations.Migration):
    dependencies = [("audits", "0014_sign_off_required")]
    operations = [
        migrations.RunPython(shut, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
