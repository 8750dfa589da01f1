"""A crosswalk's file -> its rows, all or nothing, and once for ever."""

import re
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from checklist import crosswalk_definitions
from checklist.faults import FaultyFile
from checklist.loader import BATCH, changed
from checklist.models import Crosswalk, Edition, Item, Relation, version_key

if TYPE_CHECKING:
    from checklist.crosswalk_schema import Definition

# What no checklist has: to look at the bytes costs nothing, to parse them does.
RELATIONS = re.compile(rb"""^(relations|"relations"|'relations')[ \t]*:""", re.MULTILINE)

Known = dict[str, set[str]]


def is_crosswalk(data: bytes) -> bool:
    """Whether the bytes of a file look like a crosswalk rather than a checklist."""
    return RELATIONS.search(data) is not None


def known_items(owner: UUID | None = None) -> Known:
    """What a crosswalk of this owner may name: {checklist: refs} of the latest editions."""
    known: Known = defaultdict(set)
    items = Item.objects.filter(
        Q(edition__checklist__owner=None) | Q(edition__checklist__owner=owner),
        edition__in=Edition.objects.current(),
    )
    for slug, ref in items.order_by().values_list("edition__checklist__slug", "ref"):
        known[slug].add(ref)
    return known


def check(data: bytes, owner: UUID | None = None, also: Known | None = None) -> "Definition":
    """The definition in the bytes of a file, if `load` would take it. Writes nothing.

    `also`: items that are not loaded yet, of checklists that are checked in the same run.
    """
    definition = _parse(data, known_items(owner) | (also or {}))
    key = version_key(definition.version)
    same = Crosswalk.objects.filter(owner=owner, slug=definition.slug, version_key=key).first()
    if same is not None:
        _loaded_before(same, definition, data)
    return definition


def load(data: bytes, owner: UUID | None = None) -> tuple[Crosswalk, bool]:
    """The crosswalk in the bytes of a file, with its `relation_count`, and whether it is new; for
    everybody or for one team.

    The same bytes again cost one query, and other bytes that say the same change nothing. Raises
    FaultyFile, also when something else was loaded under the same version.
    """
    digest = sha256(data).hexdigest()
    known = Crosswalk.objects.with_counts().filter(owner=owner, digest=digest).first()
    if known is not None:
        return known, False
    return _write(_parse(data, known_items(owner)), data, owner)


def _parse(data: bytes, known: Known) -> "Definition":
    # Pydantic takes a quarter of a second to import, and most starts find nothing new to load.
    from checklist import crosswalk_schema

    return crosswalk_schema.parse(data, known)


@transaction.atomic
def _write(definition: "Definition", data: bytes, owner: UUID | None) -> tuple[Crosswalk, bool]:
    # A second process that loads the same file waits at the unique version, and finds it then.
    crosswalk, is_new = Crosswalk.objects.get_or_create(
        owner=owner,
        slug=definition.slug,
        version_key=version_key(definition.version),
        defaults={
            "version": definition.version,
            "title": definition.title,
            "summary": definition.summary,
            "digest": sha256(data).hexdigest(),
        },
    )
    if is_new:
        Relation.objects.bulk_create(_relations(crosswalk, definition), BATCH)
    else:
        _loaded_before(crosswalk, definition, data)
    return Crosswalk.objects.with_counts().get(pk=crosswalk.pk), is_new


def _loaded_before(crosswalk: Crosswalk, definition: "Definition", data: bytes) -> None:
    if crosswalk.digest == sha256(data).hexdigest():
        return
    if crosswalk_definitions.plain(crosswalk) != definition.plain():
        raise FaultyFile([changed(f"{crosswalk.slug} {crosswalk.version}", data)])


def _relations(crosswalk: Crosswalk, definition: "Definition") -> Iterator[Relation]:
    for position, relation in enumerate(definition.relations, start=1):
        yield Relation(
            crosswalk=crosswalk,
            position=position,
            kind=relation.relation,
            from_checklist=relation.from_.checklist,
            from_item=relation.from_.item,
            to_checklist=relation.to.checklist,
            to_item=relation.to.item,
            reason=relation.reason,
        )
