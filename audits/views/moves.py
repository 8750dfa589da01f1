"""What a newer edition changes, and moving an audit to it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.http import Request
from audits.models import Answer, Audit
from audits.models.errors import Outdated
from audits.models.moves import difference, move, out_of_the_way
from checklist.models import Edition

CHANGES_A_PAGE = 100


@require_safe
def audit_newer(request: Request, pk, edition_pk) -> HttpResponse:
    """What differs between the audit's edition and this one, and what moving would do."""
    return _page(request, access.audit_for_view(request.user, pk), edition_pk)


@require_POST
def audit_move(request: Request, pk, edition_pk) -> HttpResponse:
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    _, edition = _pin_and_edition(audit, edition_pk)
    try:
        moved = move(audit, edition, by=request.user, seen=request.POST.get("seen", ""))
    except Outdated as error:
        audit.refresh_from_db()
        return _page(request, audit, edition_pk, outdated=error)
    messages.success(request, _told(edition, moved.reopened))
    return redirect(audit)


def _page(
    request: Request, audit: Audit, edition_pk: int, *, outdated: Outdated | None = None
) -> HttpResponse:
    pin, edition = _pin_and_edition(audit, edition_pk)
    context = _context(request, audit, pin.edition, edition) | {"outdated": outdated}
    status = outdated.status if outdated else 200
    return render(request, "audits/audit_newer.html", context, status=status)


def _pin_and_edition(audit: Audit, edition_pk: int) -> tuple:
    """The edition must be of a checklist that the audit has; 404 otherwise."""
    edition = get_object_or_404(Edition.objects.select_related("checklist"), pk=edition_pk)
    pins = audit.pins.select_related("edition__checklist").exclude(edition=edition)
    return get_object_or_404(pins, edition__checklist=edition.checklist_id), edition


def _told(edition: Edition, reopened: int) -> str:
    words = f"The audit is on {edition} now."
    if reopened:
        words += f" {reopened} answer{'s are' if reopened > 1 else ' is'} open again."
    return words


def _context(request: Request, audit: Audit, before: Edition, after: Edition) -> dict:
    change = difference(before, after)
    settled = audit.answers.filter(retired_at=None, item__edition=before)
    settled = settled.exclude(state=Answer.State.OPEN)
    refs = set(settled.values_list("item__ref", flat=True))
    reopened = [each for each in change.reopening if each.ref in refs]
    away = out_of_the_way(audit, after)
    membership = access.membership(request.user, audit.project.team)
    return {
        "audit": audit,
        "project": audit.project,
        "before": before,
        "after": after,
        "change": change,
        "reopened": reopened,
        "page": Paginator(change.items, CHANGES_A_PAGE).get_page(request.GET.get("page")),
        "away": away,
        "needs_approver": bool(away) and not membership.may_approve,
        "may_move": membership.may_edit
        and not audit.is_sealed
        and (membership.may_approve or not away),
    }
