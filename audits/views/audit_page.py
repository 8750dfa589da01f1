"""The audit page and its rows: one template, whole or in parts."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from audits import access
from audits.forms.answers import CommentForm, PlanForm, StateForm
from audits.forms.evidence import FORMS as EVIDENCE_FORMS
from audits.http import Request, came_from
from audits.models import Answer, Audit, Evidence, Membership
from audits.models.history import describe
from audits.models.progress import Progress, by_section
from checklist import search
from checklist.models import Item

TEMPLATE = "audits/audit_detail.html"

# Name in the URL -> label; the order is that of the page.
FILTERS = {
    "": "All",
    "open": "Open",
    "blockers": "Blockers",
    "mine": "Mine",
    "overdue": "Overdue",
    "no-evidence": "No evidence",
    "accepted": "Accepted risks",
}


@dataclass
class SectionRows:
    """A section on the page: its rows that pass the filter, and its whole progress."""

    section: object
    edition: object
    letter: str
    progress: Progress
    answers: list[Answer] = field(default_factory=list)


def audit_page(
    request: Request, audit: Audit, *, opened: Answer | None = None, status=200, **bound
) -> HttpResponse:
    """The whole page; with `opened`, that answer's panel is unfolded, holding `bound` forms."""
    context = _frame(request, audit)
    sections = _sections(audit, context["progress_by_section"])
    shown = _filtered(audit, request, opened)
    for answer in shown:
        sections[answer.item.section_id].answers.append(answer)
    if opened:
        row = next(answer for answer in shown if answer.pk == opened.pk)
        context |= panel_context(row, context["membership"], **bound) | {"opened": row}
    context |= {
        "sections": list(sections.values()),
        "shown": len(shown),
        "filters": _chips(context["progress"], request.GET),
        "show": _show(request.GET),
        "query": request.GET.get("q", ""),
    }
    return render(request, TEMPLATE, context, status=status)


def answer_row(
    request: Request, answer: Answer, *, unfolded: bool, status=200, **bound
) -> HttpResponse:
    """One row, and out of band the progress of the audit and of its section."""
    audit = answer.audit
    context = _frame(request, audit)
    row = audit.answers.for_rows().get(pk=answer.pk)
    row.audit = audit
    section_progress = context["progress_by_section"][row.item.section_id]
    context |= {
        "answer": row,
        "entry": SectionRows(row.item.section, None, "", section_progress),
    }
    if unfolded:
        context |= panel_context(row, context["membership"], **bound) | {"opened": row}
    return render(request, f"{TEMPLATE}#answer-saved", context, status=status)


def panel_context(
    answer: Answer,
    membership: Membership,
    *,
    state_form=None,
    plan_form=None,
    comment_form=None,
    evidence_form=None,
) -> dict:
    """What the unfolded row shows beside the row itself."""
    team = membership.team
    evidence = list(answer.evidence.select_related("added_by", "removed_by"))
    events = answer.events.order_by("-number")
    return {
        "state_form": state_form or StateForm(team=team, initial=_state_initial(answer)),
        "plan_form": plan_form
        or PlanForm(
            team=team,
            owner=answer.owner,
            initial={"owner": answer.owner_id, "due": answer.due, "version": answer.version},
        ),
        "comment_form": comment_form or CommentForm(),
        "evidence_forms": _evidence_forms(answer, len(evidence), evidence_form),
        "open_form": evidence_form.data["kind"] if evidence_form is not None else "",
        "evidence": evidence,
        "comments": list(answer.comments.select_related("author")),
        "events": [(event, describe(event, named=False)) for event in events],
    }


def _evidence_forms(answer: Answer, pieces: int, sent) -> dict:
    """Kind -> form; the one that was sent, and refused, among the empty ones."""
    # With the number of pieces in its ids, a form that was sent comes back empty: a morph keeps
    # what was typed in a field of the same id.
    forms = {
        kind: form(initial={"kind": kind}, auto_id=f"id_{answer.pk}_{kind}_{pieces}_%s")
        for kind, form in EVIDENCE_FORMS.items()
    }
    if sent is not None:
        kind = sent.data["kind"]
        sent.auto_id = forms[kind].auto_id
        forms[kind] = sent
    return forms


def _state_initial(answer: Answer) -> dict:
    return {
        "state": answer.state,
        "reason": answer.reason,
        "approver": answer.approver_id,
        "until": answer.accepted_until,
        "version": answer.version,
    }


def _frame(request: Request, audit: Audit) -> dict:
    membership = access.membership(request.user, audit.project.team)
    progress = by_section(audit)
    return {
        "audit": audit,
        "project": audit.project,
        "team": audit.project.team,
        "membership": membership,
        "may_edit": membership.may_edit and not audit.is_sealed,
        "progress_by_section": progress,
        "progress": sum(progress.values(), Progress()),
        "filter_query": _filter_query(request),
    }


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


def _filtered(audit: Audit, request: Request, opened: Answer | None) -> list[Answer]:
    answers = audit.answers.for_rows().folded()
    if query := request.GET.get("q", "").strip():
        found = search.matching(Item.objects.all(), search.terms(query))
        answers = answers.filter(item__in=found)
    show = _show(request.GET)
    if show == "open":
        answers = answers.open()
    elif show == "blockers":
        answers = answers.blocking()
    elif show == "mine":
        answers = answers.filter(owner=request.user)
    elif show == "overdue":
        answers = answers.overdue()
    elif show == "no-evidence":
        answers = answers.exclude(evidence__in=Evidence.objects.filter(removed_at=None))
    elif show == "accepted":
        answers = answers.filter(state=Answer.State.RISK_ACCEPTED)
    rows = list(answers)
    if opened:
        # The item in the URL is on the page, whatever the filter says, and whole.
        rows = [row for row in rows if row.pk != opened.pk]
        rows.append(audit.answers.for_rows().get(pk=opened.pk))
        rows.sort(key=lambda row: row.position)
    for row in rows:
        row.audit = audit
    return rows


def _show(query: QueryDict) -> str:
    """The filter that the URL names; an unknown one shows all."""
    show = query.get("show", "")
    return show if show in FILTERS else ""


def _chips(progress: Progress, query: QueryDict) -> list[dict]:
    numbers = {
        "": progress.total,
        "open": progress.open,
        "blockers": progress.blockers,
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
