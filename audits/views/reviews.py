"""Reviews of an audit: planned, changed, cancelled, started."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from audits import access
from audits.access_reviews import review_for_edit, review_for_view
from audits.forms.bulk import People
from audits.forms.correct import correct, explain
from audits.forms.reviews import CancelForm, ReviewForm
from audits.http import Request, posted, require_form
from audits.models import Audit, Review, policies, review_probes
from audits.models.errors import Outdated, Refused
from audits.models.lifecycle import ReviewState
from audits.models.review_terms import ReviewTerms
from audits.models.reviews import ReviewNotSo
from audits.tasks import ring_for_run
from audits.views.review_page import probes_context, review_page


@require_safe
def review_list(request: Request, pk) -> HttpResponse:
    """What is ahead or under way first, then what was, the latest first."""
    audit = access.audit_for_view(request.user, pk)
    rows = list(audit.reviews.order_by("-number"))
    ahead = [row for row in rows if row.is_planned or row.is_running]
    context = {
        "audit": audit,
        "project": audit.project,
        "membership": access.viewer(request.user, audit),
        "ahead": sorted(ahead, key=lambda row: (not row.is_running, row.starts_at)),
        "over": [row for row in rows if row not in ahead],
    }
    return render(request, "reviews/review_list.html", context)


@require_form
def review_new(request: Request, pk) -> HttpResponse:
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    number = audit.reviews.count() + 1
    form = ReviewForm(
        posted(request),
        people=People(audit.project.team),
        rules=policies.in_force(audit),
        title="Launch review" if number == 1 else f"Launch review {number}",
    )
    form.fields["facilitator"].initial = str(request.user.pk)
    if form.is_valid():
        try:
            terms = form.terms()
            review = Review.objects.plan(audit, by=request.user, **vars(terms))
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, "The review is planned. This is what it talks about.")
            return redirect(review)
    status = 422 if form.is_bound else 200
    return _form_page(request, audit, form, None, {}, status)


@require_form
def review_edit(request: Request, pk) -> HttpResponse:
    review = review_for_edit(request.user, pk)
    _refuse_unless_planned(review)
    form = _edit_form(request, review)
    context: dict[str, Any] = {}
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            version = form.cleaned_data["version"]
            return redirect(review.change(form.terms(), by=request.user, seen_version=version))
        except Refused as refusal:
            explain(form, refusal)
        except Outdated:
            review = review_for_edit(request.user, pk)
            context["versions"] = _versions(review, form.terms())
            correct(form, version=review.terms_version)
            status = 409
    return _form_page(request, review.audit, form, review, context, status)


def _edit_form(request: Request, review: Review) -> ReviewForm:
    team = review.audit.project.team
    rules = policies.in_force(review.audit)
    return ReviewForm(posted(request), people=People(team), rules=rules, review=review)


def _versions(review: Review, mine: ReviewTerms) -> dict[str, Any]:
    """What is saved and what was sent, side by side."""
    pairs = zip(review.terms.shown(), mine.shown(), strict=True)
    event = review.last_terms_event()
    rows = [(label, theirs, own) for (label, theirs), (_, own) in pairs]
    return {"by": event.actor_name, "at": event.at, "rows": rows}


def _form_page(
    request: Request, audit: Audit, form: ReviewForm, review: Review | None, context, status: int
) -> HttpResponse:
    context |= {"form": form, "audit": audit, "project": audit.project, "review": review}
    return render(request, "reviews/review_form.html", context, status=status)


@require_form
def review_cancel(request: Request, pk) -> HttpResponse:
    review = review_for_edit(request.user, pk)
    if not review.is_planned:
        raise ReviewNotSo(review.state)
    form = CancelForm(posted(request))
    if form.is_valid():
        try:
            review.cancel(form.cleaned_data["reason"], by=request.user)
            messages.success(request, "The review is cancelled.")
            return redirect(review)
        except Refused as refusal:
            form.add_error("reason", str(refusal))
    context = {"form": form, "review": review, "audit": review.audit}
    context["project"] = review.audit.project
    status = 422 if form.is_bound else 200
    return render(request, "reviews/review_cancel.html", context, status=status)


@require_safe
@vary_on_headers("HX-Request")
def review_detail(request: Request, pk) -> HttpResponse:
    """For htmx what the probes do alone, which asks again while they look."""
    review = review_for_view(request.user, pk)
    if request.htmx:
        template = "reviews/review_detail.html#probes"
        return render(request, template, probes_context(review))
    return review_page(request, review)


@require_POST
def review_start(request: Request, pk) -> HttpResponse:
    """Whoever comes second finds the meeting begun, and goes in."""
    review = review_for_edit(request.user, pk)
    try:
        review.start(by=request.user)
    except ReviewNotSo as error:
        if error.state != ReviewState.RUNNING:
            raise
        messages.info(request, "Somebody else started the review a moment ago.")
    return redirect("room", pk)


@require_POST
def review_probes_run(request: Request, pk) -> HttpResponse:
    """Every probe that runs by itself looks now."""
    review = review_for_edit(request.user, pk)
    for run in review_probes.look_now(review, by=request.user):
        ring_for_run(run)
    if request.htmx:
        review = review_for_view(request.user, pk)
        return render(request, "reviews/review_detail.html#probes", probes_context(review))
    return redirect(f"{review.get_absolute_url()}#probes")


def _refuse_unless_planned(review: Review) -> None:
    if not review.is_planned:
        raise ReviewNotSo(review.state)
    review.audit.refuse_if_sealed()
