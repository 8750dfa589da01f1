"""How the items of an audit's checklists meet: looked at, parted, joined, taken over."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.http import Request
from audits.models import Answer, Audit, Tie
from audits.models.errors import Outdated, Refused
from audits.models.proposals import take
from audits.models.ties import given_together, lacking
from audits.views.answers import said_and_shown, saved
from audits.views.audit_page import answer_row
from audits.views.panel_ties import Seen

HEADINGS = {
    "equal": ("Answered together", "Equal items: what is said of one is said of the other."),
    "narrower": ("Narrower and broader", "They propose an answer, and decide none."),
    "related": ("Related", "Worth a look when the other is answered."),
}


@require_safe
def tie_list(request: Request, pk) -> HttpResponse:
    """All ties of the audit by kind, and what its crosswalks say by now."""
    audit = access.audit_for_view(request.user, pk)
    may_edit = access.viewer(request.user, audit).may_edit and not audit.is_sealed
    ends = ("first__item", "first__changed_by", "second__item", "second__changed_by")
    ties = audit.ties.live().select_related(*ends, "parted_by")
    seen = [_seen(audit, tie) for tie in ties.order_by("first__position", "second__position")]
    groups = [
        (*words, [each for each in seen if _group(each) == kind])
        for kind, words in HEADINGS.items()
    ]
    context = {
        "audit": audit,
        "project": audit.project,
        "groups": [group for group in groups if group[2]],
        "lacking": len(lacking(audit)) if may_edit else 0,
        "may_edit": may_edit,
        "on_page": True,
    }
    return render(request, "audits/tie_list.html", context)


def _seen(audit: Audit, tie: Tie) -> Seen:
    """From its first end; a proposal from the end that is open."""
    for answer in (tie.first, tie.second):
        answer.audit = audit
    there = Seen(tie, tie.second, tie.first)
    return there if there.is_proposal else Seen(tie, tie.first, tie.second)


def _group(seen: Seen) -> str:
    return "narrower" if seen.kind == "broader" else seen.kind


@require_POST
def tie_add(request: Request, pk) -> HttpResponse:
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    added = Tie.objects.add_to(audit, by=request.user)
    messages.success(request, f"{added} tie{'s' if added > 1 else ''} taken over.")
    return redirect("tie-list", audit.pk)


@require_POST
def tie_part(request: Request, pk, tie_pk) -> HttpResponse:
    tie = _tie_for_change(request, pk, tie_pk)
    return _change(request, tie, lambda: tie.part(by=request.user))


@require_POST
def tie_join(request: Request, pk, tie_pk) -> HttpResponse:
    tie = _tie_for_change(request, pk, tie_pk)
    lead = _end(tie, request.POST.get("lead", ""))
    return _change(
        request, tie, lambda: tie.join(lead, by=request.user, seen=_versions(request, tie))
    )


@require_POST
def tie_take(request: Request, pk, tie_pk) -> HttpResponse:
    """Answer the item of `at` as the other one is answered."""
    tie = _tie_for_change(request, pk, tie_pk)
    answer = _end(tie, request.POST.get("at", ""))
    try:
        taken = take(tie, answer, by=request.user, seen=_versions(request, tie))
    except (Refused, Outdated) as error:
        return _not_done(request, tie, answer, error)
    if request.POST.get("panel") == "open":
        return saved(request, answer, taken)
    return _to_list(tie)


def _tie_for_change(request: Request, pk, tie_pk) -> Tie:
    """Of a sealed audit none."""
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    tie = get_object_or_404(audit.ties.select_related("first__item", "second__item"), pk=tie_pk)
    tie.audit = tie.first.audit = tie.second.audit = audit
    return tie


def _end(tie: Tie, pk: str) -> Answer:
    """The end that the form names; 404 when it is none of the two."""
    for answer in (tie.first, tie.second):
        if str(answer.pk) == pk:
            return answer
    raise Http404


def _versions(request: Request, tie: Tie) -> dict[int, int | None]:
    """The versions of both ends that the page showed."""
    said = {pk: request.POST.get(f"seen-{pk}", "") for pk in (tie.first_id, tie.second_id)}
    return {
        pk: int(text) if text.isdecimal() and len(text) < 10 else None for pk, text in said.items()
    }


def _change(request: Request, tie: Tie, change: Callable[[], object]) -> HttpResponse:
    """Part or join; then the row of `at` with all whose answers or marks are others now."""
    answer = _end(tie, request.POST.get("at", ""))
    before = given_together(tie.audit).get(answer.pk, [])
    try:
        change()
    except (Refused, Outdated) as error:
        return _not_done(request, tie, answer, error)
    if request.POST.get("panel") != "open":
        return _to_list(tie)
    if not request.htmx:
        return redirect(f"{answer.get_absolute_url()}#row-{answer.pk}")
    return answer_row(request, answer, unfolded=True, also=[other.pk for other in before])


def _not_done(
    request: Request, tie: Tie, answer: Answer, error: Refused | Outdated
) -> HttpResponse:
    if request.POST.get("panel") == "open":
        return said_and_shown(request, answer, error)
    messages.error(request, str(error))
    return _to_list(tie)


def _to_list(tie: Tie) -> HttpResponse:
    return redirect(f"{reverse('tie-list', args=[tie.audit_id])}#tie-{tie.pk}")
