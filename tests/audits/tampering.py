"""What somebody could do who holds the database, and what the command says of it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audits.models import Audit, Event


def untie() -> None:
    """Drop the triggers that refuse to change an event."""
    on_table = " ON audits_event" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for verb in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER audits_event_no_{verb}{on_table}")


def event(audit: Audit, number: int) -> Event:
    return audit.events.get(number=number)


def tamper(audit: Audit, place: int, /, **values) -> None:
    audit.events.filter(number=place).update(**values)


def rewrite(audit: Audit) -> None:
    """Hash the whole chain anew, as somebody would who knows how."""
    head = "0" * 64
    for number, row in enumerate(audit.events.order_by("number"), start=1):
        row.number, row.previous_hash = number, head
        head = row.compute_hash()
        audit.events.filter(pk=row.pk).update(
            number=number, previous_hash=row.previous_hash, hash=head
        )
    Audit.objects.filter(pk=audit.pk).update(events_head=head, events_count=audit.events.count())


def verify(capsys, *ids) -> str:
    """What the command prints when it finds a chain broken, which it must."""
    with pytest.raises(CommandError, match="the chain is broken") as failure:
        call_command("verify_events", *map(str, ids))
    assert failure.value.returncode == 1
    return capsys.readouterr().out.strip()


def told(audit: Audit, number: int, what: str) -> str:
    return f"First launch ({audit.pk}), event {number}: {what}"
