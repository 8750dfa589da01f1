from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from checklist import probe_names


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Audits"

    def ready(self) -> None:
        probe_names.know(_probe_names)
        post_migrate.connect(_watch_all, sender=self)


def _probe_names() -> dict[str, probe_names.About]:
    from audits.probes import registry  # they are many, and few processes read checklists

    told = {}
    for ref in sorted(registry.names()):
        probe, aspect = registry.find(ref)
        about = aspect or probe
        told[ref] = probe_names.About(probe.title, about.looks_at, about.strength.value)
    return told


def _watch_all(apps: Any = None, **_: Any) -> None:
    """What was there before gets the watches that the newest release brings."""
    # Of a flush there are none; migrated back to before there were watches, they are not known.
    if apps is None or "watch" not in apps.all_models["audits"]:
        return
    from audits.models import Watch  # not before the models are loaded

    Watch.objects.make_all_missing()
