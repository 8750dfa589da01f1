"""What differs, as the page shows it: words for codes, marks in prose, links, groups, filters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse

from audits.models import Answer, Audit
from audits.reports import change_words
from audits.reports.changes import touched
from checklist.wording import Piece, compare

ITEMS_A_PAGE = 50
# Fields whose words are marked; beyond so many letters a comparison costs more than it tells.
PROSE = {"description", "guidance", "note", "parameters", "reason", "severity_reason", "text"}
PROSE |= {"title", "verify", "why"}
MARKED = 4_000

LABELS = {
    "answers": "Answers",
    "verdicts": "Verdicts",
    "evidence": "Evidence",
    "items_added": "Added",
    "items_removed": "Removed",
    "wordings": "Wording",
    "conditions": "Conditions",
    "comments": "Comments",
    "about": "The audit",
}
# What stands beside the items, on the first page.
BESIDE = ("about", "conditions")


@dataclass(frozen=True)
class Field:
    """Both values of a field; `kind` is how they are shown: state, severity, condition or text."""

    label: str
    kind: str
    before: Any
    after: Any


def field_of(change: dict[str, str]) -> Field:
    name, before, after = change["name"], change["before"], change["after"]
    label = change_words.name(name)
    if name in ("state", "severity"):
        return Field(label, name, before, after)
    was, is_now = change_words.said(name, before), change_words.said(name, after)
    if name in PROSE and was and is_now and len(was) + len(is_now) <= MARKED:
        pieces = compare(was, is_now)
        return Field(label, "text", *(_side(pieces, kind) for kind in ("removed", "added")))
    return Field(label, "text", _whole(was), _whole(is_now))


def _side(pieces: list[Piece], kind: str) -> list[Piece]:
    """One of the two texts, whose own words are marked, and not the space after them."""
    side = []
    for piece in pieces:
        if piece.kind == kind:
            words = piece.text.rstrip()
            side += [Piece(words, piece.kind), Piece(piece.text[len(words) :], "same")]
        elif piece.kind == "same":
            side.append(piece)
    return [piece for piece in side if piece.text]


def _whole(text: str) -> list[Piece]:
    return [Piece(text, "same")] if text else []


def chips(counts: dict[str, int], show: str, beside: QueryDict) -> list[dict[str, Any]]:
    """All, and each kind of which there is any."""

    def link(name: str) -> str:
        query = beside.copy()
        query.pop("page", None)
        query.pop("show", None)
        if name:
            query["show"] = name
        return f"?{query.urlencode()}"

    everything = {"label": "All", "count": None, "href": link(""), "current": not show}
    return [
        everything,
        *(
            {"label": label, "count": counts[name], "href": link(name), "current": show == name}
            for name, label in LABELS.items()
            if counts[name] or show == name
        ),
    ]


def page_of(items: list[dict[str, Any]], show: str, number: str | None) -> Page:
    """The items of one kind, or all of them."""
    wanted = [item for item in items if not show or show in touched(item)]
    return Paginator(wanted, ITEMS_A_PAGE).get_page(number)


def grouped(page: Iterable[dict[str, Any]], audits: list[Audit]) -> list[dict[str, Any]]:
    """The items by section, in the order in which each section comes up first."""
    items = list(page)
    links = _links(items, audits)
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for item in items:
        group = groups.setdefault(
            (item["checklist"], item["section"]), {"title": item["section"], "rows": []}
        )
        link = links.get((item["checklist"], item["id"]))
        fields = [field_of(change) for change in item["fields"]]
        group["rows"].append(item | {"href": link, "fields": fields})
    return list(groups.values())


def _links(items: list[dict[str, Any]], audits: list[Audit]) -> dict[tuple[str, str], str]:
    """Checklist and item -> the page of its answer, in the first of the audits that has it."""
    rank = {audit.pk: place for place, audit in reversed(list(enumerate(audits)))}
    rows = Answer.objects.filter(audit__in=rank, item__ref__in={item["id"] for item in items})
    found = sorted(
        # What is still asked comes before what a former edition asked.
        (rank[row[0]], row[4] is not None, row)
        for row in rows.values_list(
            "audit", "pk", "item__edition__checklist__slug", "item__ref", "retired_at"
        )
    )
    links: dict[tuple[str, str], str] = {}
    for _, _, (audit, pk, slug, ref, _) in found:
        links.setdefault((slug, ref), reverse("answer-detail", args=[audit, pk]))
    return links


def conditions_of(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each | {"fields": [field_of(f) for f in each["fields"]]} for each in changes]
