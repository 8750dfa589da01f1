"""Browsing: all checklists, a search over their items, one edition, one item."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from checklist import crosswalk_pages, search
from checklist.models import Checklist, Crosswalk, Edition, Item, Section


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


RESULTS_A_PAGE = 50
# Every checklist that a person would write fits; one of thousands is still quick to open.
ROWS_A_PAGE = 200


def for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever is signed in, or everybody where the operator made the checklists public."""
    guarded = login_required(view)

    @wraps(view)
    def choose(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        chosen = view if settings.PUBLIC_CHECKLISTS else guarded
        return chosen(request, *args, **kwargs)

    return require_safe(login_not_required(choose))


@for_readers
def checklist_list(request: HttpRequest) -> HttpResponse:
    context = _everything() | {"query": ""}
    return render(request, "checklists/checklist_list.html", context)


def _everything() -> dict:
    return {
        "editions": Edition.objects.current().with_counts(),
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
        found = search.matching(Item.objects.of_current_editions(), wanted)
        page = Paginator(found, RESULTS_A_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "results": [search.explain(item, wanted) for item in page]}
    else:
        context |= _everything()
    return render(request, template, context)


@for_readers
def checklist_detail(request: HttpRequest, slug: str) -> HttpResponse:
    checklist = get_object_or_404(Checklist, slug=slug)
    edition = get_object_or_404(Edition.objects.current(), checklist=checklist)
    return _edition_page(request, edition)


@for_readers
def edition_detail(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    return _edition_page(request, _edition(slug, version))


def _edition(slug: str, version: str) -> Edition:
    editions = Edition.objects.select_related("checklist")
    return get_object_or_404(editions, checklist__slug=slug, version=version)


def _edition_page(request: HttpRequest, edition: Edition) -> HttpResponse:
    severity = request.GET.get("severity", "")
    if severity not in Item.Severity:
        severity = ""
    items = edition.items.with_severity(severity).select_related("section")
    page = Paginator(items, ROWS_A_PAGE).get_page(request.GET.get("page"))
    editions = list(edition.checklist.editions.order_by("-version_key"))
    context = {
        "edition": edition,
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
def item_detail(request: HttpRequest, slug: str, version: str, ref: str) -> HttpResponse:
    edition = _edition(slug, version)
    item = get_object_or_404(edition.items.select_related("section"), ref=ref)
    latest = edition.checklist.latest or edition
    context = {
        "item": item,
        "edition": edition,
        "latest": latest,
        "neighbours": item.neighbours(),
        "sources": item.cited(),
        "elsewhere": crosswalk_pages.elsewhere(item, request.user),
        # Refs are stable: what has become of this item.
        "newer_item": latest.items.filter(ref=ref).first() if latest != edition else None,
    }
    return render(request, "checklists/item_detail.html", context)
