"""Browsing everybody's crosswalks: one page each, by pairs of checklists; and taking them away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from checklist import crosswalk_definitions, crosswalk_pages
from checklist.models import Crosswalk
from checklist.views import for_readers


@for_readers
def crosswalk_detail(request: HttpRequest, slug: str) -> HttpResponse:
    kind, number = request.GET.get("kind", ""), request.GET.get("page")
    context = crosswalk_pages.context(_crosswalk(slug), kind, number)
    return render(request, "checklists/crosswalk_detail.html", context)


@for_readers
def crosswalk_export(request: HttpRequest, slug: str) -> HttpResponse:
    return as_file(_crosswalk(slug))


def as_file(crosswalk: Crosswalk) -> HttpResponse:
    """A YAML file that loads back equal."""
    text = crosswalk_definitions.dump(crosswalk)
    name = f"{crosswalk.slug}-{crosswalk.version}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, "application/yaml; charset=utf-8", headers=headers)


def _crosswalk(slug: str) -> Crosswalk:
    return get_object_or_404(Crosswalk.objects.current(), owner=None, slug=slug)
