from collections.abc import Iterator

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from audits.models.sealed_values import SealFault, reseal

# Columns that hold what `seal` made; empty where there is nothing.
SEALED = {
    "audits.KeyReference": ("sealed_value",),
    "audits.Channel": ("sealed_secret", "sealed_signing_key"),
}


class Command(BaseCommand):
    help = (
        "Encrypt every key and secret that people typed in anew, with the first of "
        "ENCRYPTION_KEYS. Afterwards the others may be dropped. Exits with 1 when one cannot be "
        "read with any of them."
    )

    def handle(self, *args, **options) -> None:
        done, lost = 0, 0
        for row, column in _sealed():
            try:
                done += self._renew(row, column)
            except SealFault as fault:
                lost += 1
                self.stdout.write(f"{row._meta.verbose_name} {row.pk}: {fault}")
        if lost:
            raise CommandError(f"{lost} could not be read and stayed as they are; {done} renewed.")
        self.stdout.write(f"{done} renewed")

    @transaction.atomic
    def _renew(self, row: models.Model, column: str) -> int:
        """Unless somebody changed it meanwhile."""
        before = getattr(row, column)
        rows = type(row)._default_manager.filter(pk=row.pk, **{column: before})
        return rows.update(**{column: reseal(before)})


def _sealed() -> Iterator[tuple[models.Model, str]]:
    for label, columns in SEALED.items():
        for column in columns:
            for row in apps.get_model(label)._default_manager.exclude(**{column: ""}):
                yield row, column
