"""The audit page and its rows: one template, whole or in parts."""

from collections.abc import Collection
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from audits import access
from audits.http import Request, came_from
from audits.models import Answer, Audit, Evidence, User
from audits.models.answer_rows import AnswerQuerySet
from audits.models.progress import Progress, by_section, of_audit, of_section
from audits.views import rows, together
from audits.views.listing import ROWS_A_PAGE, Listing, listing, page_of
from audits.views.notices import notices
from audits.views.panel import panel_html
from checklist import search
from checklist.models import Item

# Name in the URL -> label; the order is that of the page.
FILTERS = {
    "": "All",
    "open": "Open",
    "blockers": "Blockers",
    "conflicts": "Conflicts",
    "mine": "Mine",
    "overdue": "Overdue",
    "no-evidence": "No evidence",
    "accepted": "Accepted risks",
}


def audit_page(
    request: Request, audit: Audit, *, opened: Answer | None = None, status=200, **bound
) -> HttpResponse:
    """The whole page; with `opened`, that answer's panel is unfolded, holding `bound` forms."""
    if opened:
        opened = _whole(audit, opened.pk)
    by_pk = by_section(audit)
    progress = sum(by_pk.values(), Progress())
    found = listing(audit, _filtered(audit, request.GET, request.user), request.GET, by_pk, opened)
    membership = access.viewer(request.user, audit)
    context = {
        "audit": audit,
        "project": audit.project,
        "team": audit.project.team,
        "membership": membership,
        "may_edit": membership.may_edit and not audit.is_sealed,
        "progress": progress,
        "opened": opened,
        "listing": found,
        "notices": notices(audit, found.pins),
        "has_ties": len(found.pins) > 1 and audit.ties.exists(),
        "rail": rows.rail_html(found.sections),
        "filters": _chips(progress, request.GET),
        "show": _show(request.GET),
        "query": request.GET.get("q", ""),
    }
    context |= _rows_html(request, audit, found, opened, bound)
    return render(request, "audits/audit_detail.html", context, status=status)


def _rows_html(
    request: Request, audit: Audit, found: Listing, opened: Answer | None, bound: dict
) -> dict:
    """The rows into their sections; those of retired answers, which are only read, apart."""
    number = str(found.page.number) if found.page.number > 1 else ""
    at = rows.place(request, audit, _kept(request.GET, number))
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


def _whole(audit: Audit, pk: int) -> Answer:
    """With all that its row and its panel show."""
    answer = audit.answers.for_rows().get(pk=pk)
    answer.audit = audit
    return answer


def _filter_query(request: Request, audit: Audit, answer: Answer) -> str:
    """The filter and the page that the request comes from, as `?show=…`; or nothing."""
    path, query = urlsplit(came_from(request)).path, QueryDict(urlsplit(came_from(request)).query)
    number = query.get("page", "")
    is_long = audit.count_total > ROWS_A_PAGE
    if is_long and not number and path != audit.get_absolute_url():
        # The page of an open item names no number.
        number = str(page_of(_filtered(audit, query, request.user), answer))
    return _kept(query, number if number.isdecimal() else "")


def _kept(query: QueryDict, page: str) -> str:
    """What of a page's address its rows keep, and the number of the page."""
    kept = QueryDict(mutable=True)
    for name in ("show", "q"):
        if value := query.get(name):
            kept[name] = value
    if page:
        kept["page"] = page
    return f"?{kept.urlencode()}" if kept else ""


def _filtered(audit: Audit, asked: QueryDict, user: User) -> AnswerQuerySet:
    """The answers that the URL asks for."""
    answers = audit.answers.filter(retired_at=None)
    if query := asked.get("q", "").strip():
        items = Item.objects.filter(edition__pins__audit=audit)
        found = search.matching(items, search.terms(query))
        answers = answers.filter(item__in=found)
    show = _show(asked)
    if show == "open":
        answers = answers.open()
    elif show == "blockers":
        answers = answers.blocking()
    elif show == "conflicts":
        answers = answers.conflicting()
    elif show == "mine":
        answers = answers.filter(owner=user)
    elif show == "overdue":
        answers = answers.overdue()
    elif show == "no-evidence":
        answers = answers.exclude(evidence__in=Evidence.objects.current())
    elif show == "accepted":
        answers = answers.filter(state=Answer.State.RISK_ACCEPTED)
    return answers


def _show(query: QueryDict) -> str:
    """The filter that the URL names; an unknown one shows all."""
    show = query.get("show", "")
    return show if show in FILTERS else ""


def _chips(progress: Progress, query: QueryDict) -> list[dict]:
    numbers = {
        "": progress.total,
        "open": progress.open,
        "blockers": progress.blockers,
        "conflicts": progress.conflicts,
        "overdue": progress.overdue,
    }
    chips = []
    for name, label in FILTERS.items():
        link = query.copy()
        link.pop("show", None)
        link.pop("page", None)
        if name:
            link["show"] = name
        chips.append(
            {
                "name": name,
                "label": label,
                "count": numbers.get(name),
                "href": f"?{link.urlencode()}",
                "current": _show(query) == name,
            }
        )
    return chips
