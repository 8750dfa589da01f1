"""What there is to verify, as rows."""

from checklist.models.crosswalks import Crosswalk, Relation
from checklist.models.editions import (
    Checklist,
    Edition,
    EditionQuerySet,
    Item,
    ItemQuerySet,
    Section,
)
from checklist.models.fixed import EditionIsFixed, FixedQuerySet, version_key

__all__ = [
    "Checklist",
    "Crosswalk",
    "Edition",
    "EditionIsFixed",
    "EditionQuerySet",
    "FixedQuerySet",
    "Item",
    "ItemQuerySet",
    "Relation",
    "Section",
    "version_key",
]
