"""The audit page and its rows: one template, whole or in parts."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from markupsafe import Markup

from audits import access
from audits.http import Request, came_from
from audits.models import Answer, Audit, Evidence
from audits.models.answers import AnswerQuerySet
from audits.models.progress import Progress, by_section, of_audit, of_section
from audits.views import rows
from audits.views.panel import panel_html
from audits.views.rows import Row
from checklist import search
from checklist.models import Edition, Item, Section

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


@dataclass
class SectionRows:
    """A section on the page: its rows that pass the filter, and its whole progress."""

    section: Section
    edition: Edition
    letter: str
    progress: Progress
    rows: list[Row] = field(default_factory=list)
    html: str = ""

    @property
    def rail_count(self) -> Markup:
        return rows.rail_count(self.section.pk, self.progress)

    @property
    def section_count(self) -> Markup:
        return rows.section_count(self.section.pk, self.progress)


def audit_page(
    request: Request, audit: Audit, *, opened: Answer | None = None, status=200, **bound
) -> HttpResponse:
    """The whole page; with `opened`, that answer's panel is unfolded, holding `bound` forms."""
    if opened:
        opened = _whole(audit, opened.pk)
    by_pk = by_section(audit)
    progress = sum(by_pk.values(), Progress())
    sections = _sections(audit, by_pk)
    shown = _shown(audit, request, opened)
    for row in shown:
        sections[row.section_id].rows.append(row)
    _render_rows(request, audit, list(sections.values()), opened, bound)
    membership = access.viewer(request.user, audit)
    context = {
        "audit": audit,
        "project": audit.project,
        "team": audit.project.team,
        "membership": membership,
        "may_edit": membership.may_edit and not audit.is_sealed,
        "progress": progress,
        "opened": opened,
        "sections": list(sections.values()),
        "shown": len(shown),
        "filters": _chips(progress, request.GET),
        "show": _show(request.GET),
        "query": request.GET.get("q", ""),
    }
    return render(request, "audits/audit_detail.html", context, status=status)


def _render_rows(
    request: Request, audit: Audit, sections: list[SectionRows], opened: Answer | None, bound: dict
) -> None:
    at = rows.place(request, audit, _filter_query(request))
    panel = panel_html(request, opened, **bound) if opened else ""
    for entry in sections:
        entry.html = rows.list_html(entry.rows, at, opened.pk if opened else None, panel)


def answer_row(
    request: Request,
    answer: Answer,
    *,
    unfolded: bool,
    changed: Answer | None = None,
    status=200,
    **bound,
) -> HttpResponse:
    """One row, and out of band the progress of the audit and of its section. `changed` is what
    the verb returned, which has all that a folded row shows; without it the row is read."""
    audit = changed.audit if changed else answer.audit
    panel = ""
    if unfolded or changed is None:
        changed = _whole(audit, answer.pk)
    if unfolded:
        panel = panel_html(request, changed, **bound)
    html = rows.saved_html(
        rows.of(changed),
        rows.place(request, audit, _filter_query(request)),
        panel,
        of_audit(audit),
        of_section(audit, changed.section_id),
        audit.answers.overdue().count(),
    )
    return HttpResponse(html, status=status)


def _whole(audit: Audit, pk: int) -> Answer:
    """With all that its row and its panel show."""
    answer = audit.answers.for_rows().get(pk=pk)
    answer.audit = audit
    return answer


def _filter_query(request: Request) -> str:
    """The page's filter, as `?show=…`, wherever the request comes from; or nothing."""
    source = QueryDict(urlsplit(came_from(request)).query) if request.htmx else request.GET
    kept = QueryDict(mutable=True)
    for name in ("show", "q"):
        if value := source.get(name):
            kept[name] = value
    return f"?{kept.urlencode()}" if kept else ""


def _sections(audit: Audit, progress: dict[int, Progress]) -> dict[int, SectionRows]:
    """Primary key -> section, in the order of the audit's editions."""
    sections: dict[int, SectionRows] = {}
    pins = audit.pins.select_related("edition__checklist").prefetch_related("edition__sections")
    for pin in pins:
        letter = audit.letters[pin.edition_id]
        for section in pin.edition.sections.all():
            sections[section.pk] = SectionRows(
                section, pin.edition, letter, progress.get(section.pk, Progress())
            )
    return sections


def _shown(audit: Audit, request: Request, opened: Answer | None) -> list[Row]:
    shown = rows.read(_filtered(audit, request), audit.letters)
    if opened and not any(row.pk == opened.pk for row in shown):
        # The item in the URL is on the page, whatever the filter says.
        shown.append(rows.of(opened))
        shown.sort(key=lambda row: row.position)
    return shown


def _filtered(audit: Audit, request: Request) -> AnswerQuerySet:
    """The answers that the URL asks for."""
    answers = audit.answers.filter(retired_at=None)
    if query := request.GET.get("q", "").strip():
        found = search.matching(Item.objects.all(), search.terms(query))
        answers = answers.filter(item__in=found)
    show = _show(request.GET)
    if show == "open":
        answers = answers.open()
    elif show == "blockers":
        answers = answers.blocking()
    elif show == "conflicts":
        answers = answers.conflicting()
    elif show == "mine":
        answers = answers.filter(owner=request.user)
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
