"""A round of sign-off: exactly what is signed, who signed, and the ways to sign or to say no."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.correct import correct, explain
from audits.forms.sign_offs import DecideForm, RefuseForm, SignForm, WithdrawForm
from audits.http import Request, posted, require_form
from audits.models import Review, Round, SignOff
from audits.models.errors import NotAllowed, NotProposed, Outdated, Refused
from audits.models.signoffs import refuse_second_thoughts, roles_of, roles_to_sign
from audits.reports.html import render_html
from audits.tasks import ring_for_report
from audits.views.round_page import context_of

STRANGER = "The sign-off policy does not name you among those who sign this audit."


@require_safe
def round_detail(request: Request, pk) -> HttpResponse:
    """For everybody of the team; who may sign finds the form for it here."""
    return _page(request, access.round_for_view(request.user, pk))


@require_safe
def round_html(request: Request, pk) -> HttpResponse:
    """The report of exactly what was proposed; with who signed, once that is decided."""
    row = access.round_for_view(request.user, pk)
    seal = row.seal.content() if hasattr(row, "seal") else None
    snapshot = row.snapshot
    html = render_html(
        snapshot.content(),
        snapshot.digest,
        seal=seal,
        stylesheet_href=static("css/report.css"),
    )
    return HttpResponse(html)


@require_POST
def round_sign(request: Request, pk) -> HttpResponse:
    row = _of_who_signs(request, pk)
    if not row.is_proposed:
        return _over(request, pk)
    roles = roles_of(row, request.user)
    form = SignForm(request.POST, request=request, roles=roles, phrase=row.phrase)
    status = 422
    if form.is_valid():
        told = form.cleaned_data
        try:
            given = SignOff.objects.sign(
                row,
                by=request.user,
                role=told["role"],
                seen=told["seen"],
                confirmation=told["confirmation"],
                statement=told["statement"],
                method=form.method or "",
            )
        except NotProposed:
            return _over(request, pk)
        except (Refused, Outdated) as error:
            status = _explain(form, error, row)
        else:
            return _signed(request, given)
    form.offer(roles_to_sign(row, request.user))
    return _page(request, row, form=form, status=status)


@require_form
def round_refuse(request: Request, pk) -> HttpResponse:
    row = _of_who_signs(request, pk)
    if not row.is_proposed:
        return _over(request, pk)
    roles = roles_of(row, request.user)
    if not roles:
        raise NotAllowed(STRANGER)
    refuse_second_thoughts(row, request.user)
    form = RefuseForm(
        posted(request),
        request=request,
        roles=roles,
        phrase=row.refusal_phrase,
        initial={"seen": row.snapshot.digest},
    )
    status = 422 if form.is_bound else 200
    if form.is_valid():
        told = form.cleaned_data
        try:
            SignOff.objects.refuse(
                row,
                by=request.user,
                role=told["role"],
                seen=told["seen"],
                confirmation=told["confirmation"],
                reason=told["reason"],
                method=form.method or "",
            )
        except NotProposed:
            return _over(request, pk)
        except (Refused, Outdated) as error:
            status = _explain(form, error, row)
        else:
            return _decided(request, row)
    context = {"form": form, "round": row, "audit": row.audit, "project": row.audit.project}
    context["review"] = _review(request, row)
    return render(request, "sign_offs/refuse.html", context, status=status)


@require_form
def round_withdraw(request: Request, pk) -> HttpResponse:
    """The proposal as a whole, by who proposed it or an approver."""
    row = access.round_for_edit(request.user, pk)
    row.audit.refuse_if_sealed()
    if not row.is_proposed:
        return _over(request, pk)
    row.refuse_withdrawal_by(request.user)
    form = WithdrawForm(posted(request))
    if form.is_valid():
        try:
            row.withdraw(form.cleaned_data["reason"], by=request.user)
        except NotProposed:
            return _over(request, pk)
        messages.success(request, "The proposal is withdrawn; the audit is open again.")
        return redirect("sign-off-list", row.audit_id)
    context = {
        "form": form,
        "round": row,
        "audit": row.audit,
        "project": row.audit.project,
        "signatures": len(row.given),
    }
    status = 422 if form.is_bound else 200
    return render(request, "sign_offs/withdraw.html", context, status=status)


@require_POST
def sign_off_withdraw(request: Request, pk, sign_off_pk) -> HttpResponse:
    """One's own signature, until the last one is in."""
    row = _of_who_signs(request, pk)
    given = get_object_or_404(row.sign_offs.select_related("round"), pk=sign_off_pk)
    try:
        given.withdraw(by=request.user)
    except NotProposed:
        return _over(request, pk)
    messages.success(request, f"Your signature as {given.role} is withdrawn.")
    return redirect(row)


def _of_who_signs(request: Request, pk) -> Round:
    row = access.round_for_sign(request.user, pk)
    row.audit.refuse_if_sealed()
    return row


def _explain(form: DecideForm, error: Refused | Outdated, row: Round) -> int:
    """The error beside its field; the form then names what the page shows."""
    explain(form, error)
    correct(form, seen=row.snapshot.digest)
    return error.status


def _signed(request: Request, given: SignOff) -> HttpResponse:
    row = Round.objects.get(pk=given.round_id)
    if not row.is_proposed:
        return _decided(request, row)
    left = sum(row.missing.values())
    messages.success(
        request,
        f"You signed as {given.role}. {left} signature{'s are' if left != 1 else ' is'} missing.",
    )
    return _to_review(request, row) or redirect(row)


def _decided(request: Request, row: Round) -> HttpResponse:
    ring_for_report(Round.objects.get(pk=row.pk).report)
    return _to_review(request, row) or redirect("sign-off-list", row.audit_id)


def _review(request: Request, row: Round) -> Review | None:
    """The review that the signer came from, one that led to this proposal."""
    asked = request.POST.get("review") or request.GET.get("review")
    return next((each for each in row.reviews.defer("minutes") if str(each.pk) == asked), None)


def _to_review(request: Request, row: Round) -> HttpResponse | None:
    review = _review(request, row)
    return redirect("review-decide", review.pk) if review else None


def _over(request: Request, pk) -> HttpResponse:
    """Nothing was signed: the page as it is now says how the round ended."""
    row = access.round_for_view(request.user, pk)
    row.audit.refuse_if_sealed()
    state = row.get_state_display().lower()
    messages.error(request, f"Nothing was done: the proposal is {state}.")
    return _page(request, row, status=409)


def _page(
    request: Request, row: Round, *, form: SignForm | None = None, status: int = 200
) -> HttpResponse:
    context = context_of(request, row, form) | {"review": _review(request, row)}
    return render(request, "sign_offs/round.html", context, status=status)
