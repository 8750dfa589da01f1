"""What was signed stays: the database refuses to change it too, whoever asks."""

import django.db.models.deletion
from django.db import migrations, models

MESSAGE = "what was signed is never changed or deleted"

# Table -> the columns that never change; None: none of them does.
FIXED = {
    "audits_seal": None,
    "audits_reportfile": None,
    "audits_snapshot": (
        *("audit_id", "revision", "data", "digest", "events_head", "taken_at", "taken_by_id"),
    ),
    "audits_signoff": (
        *("round_id", "snapshot_id", "by_id", "by_name", "role", "decision", "statement"),
        *("method", "at", "digest"),
    ),
}


def _triggers(action, each_row):
    for table, columns in FIXED.items():
        of = f" OF {', '.join(columns)}" if columns else ""
        for verb, what in (("update", f"UPDATE{of}"), ("delete", "DELETE")):
            yield f"CREATE TRIGGER {table}_no_{verb} BEFORE {what} ON {table} {each_row}{action}"


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"""CREATE FUNCTION audits_signed_refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"""
        )
        statements = _triggers("EXECUTE FUNCTION audits_signed_refuse()", "FOR EACH ROW ")
    else:
        statements = _triggers(f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END", "")
    for statement in statements:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in FIXED:
        on_table = f" ON {table}" if is_postgresql else ""
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}{on_table}")
    if is_postgresql:
        schema_editor.execute("DROP FUNCTION audits_signed_refuse()")


class Migration(migrations.Migration):
    dependencies = [("audits", "0013_sign_off_data")]
    operations = [
        migrations.AlterField(
            model_name="signoff",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sign_offs",
                to="audits.round",
            ),
        ),
        migrations.RunPython(install, remove),
    ]
