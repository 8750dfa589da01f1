"""What somebody could do who holds the database, and what the command says of it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audits.models import Audit, Event


def untie() -> None:
    """Drop every trigger, as somebody could who holds the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What waits for the commit to be checked holds its table until then.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name, table in triggers():
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on_table}")


def triggers() -> list[tuple[str, str]]:
    """The name of each trigger, and its table."""
    catalogue = (
        "SELECT DISTINCT trigger_name, event_object_table FROM information_schema.triggers"
        if connection.vendor == "postgresql"
        else "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        return cursor.fetchall()


def event(audit: Audit, number: int) -> Event:
    return audit.events.get(number=number)


def tamper(audit: Audit, place: int, /, **values) -> None:
    audit.events.filter(number=place).update(**values)


def rewrite(audit: Audit) -> None:
    """Hash the whole chain anew, as somebody would who knows how."""
    head = "0" * 64
    for number, row in enumerate(audit.events.order_by("number"), start=1):
        row.number, row.previous_hash = number, head
        row.close()
        head = row.hash
        row.save()
    Audit.objects.filter(pk=audit.pk).update(events_head=head, events_count=audit.events.count())


def verify(capsys, *ids, **options) -> str:
    """What the command prints when it finds a chain broken, which it must."""
    with pytest.raises(CommandError, match="the chain is broken") as failure:
        call_command("verify_events", *map(str, ids), **options)
    assert failure.value.returncode == 1
    return capsys.readouterr().out.strip()


def told(audit: Audit, number: int, what: str) -> str:
    return f"First launch ({audit.pk}), event {number}: {what}"
