"""Events are appended, never changed: the database refuses it too, whoever asks."""

from django.db import migrations

MESSAGE = "events are never changed or deleted"

SQLITE = [
    f"""CREATE TRIGGER audits_event_no_{verb.lower()} BEFORE {verb} ON audits_event
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"""
    for verb in ("UPDATE", "DELETE")
]

POSTGRESQL = [
    f"""CREATE FUNCTION audits_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$""",
    *(
        f"""CREATE TRIGGER audits_event_no_{verb.lower()} BEFORE {verb} ON audits_event
        FOR EACH ROW EXECUTE FUNCTION audits_event_refuse()"""
        for verb in ("UPDATE", "DELETE")
    ),
]


def install(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    on_table = " ON audits_event" if schema_editor.connection.vendor == "postgresql" else ""
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER audits_event_no_{verb}{on_table}")
    if on_table:
        schema_editor.execute("DROP FUNCTION audits_event_refuse()")


class Migration(migrations.Migration):
    dependencies = [("audits", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
