"""The audit page and its rows: one template, whole or in parts."""

from collections.abc import Collection
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from audits import access
from audits.forms.bulk import People
from audits.http import Request, came_from
from audits.models import Answer, Audit
from audits.models.progress import Progress, by_section, of_audit, of_section
from audits.views import filters, rows, together
from audits.views.bulk_bar import Bar, bar_html, new_bar
from audits.views.followed import followed
from audits.views.listing import ROWS_A_PAGE, Listing, listing, page_of
from audits.views.notices import notices
from audits.views.panel import panel_html
from audits.views.toolbar import toolbar


def audit_page(
    request: Request,
    audit: Audit,
    *,
    opened: Answer | None = None,
    bar: Bar | None = None,
    status=200,
    **bound,
) -> HttpResponse:
    """The whole page; with `opened`, that answer's panel is unfolded, holding `bound` forms.
    `bar` is what changes the selected rows, as it was sent."""
    if opened:
        opened = _whole(audit, opened.pk)
    by_pk = by_section(audit)
    progress = sum(by_pk.values(), Progress())
    asked = filters.of_audit(filters.read(request.GET), audit)
    answers = filters.narrow(audit, asked, request.user)
    found = listing(audit, answers, asked, request.GET.get("page", ""), by_pk, opened)
    membership = access.viewer(request.user, audit)
    may_edit = membership.may_edit and not audit.is_sealed
    people = bar.people if bar else People(audit.project.team)
    context = {
        "audit": audit,
        "project": audit.project,
        "team": audit.project.team,
        "membership": membership,
        "may_edit": may_edit,
        "progress": progress,
        "opened": opened,
        "listing": found,
        "notices": notices(audit, found.pins),
        "has_ties": len(found.pins) > 1 and audit.ties.exists(),
        "rail": rows.rail_html(found.sections),
        "asked": asked,
    }
    context |= toolbar(audit, asked, progress, people, found.sections)
    link = asked.link(str(found.page.number) if found.page.number > 1 else "")
    if may_edit:
        bar = bar or new_bar(audit, people)
        matching = found.page.paginator.count
        context["bulk_bar"] = bar_html(request, audit, bar, link, matching)
    selected = bar.selected if bar else frozenset()
    at = rows.place(request, audit, link, selected)
    context |= _rows_html(request, at, found, opened, bound)
    here = opened.get_absolute_url() if opened else audit.get_absolute_url()
    page = "" if request.method == "GET" else f"{here}{link}"
    context |= followed(audit, page=page, has_rows=True, query=link)
    return render(request, "audits/audit_detail.html", context, status=status)


def _rows_html(
    request: Request, at: rows.Place, found: Listing, opened: Answer | None, bound: dict
) -> dict:
    """The rows into their sections; those of retired answers, which are only read, apart."""
    pk, panel = (opened.pk, panel_html(request, opened, **bound)) if opened else (None, "")
    for entry in found.sections:
        entry.html = rows.list_html(entry.rows, at, pk, panel)
    return {"retired_rows": rows.list_html(found.retired, at.read_only(), pk, panel)}


def answer_row(
    request: Request,
    answer: Answer,
    *,
    unfolded: bool,
    changed: Answer | None = None,
    also: Collection[int] = (),
    status=200,
    **bound,
) -> HttpResponse:
    """One row, and out of band the progress of the audit and of its section. `changed` is what
    the verb returned, which has all that a folded row shows; without it the row is read. After
    a change, those come too that are answered together with it, and `also` these."""
    audit = changed.audit if changed else answer.audit
    if unfolded or changed is None:
        changed = _whole(audit, answer.pk)
    at = rows.place(request, audit, _filter_query(request, audit, changed))
    panel = panel_html(request, changed, **bound) if unfolded else ""
    if changed.retired_at:
        return HttpResponse(rows.list_html([rows.of(changed)], at.read_only(), changed.pk, panel))
    row = rows.of(changed)
    found = together.mark(audit, [row])
    rows.mark_stale(audit, [row])
    html = rows.saved_html(
        row,
        at,
        panel,
        of_audit(audit),
        of_section(audit, changed.section_id),
        audit.answers.overdue().count() if answer.due or changed.due else None,
    )
    if request.method == "POST":
        html += together.others_html(audit, row, at, found, also)
    return HttpResponse(html, status=status)


def verdict_html(request: Request, answer: Answer) -> str:
    """Out of band, what a verdict changes of the page: its cell, and what counts conflicts."""
    row = rows.of(_whole(answer.audit, answer.pk))
    rows.mark_stale(answer.audit, [row])
    at = rows.place(request, answer.audit, "")
    return rows.verdict_html(row, at, of_audit(answer.audit))


def _whole(audit: Audit, pk: int) -> Answer:
    """With all that its row and its panel show."""
    answer = audit.answers.for_rows().get(pk=pk)
    answer.audit = audit
    return answer


def _filter_query(request: Request, audit: Audit, answer: Answer) -> str:
    """The filter and the page that the request comes from, as `?show=…`; or nothing."""
    path, query = urlsplit(came_from(request)).path, QueryDict(urlsplit(came_from(request)).query)
    asked, number = filters.read(query), filters.page_number(query)
    is_long = audit.count_total > ROWS_A_PAGE
    if is_long and not number and path != audit.get_absolute_url():
        # The page of an open item names no number.
        asked = filters.of_audit(asked, audit)
        number = str(page_of(filters.narrow(audit, asked, request.user), answer))
    return asked.link(number)
