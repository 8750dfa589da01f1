"""A piece of evidence: replaced, dated, used for further items. Pages of their own."""

import re
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date as day
from django.template.defaultfilters import filesizeformat

from audits import access
from audits.forms.correct import correct, explain
from audits.forms.evidence import FORMS, EvidenceForm, ExpiryForm
from audits.http import Request, posted, require_form
from audits.models import Answer, Evidence
from audits.models.errors import Outdated, Refused
from audits.models.expiry import Days
from audits.models.pieces import backing, current_of, last_changed, replace, set_expiry, share
from audits.views.answers import saved
from audits.views.evidence import sent_content, sent_form
from audits.views.undo import remember_offer
from checklist import search
from checklist.models import Item

# How many items are offered at once; words find the others.
LISTED = 100
NUMBER = re.compile("[0-9]{1,18}")
AGAIN = (
    "Nothing of yours is lost: it stands in the form, and is not saved yet. Saving it now makes "
    "it the next version, after the one that was saved."
)
FILE_AGAIN = (
    "A browser does not keep a chosen file: choose it again below. Sending it then makes it the "
    "next version, after the one that was saved."
)


@require_form
def evidence_replace(request: Request, pk) -> HttpResponse:
    evidence = _for_change(request, pk)
    now = current_of(evidence)
    form, status, context = None, 200, {}
    if request.method == "POST":
        form, status = sent_form(request, evidence.answer), 422
        if form.is_valid():
            try:
                _replace(evidence, form.cleaned_data, request)
            except Refused as error:
                explain(form, error)
                status = error.status
            except Outdated as error:
                now = current_of(evidence)
                context, status = _both(now, form), error.status
                correct(form, version=now.version)
            else:
                return saved(request, evidence.answer)
    context |= {"forms": _forms(now, form), "open_form": form.data["kind"] if form else now.kind}
    return _page(request, "evidence/evidence_replace.html", now, context, status)


def _replace(evidence: Evidence, given: dict, request: Request) -> None:
    days = Days(given["speaks_of"], given["expires_on"])
    with sent_content(given) as content:
        replace(evidence, content, days, by=request.user, seen_version=given["version"] or 0)


def _forms(now: Evidence, sent: EvidenceForm | None) -> dict[str, EvidenceForm]:
    """Kind -> form; that of the piece's own kind holds what the piece has now."""
    team = now.answer.audit.project.team
    forms = {}
    for kind, form in FORMS.items():
        initial: dict[str, Any] = {"kind": kind, "version": now.version, "title": now.own_title}
        if kind == now.kind:
            initial |= {"url": now.url, "text": now.text}
        forms[kind] = form(initial=initial, auto_id=f"id_{kind}_%s", team=team)
    if sent is not None:
        sent.auto_id = forms[sent.data["kind"]].auto_id
        forms[sent.data["kind"]] = sent
    return forms


def _both(now: Evidence, form: EvidenceForm) -> dict[str, Any]:
    """What is saved and what was sent, side by side."""
    mine = form.cleaned_data
    upload = mine.get("file")
    sent = f"{upload.name}, {filesizeformat(upload.size)}" if upload else ""
    kept = f"{now.filename}, {filesizeformat(now.size_bytes)}" if now.filename else ""
    rows = [
        ("Kind", now.get_kind_display(), Evidence.Kind(mine["kind"]).label),
        ("Title", now.title, mine["title"]),
        (
            "What it holds",
            now.url or (now.ran.says if now.ran else now.text) or kept,
            mine.get("url") or mine.get("text") or sent,
        ),
        ("Speaks of", day(now.speaks_of), day(mine["speaks_of"])),
        ("Good until", day(now.expires_on), day(mine["expires_on"])),
    ]
    return {
        "versions": {"by": str(now.added_by), "at": now.added_at, "rows": rows},
        "choose": FILE_AGAIN if upload else AGAIN,
    }


