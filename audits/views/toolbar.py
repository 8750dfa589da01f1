"""What stands above the rows of an audit: chips, words, section, owner, severity, saved ones."""

from dataclasses import replace
from typing import Any

from django.http import QueryDict

from audits.forms.bulk import People
from audits.models import Audit, SavedFilter, User
from audits.models.progress import Progress
from audits.views import filters
from audits.views.filters import Asked
from audits.views.listing import SectionRows
from audits.views.options import options
from checklist.models import Item


def toolbar(
    audit: Audit,
    asked: Asked,
    progress: Progress,
    people: People,
    sections: list[SectionRows],
) -> dict[str, Any]:
    """The context of templates/audits/toolbar.html."""
    return {
        "chips": filters.chips(audit, asked, progress),
        "section_options": options(_sections(sections), asked.section, "All sections"),
        "owner_options": options(_owners(people, asked), asked.owner, "Every owner"),
        "severity_options": options(Item.Severity.choices, asked.severity, "Every severity"),
        "beside_words": replace(asked, words="").fields,
        "beside_selects": replace(asked, section="", owner="", severity="").fields,
        "saved_filters": _saved(audit, asked),
    }


def _sections(entries: list[SectionRows]) -> list[tuple[str, str]]:
    """By their ids, with the checklist's before it where several have one of that name."""
    refs = [entry.section.ref for entry in entries]
    return [
        (
            entry.section.ref
            if refs.count(entry.section.ref) == 1
            else f"{entry.edition.checklist.slug}/{entry.section.ref}",
            f"{entry.letter} {entry.section.title}".strip(),
        )
        for entry in entries
    ]


def _owners(people: People, asked: Asked) -> list[tuple[str, str]]:
    owners = [(filters.NOBODY, "Nobody"), *people.names.items()]
    if asked.owner and asked.owner not in dict(owners):
        # Who left the team may own answers still.
        owners.append((asked.owner, f"{User.objects.get(pk=asked.owner)}, no longer in the team"))
    return owners


def _saved(audit: Audit, asked: Asked) -> list[dict[str, Any]]:
    saved = SavedFilter.objects.filter(team=audit.project.team_id)
    now = asked.query
    return [
        {
            "name": each.name,
            "href": f"{audit.get_absolute_url()}?{each.query}",
            "current": filters.read(QueryDict(each.query)).query == now,
        }
        for each in saved
    ]
