"""One change of all the items that are selected, or that a filter matches."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from audits import access
from audits.forms.bulk import CHANGES, ChangeForm, People, read_seen
from audits.http import Request
from audits.models import Audit
from audits.models.bulk import Outcome, Overtaken, change_many, change_matching
from audits.models.errors import AuditSealed, Refused, RuleBroken
from audits.views import changed, filters
from audits.views.audit_page import audit_page
from audits.views.bulk_bar import Bar, bar_html, new_bar
from audits.views.undo import offer, remember_offer


@require_POST
def answer_many(request: Request, pk) -> HttpResponse:
    """The address holds the filter and the page that the bar stands on."""
    audit = access.audit_for_edit(request.user, pk)
    audit.refuse_if_sealed()
    bar = _sent(request, audit)
    try:
        form = _chosen(bar)
        if not form.is_valid():
            return _again(request, audit, bar, 422)
        outcome = _apply(request, audit, bar, form)
    except AuditSealed:
        raise
    except Overtaken as error:
        bar.events, bar.seen = list(error.events), error.head
        return _again(request, audit, bar, error.status, str(error))
    except RuleBroken as error:
        field = getattr(error, "field", None)
        if bar.chosen in bar.forms and field in bar.forms[bar.chosen].fields:
            bar.forms[bar.chosen].add_error(field, str(error))
            return _again(request, audit, bar, error.status)
        return _again(request, audit, bar, error.status, str(error))
    return _done(request, audit, bar, outcome)


def _sent(request: Request, audit: Audit) -> Bar:
    """The bar as it was sent: the form that was chosen is bound, the others keep what was
    typed into them."""
    people = People(audit.project.team)
    bar = new_bar(audit, people)
    bar.chosen = request.POST.get("change", "")
    bar.seen = request.POST.get("seen", "")
    bar.all = request.POST.get("all") == "1"
    typed = request.POST.dict()
    bar.forms = {
        name: form(request.POST, people=people)
        if name == bar.chosen
        else form(initial=typed, people=people)
        for name, form in CHANGES.items()
    }
    return bar


def _chosen(bar: Bar) -> ChangeForm:
    if bar.chosen not in bar.forms:
        raise Refused("Say what to change: press the button of one of the small forms.")
    return bar.forms[bar.chosen]


@transaction.atomic
def _apply(request: Request, audit: Audit, bar: Bar, form: ChangeForm) -> Outcome:
    by = request.user
    if bar.all:
        asked = filters.of_audit(filters.read(request.GET), audit)
        matching = filters.narrow(audit, asked, by)
        return change_matching(audit, matching, bar.seen, form.change(), by=by)
    seen = read_seen(request.POST)
    bar.selected = frozenset(seen)
    return change_many(audit, seen, form.change(), by=by)


def _again(request: Request, audit: Audit, bar: Bar, status: int, error: str = "") -> HttpResponse:
    """The bar with what was typed and selected, and what is wrong; nothing was changed."""
    bar.error = error
    try:
        bar.selected = frozenset(read_seen(request.POST))
    except Refused:
        bar.selected = frozenset()
    if not request.htmx:
        return audit_page(request, audit, bar=bar, status=status)
    return HttpResponse(_bar(request, audit, bar, oob=status == 403), status=status)


def _bar(request: Request, audit: Audit, bar: Bar, *, oob: bool = False) -> str:
    """Of a 403 htmx swaps nothing but what comes out of band."""
    asked = filters.of_audit(filters.read(request.GET), audit)
    matching = filters.narrow(audit, asked, request.user).count()
    link = asked.link(filters.page_number(request.GET))
    return bar_html(request, audit, bar, link, matching, oob=oob)


def _done(request: Request, audit: Audit, bar: Bar, outcome: Outcome) -> HttpResponse:
    audit = access.audit_for_view(request.user, audit.pk)
    for answer in outcome.outdated:
        answer.audit = audit
    outdated = frozenset(answer.pk for answer in outcome.outdated)
    left = changed.left_alone(outcome.outdated)
    said = changed.how_many(len(outcome.changed))
    fresh = new_bar(audit, bar.people)
    fresh.selected = outdated
    # What others changed elsewhere is still to be seen.
    fresh.seen = fresh.seen if bar.all else bar.seen
    if not request.htmx:
        _remember(request, outcome, said)
        if not left:
            link = filters.read(request.GET).link(filters.page_number(request.GET))
            return redirect(f"{audit.get_absolute_url()}{link}")
        fresh.error = left
        return audit_page(request, audit, bar=fresh)
    rows = [*outcome.changed, *outcome.outdated]
    html = [
        _bar(request, audit, fresh),
        changed.rows_html(request, audit, rows, outdated),
        offer(request, outcome.event, unfolded=False, told=said)
        if outcome.event
        else changed.toast_html(request, said, "info"),
    ]
    if left:
        html.append(changed.toast_html(request, left, "fail"))
    return HttpResponse("".join(html))


def _remember(request: Request, outcome: Outcome, said: str) -> None:
    if outcome.event:
        remember_offer(request, outcome.event, said)
    else:
        messages.info(request, said)