@require_form
def evidence_expiry(request: Request, pk) -> HttpResponse:
    evidence = _for_change(request, pk)
    now = current_of(evidence)
    form = ExpiryForm(
        posted(request), initial={"expires_on": now.expires_on, "seen": now.expires_on}
    )
    status = 422 if form.is_bound else 200
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        given = form.cleaned_data
        try:
            set_expiry(evidence, given["expires_on"], by=request.user, seen=given["seen"])
        except Refused as error:
            form.add_error(error.field, str(error))
        except Outdated as error:
            now, status = current_of(evidence), error.status
            rows = [("Good until", day(now.expires_on), day(given["expires_on"]))]
            by = last_changed(evidence.answer.audit, now)
            context["versions"] = {"by": by, "rows": rows}
            correct(form, seen=now.expires_on or "")
        else:
            return saved(request, evidence.answer)
    return _page(request, "evidence/evidence_expiry.html", now, context, status)


@require_form
def evidence_items(request: Request, pk) -> HttpResponse:
    """Use a piece for other items of its audit. Looking for words sends the same form, so that
    what is chosen stays chosen without scripts."""
    evidence = _for_change(request, pk)
    now = current_of(evidence)
    sent = request.POST if request.method == "POST" else request.GET
    chosen = {int(pk) for pk in sent.getlist("answer") if NUMBER.fullmatch(pk)}
    error, status = "", 200
    if request.method == "POST" and "search" not in request.POST:
        try:
            new = share(evidence, chosen, by=request.user)
        except Refused as refusal:
            error, status = str(refusal), refusal.status
        else:
            if new:
                remember_offer(request, new[0].last_event, _told(evidence, new))
            else:
                messages.info(request, "It backs these items already; nothing was changed.")
            return redirect(f"{evidence.answer.get_absolute_url()}#row-{evidence.answer_id}")
    query = sent.get("q", "").strip()
    context = {"chosen": chosen, "query": query, "error": error}
    return _page(
        request,
        "evidence/evidence_items.html",
        now,
        context | _offered(now, query, chosen),
        status,
    )


def _told(evidence: Evidence, new: list[Answer]) -> str:
    for answer in new:
        answer.audit = evidence.answer.audit
    labels = ", ".join(answer.label for answer in new[:10])
    return f"It backs {labels if len(new) <= 10 else f'{len(new)} more items'} too now."


def _offered(now: Evidence, query: str, chosen: set[int]) -> dict[str, Any]:
    """The items to choose from: those chosen, and the first that hold the words."""
    backed = backing(now).values("answer")
    free = now.answer.audit.answers.filter(retired_at=None).exclude(pk__in=backed)
    free = free.select_related("item").folded().order_by("position")
    picked = list(free.filter(pk__in=sorted(chosen)[:LISTED])) if chosen else []
    found = _holding(free, query).exclude(pk__in=[answer.pk for answer in picked])
    offered = list(found[: LISTED + 1])
    for answer in (*picked, *offered):
        answer.audit = now.answer.audit
    return {"picked": picked, "offered": offered[:LISTED], "more": len(offered) > LISTED}


def _holding(answers: QuerySet[Answer], query: str) -> QuerySet[Answer]:
    if not query:
        return answers
    return answers.filter(item__in=search.matching(Item.objects.all(), search.terms(query)))


def _for_change(request: Request, pk) -> Evidence:
    """Of a sealed audit none: whatever the form holds, it could not be saved."""
    evidence = access.evidence_for_edit(request.user, pk)
    evidence.answer.audit.refuse_if_sealed()
    return evidence


def _page(
    request: Request, template: str, now: Evidence, context: dict[str, Any], status: int
) -> HttpResponse:
    others = backing(now).exclude(answer=now.answer_id).select_related("answer__item")
    also = [row.answer for row in others.order_by("answer__position")]
    for answer in also:
        answer.audit = now.answer.audit
    context |= {"evidence": now, "answer": now.answer, "audit": now.answer.audit, "also": also}
    return render(request, template, context, status=status)
