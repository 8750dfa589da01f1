"""How a review ended stays, and its minutes: the database refuses to change them, whoever asks."""

from django.db import migrations

MESSAGE = "what was signed is never changed or deleted"

# Name -> when it fires; for reviews that have minutes.
TRIGGERS = {
    "audits_review_stays_ended": (
        "UPDATE OF audit_id, number, title, state, started_at, ended_at, outcome, statement, "
        "minutes, minutes_digest"
    ),
    "audits_review_no_delete": "DELETE",
}


def install(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    rows = "WHEN (OLD.minutes IS NOT NULL)"
    for name, verb in TRIGGERS.items():
        action = (
            f"FOR EACH ROW {rows} EXECUTE FUNCTION audits_signed_refuse()"
            if is_postgresql
            else f"{rows} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON audits_review {action}")


def remove(apps, schema_editor):
    on_table = " ON audits_review" if schema_editor.connection.vendor == "postgresql" else ""
    for name in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {name}{on_table}")


class Migration(migrations.Migration):
    dependencies = [("audits", "0017_probes_and_reviews")]
    operations = [migrations.RunPython(install, remove)]
