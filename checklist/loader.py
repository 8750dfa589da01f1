"""A checklist's file -> its rows, all or nothing, and once for ever."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from checklist import definitions, search
from checklist.faults import Fault, FaultyFile
from checklist.formats import registry, text
from checklist.formats.nodes import Mapping
from checklist.formats.registry import Format
from checklist.models import Checklist, Edition, Item, Section, version_key

if TYPE_CHECKING:
    from checklist.schema import Definition

BATCH = 500


def files(path: Path) -> list[Path]:
    """The file itself, or those of a folder and of the folders in it that end as a format does.

    Raises FileNotFoundError when there is nothing at `path`.
    """
    if not path.is_dir():
        if not path.exists():
            raise FileNotFoundError(path)
        return [path]
    return sorted(found for found in path.rglob("*") if registry.of_file(found.name))


def read(path: Path) -> bytes:
    """The bytes of a file. One that is too large is a fault, and never read whole."""
    with path.open("rb") as file:
        data = file.read(text.MAX_BYTES + 1)
    if len(data) > text.MAX_BYTES:
        raise FaultyFile([text.too_large()])
    return data


def check(data: bytes, owner: UUID | None = None, format: Format = registry.YAML) -> "Definition":
    """The definition in the bytes of a file, if `load` would take it. Writes nothing."""
    definition = _parse(data, format)
    checklist = Checklist.objects.filter(owner=owner, slug=definition.slug).first()
    if checklist is not None:
        _loaded_before(checklist, definition, data, format)
    return definition


def load(
    data: bytes, owner: UUID | None = None, format: Format = registry.YAML
) -> tuple[Edition, bool]:
    """The edition in the bytes of a file, and whether it is new; for everybody or for one team.

    The same bytes again cost one query, and other bytes that say the same change nothing. Raises
    FaultyFile, also when something else was loaded under the same version.
    """
    digest = sha256(data).hexdigest()
    known = Edition.objects.filter(checklist__owner=owner, digest=digest).first()
    if known is not None:
        return known, False
    return _write(_parse(data, format), data, owner, format)


def _parse(data: bytes, format: Format) -> "Definition":
    # Pydantic takes a quarter of a second to import, and most starts find nothing new to load.
    from checklist import schema

    return schema.parse(data, format)


@transaction.atomic
def _write(
    definition: "Definition", data: bytes, owner: UUID | None, format: Format
) -> tuple[Edition, bool]:
    # The lock makes a second process that loads the same file wait, and then find the edition.
    checklist, _ = Checklist.objects.select_for_update().get_or_create(
        owner=owner, slug=definition.slug, defaults={"title": definition.title}
    )
    known = _loaded_before(checklist, definition, data, format)
    if known is not None:
        return known, False
    edition = _edition(checklist, definition, data)
    edition.save()
    sections = Section.objects.bulk_create(_sections(edition, definition), BATCH)
    Item.objects.bulk_create(_items(edition, sections, definition), BATCH)
    if checklist.latest == edition:
        checklist.title = edition.title
        checklist.save(update_fields=["title"])
    return edition, True


def _loaded_before(
    checklist: Checklist, definition: "Definition", data: bytes, format: Format
) -> Edition | None:
    edition = checklist.editions.filter(version_key=version_key(definition.version)).first()
    if edition is None or edition.digest == sha256(data).hexdigest():
        return edition
    if definitions.of_edition(edition) != definition:
        raise FaultyFile([changed(f"{checklist.slug} {edition.version}", data, format)])
    return edition


def changed(name: str, data: bytes, format: Format = registry.YAML) -> Fault:
    """Says that the edition of this name was loaded before, from another file."""
    root, _ = format.compose(data)
    place = (root.get("version") if isinstance(root, Mapping) else None) or root
    problem = f"{name} is loaded already, with other content"
    return Fault(place.line, place.column, problem, "an edition never changes: raise the version")


def _edition(checklist: Checklist, definition: "Definition", data: bytes) -> Edition:
    return Edition(
        checklist=checklist,
        **definition.model_dump(exclude={"slug", "sections"}),
        digest=sha256(data).hexdigest(),
        item_count=definition.item_count,
    )


def _sections(edition: Edition, definition: "Definition") -> Iterator[Section]:
    for position, section in enumerate(definition.sections, start=1):
        yield Section(
            edition=edition,
            position=position,
            ref=section.id,
            title=section.title,
            summary=section.summary,
        )


def _items(edition: Edition, sections: list[Section], definition: "Definition") -> Iterator[Item]:
    number = 0
    for row, section in zip(sections, definition.sections, strict=True):
        for item in section.items:
            number += 1
            fields = item.model_dump(exclude={"id"})
            made = Item(edition=edition, section=row, number=number, ref=item.id, **fields)
            made.search_text = search.searchable(made)
            yield made
