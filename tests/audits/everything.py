"""All that a write could change: each row of each table, and each stored file."""

from django.apps import apps
from django.conf import settings
from django.db import connection


def everything() -> dict[str, list]:
    """The tables of audits, checklists and accounts by name, and the files that lie there."""
    found: dict[str, list] = {
        model._meta.label: _rows(model._meta)
        for label in ("audits", "checklist")
        for model in apps.get_app_config(label).get_models()
    }
    found["files"] = sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())
    return found


def _rows(table) -> list[dict]:
    """As they are stored: tests ask often, and to make values of a model costs most of it."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table.db_table}" ORDER BY "{table.pk.column}"')
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, map(_comparable, row), strict=True)) for row in cursor.fetchall()]


def _comparable(value):
    return bytes(value) if isinstance(value, memoryview) else value
