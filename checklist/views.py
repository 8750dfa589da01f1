"""Browsing: all checklists, a search over their items, one edition, one item; and exports.

`owner` is the team whose checklist it is; without, it is everybody's. Nobody is shown a checklist
of a team that they do not belong to: see `readable_by`.
"""

import json
from collections.abc import Callable
from functools import cache, wraps
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from checklist import crosswalk_pages, definitions, probe_names, search
from checklist.formats import registry, yaml_write
from checklist.models import (
    Checklist,
    Crosswalk,
    Edition,
    EditionQuerySet,
    Item,
    Section,
)


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


RESULTS_A_PAGE = 50
# Every checklist that a person would write fits; one of thousands is still quick to open.
ROWS_A_PAGE = 200


def for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever is signed in, or everybody where the operator made everybody's checklists public."""
    guarded = login_required(view)

    @wraps(view)
    def choose(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        is_public = settings.PUBLIC_CHECKLISTS and not kwargs.get("owner")
        chosen = view if is_public else guarded
        return chosen(request, *args, **kwargs)

    return require_safe(login_not_required(choose))


@for_readers
def checklist_list(request: HttpRequest) -> HttpResponse:
    context = _everything(request) | {"query": ""}
    return render(request, "checklists/checklist_list.html", context)


def _everything(request: HttpRequest) -> dict:
    return {
        "editions": _current(request).with_counts(),
        "crosswalks": Crosswalk.objects.current().filter(owner=None).with_counts(),
    }


@for_readers
@vary_on_headers("HX-Request")
def checklist_search(request: HtmxHttpRequest) -> HttpResponse:
    """The items of the latest editions that hold every word of `q`; without words, the list."""
    template = "checklists/checklist_list.html" + ("#results" if request.htmx else "")
    query = request.GET.get("q", "").strip()[: search.MAX_LENGTH]
    context: dict = {"query": query}
    if query:
        wanted = search.terms(query)
        found = search.matching(Item.objects.of_editions(_current(request)), wanted)
        page = Paginator(found, RESULTS_A_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "results": [search.explain(item, wanted) for item in page]}
    else:
        context |= _everything(request)
    return render(request, template, context)


def _current(request: HttpRequest) -> EditionQuerySet:
    """The latest editions that the user may read: everybody's, then those of their teams."""
    return Edition.objects.readable_by(request.user).current()


@for_readers
def checklist_detail(request: HttpRequest, slug: str, owner: UUID | None = None) -> HttpResponse:
    checklists = Checklist.objects.readable_by(request.user)
    checklist = get_object_or_404(checklists, slug=slug, owner=owner)
    edition = get_object_or_404(Edition.objects.current(), checklist=checklist)
    return _edition_page(request, edition)


@for_readers
def edition_detail(
    request: HttpRequest, slug: str, version: str, owner: UUID | None = None
) -> HttpResponse:
    return _edition_page(request, _edition(request, owner, slug, version))


@for_readers
def edition_export(
    request: HttpRequest, slug: str, version: str, format: str, owner: UUID | None = None
) -> HttpResponse:
    """The whole edition as a file that loads back equal."""
    chosen = registry.FORMATS.get(format)
    if chosen is None:
        raise Http404
    plain = definitions.of_edition(_edition(request, owner, slug, version)).plain()
    if chosen is registry.YAML:
        schema = request.build_absolute_uri(reverse("checklist-schema"))
        text = yaml_write.dump(plain, schema)
    else:
        text = chosen.dump(plain)
    name = f"{slug}-{version}{chosen.suffixes[0]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, f"{chosen.content_type}; charset=utf-8", headers=headers)


@require_safe
@login_not_required
def checklist_schema(request: HttpRequest) -> HttpResponse:
    """For editors, which do not sign in; it says nothing of anybody."""
    return HttpResponse(_schema(), "application/schema+json")


@cache
def _schema() -> str:
    from checklist.schema import json_schema

    return json.dumps(json_schema(), ensure_ascii=False, indent=2)


def _edition(request: HttpRequest, owner: UUID | None, slug: str, version: str) -> Edition:
    editions = Edition.objects.readable_by(request.user).select_related("checklist")
    return get_object_or_404(
        editions, checklist__slug=slug, checklist__owner=owner, version=version
    )


def _edition_page(request: HttpRequest, edition: Edition) -> HttpResponse:
    severity = request.GET.get("severity", "")
    if severity not in Item.Severity:
        severity = ""
    items = edition.items.with_severity(severity).select_related("section")
    page = Paginator(items, ROWS_A_PAGE).get_page(request.GET.get("page"))
    editions = list(edition.checklist.editions.order_by("-version_key"))
    context = {
        "edition": edition,
        "edition_url": edition.get_absolute_url(),
        "formats": registry.FORMATS.values(),
        "editions": editions,
        "latest": editions[0],
        "severity": severity,
        "severities": edition.severity_counts(),
        "sections": _rail(edition.section_counts(severity)),
        "page": page,
    }
    return render(request, "checklists/edition_detail.html", context)


def _rail(counts: list[tuple[Section, int]]) -> list[dict]:
    """Each section with the number of its rows, and the page on which the first one stands."""
    rail, before = [], 0
    for section, shown in counts:
        rail.append({"section": section, "shown": shown, "page": before // ROWS_A_PAGE + 1})
        before += shown
    return rail


@for_readers
def item_detail(
    request: HttpRequest, slug: str, version: str, ref: str, owner: UUID | None = None
) -> HttpResponse:
    edition = _edition(request, owner, slug, version)
    item = get_object_or_404(edition.items.select_related("section"), ref=ref)
    latest = edition.checklist.latest or edition
    context = {
        "item": item,
        "edition": edition,
        "latest": latest,
        "probes": probe_names.named(item.probes),
        "neighbours": item.neighbours(),
        "sources": item.cited(),
        "elsewhere": crosswalk_pages.elsewhere(item, request.user),
        # Refs are stable: what has become of this item.
        "newer_item": latest.items.filter(ref=ref).first() if latest != edition else None,
    }
    return render(request, "checklists/item_detail.html", context)
