"""An edition's rows -> the definition that its file said."""

from collections import defaultdict
from typing import TYPE_CHECKING

from checklist.models import Edition

if TYPE_CHECKING:
    from checklist.schema import Definition

PLAIN = ("guidance", "why", "verify", "evidence", "probes", "parameters", "source", "see_also")


def of_edition(edition: Edition) -> "Definition":
    """In two queries, whatever its size; one more when its checklist is not at hand."""
    # Pydantic takes a quarter of a second to import: see checklist.loader.
    from checklist.schema import Definition

    items = defaultdict(list)
    for section, ref, title, severity, *texts in edition.items.values_list(
        "section_id", "ref", "title", "severity", *PLAIN
    ):
        item = {"id": ref, "title": title, "severity": severity}
        items[section].append(item | dict(zip(PLAIN, texts, strict=True)))
    sections = [
        {"id": row.ref, "title": row.title, "summary": row.summary, "items": items[row.pk]}
        for row in edition.sections.all()
    ]
    return Definition.model_validate(
        {
            "slug": edition.checklist.slug,
            "title": edition.title,
            "version": edition.version,
            "summary": edition.summary,
            "documents": edition.documents,
            "entry_conditions": edition.entry_conditions,
            "exit_criteria": edition.exit_criteria,
            "sections": sections,
        }
    )
