"""What editions of every kind share: a version, an owner, and that they never change."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

VERSION_PARTS = 4
VERSION_PART_DIGITS = 9


def version_key(version: str) -> str:
    """Text that sorts as versions do: "1.10" after "1.9", and "1.0" equal to "1.0.0"."""
    parts = version.split(".")
    parts += ["0"] * (VERSION_PARTS - len(parts))
    return ".".join(part.zfill(VERSION_PART_DIGITS) for part in parts)


class EditionIsFixed(Exception):
    """Somebody tried to change an edition, or a part of one, after it was loaded."""


def refuse(what: str) -> NoReturn:
    raise EditionIsFixed(
        f"{what} belongs to a loaded edition and cannot be changed or removed. "
        "Put the change into the YAML file, raise its version and load it."
    )


class FixedQuerySet(models.QuerySet):
    """Rows of a loaded edition: they can be read, never updated or deleted."""

    def update(self, **kwargs) -> NoReturn:
        refuse(f"A {self.model._meta.verbose_name}")

    def delete(self) -> NoReturn:
        refuse(f"A {self.model._meta.verbose_name}")

    # Django's own marks: without them a template could call the method by name.
    delete.alters_data = update.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_update(self, *args, **kwargs) -> NoReturn:
        refuse(f"A {self.model._meta.verbose_name}")

    def bulk_create(self, objs, *args, update_conflicts=False, **kwargs):
        if update_conflicts:
            refuse(f"A {self.model._meta.verbose_name}")
        return super().bulk_create(objs, *args, **kwargs)


class FixedModel(models.Model):
    """A part of an edition: the loader writes parts in bulk, with their edition."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        refuse(str(self))

    def delete(self, *args, **kwargs) -> NoReturn:
        refuse(str(self))


class OwnedRows:
    """For a queryset of rows that are everybody's or one team's."""

    def readable_by(self: Any, user):
        """Everybody's, and those of the user's teams."""
        if not user.is_authenticated:
            return self.filter(owner=None)
        return self.filter(Q(owner=None) | Q(owner__in=user.teams.values("pk")))


class Owned(models.Model):
    """Something that is everybody's or one team's."""

    # No foreign key: what a team is, this application does not know.
    owner = models.UUIDField(null=True, help_text="The team whose it is; empty: everybody's.")
    slug = models.SlugField(max_length=80)

    class Meta:
        abstract = True

    @property
    def is_everybodys(self) -> bool:
        return self.owner is None
