"""Browsing everybody's crosswalks: one page each, by pairs of checklists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from checklist import crosswalk_pages
from checklist.models import Crosswalk
from checklist.views import for_readers


@for_readers
def crosswalk_detail(request: HttpRequest, slug: str) -> HttpResponse:
    crosswalk = get_object_or_404(Crosswalk.objects.current(), owner=None, slug=slug)
    kind, number = request.GET.get("kind", ""), request.GET.get("page")
    context = crosswalk_pages.context(crosswalk, kind, number)
    return render(request, "checklists/crosswalk_detail.html", context)
