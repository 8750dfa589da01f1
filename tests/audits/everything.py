"""All that a write could change: each row of each table, and each stored file."""

from django.apps import apps
from django.conf import settings


def everything() -> dict[str, list]:
    """The tables of audits, checklists and accounts by name, and the files that lie there."""
    found: dict[str, list] = {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for label in ("audits", "checklist")
        for model in apps.get_app_config(label).get_models()
    }
    for rows in found.values():
        for row in rows:
            for name, value in row.items():
                if isinstance(value, memoryview):
                    row[name] = bytes(value)
    found["files"] = sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())
    return found
