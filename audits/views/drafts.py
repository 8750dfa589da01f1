"""A team's own checklists, and their drafts as a whole: begun, looked at, written, published."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.correct import correct
from audits.forms.drafts import AdoptForm, PublishForm, TextForm, UploadForm
from audits.http import Request, posted, require_form
from audits.models import Draft
from audits.models.errors import Outdated, Refused
from audits.views.faults import beside_lines
from audits.views.teams import team_page
from checklist import drafting
from checklist.faults import Fault
from checklist.formats import registry
from checklist.models import Edition

ROWS_A_PAGE = 200


@require_safe
def team_checklist_list(request: Request, pk) -> HttpResponse:
    team = access.team_for_view(request.user, pk)
    own = Edition.objects.filter(checklist__owner=team.pk).current().with_counts()
    drafts = team.drafts.select_related("changed_by")
    return team_page(request, team, "teams/checklist_list.html", editions=own, drafts=drafts)


@require_form
def draft_new(request: Request, team_pk) -> HttpResponse:
    """A file, a pasted text, or the beginning of one: a draft of it, faulty or not."""
    team = access.team_for_edit(request.user, team_pk)
    data = posted(request)
    form = UploadForm(data, request.FILES or None, initial={"text": ""})
    if data is not None and "blank" in data:
        return redirect(Draft.objects.begin(team, drafting.start(), by=request.user))
    if form.is_valid():
        given = form.cleaned_data
        draft = Draft.objects.begin(team, given["text"], by=request.user, format=given["format"])
        return redirect("draft-text" if draft.fault_count else "draft-changes", draft.pk)
    status = 422 if form.is_bound else 200
    return team_page(request, team, "drafts/draft_new.html", status=status, form=form)


@require_form
def draft_adopt(request: Request) -> HttpResponse:
    """“Make it our own”, and the next edition of what is: a draft of the edition in `edition`."""
    pk = request.GET.get("edition", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404
    edition = access.edition_for_view(request.user, int(pk))
    teams = access.teams_for_edit(request.user)
    owner = next((team for team in teams if team.pk == edition.checklist.owner), None)
    first = owner or next(iter(teams), None)
    slug = edition.checklist.slug
    if first and not owner:
        slug = f"{slugify(first.name) or 'our'}-{slug}"[:80].strip("-")
    form = AdoptForm(posted(request), teams=teams, initial={"slug": slug, "team": first})
    if form.is_valid():
        given = form.cleaned_data
        draft = Draft.objects.adopt(given["team"], edition, given["slug"], by=request.user)
        return redirect(draft)
    context = {"form": form, "edition": edition, "teams_for_edit": teams, "is_own": bool(owner)}
    status = 422 if form.is_bound else 200
    return render(request, "drafts/draft_adopt.html", context, status=status)


def draft_page(
    request: Request, draft: Draft, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """One of the draft's tabs."""
    membership = access.membership(request.user, draft.team)
    context |= {"draft": draft, "team": draft.team, "membership": membership}
    return render(request, template, context, status=status)


@require_safe
def draft_detail(request: Request, pk) -> HttpResponse:
    """Its sections and items, to be changed one by one; its text, while that has faults."""
    draft = access.draft_for_view(request.user, pk)
    checked = draft.check_text()
    if checked.definition is None:
        return _text_page(request, draft, faults=checked.faults)
    rows = [
        {"number": number, "section": section, "item": item}
        for number, section, item in checked.definition.numbered()
    ]
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return draft_page(
        request,
        draft,
        "drafts/draft_detail.html",
        tab="items",
        definition=checked.definition,
        page=page,
    )


@require_safe
def draft_changes(request: Request, pk) -> HttpResponse:
    return _changes_page(request, access.draft_for_view(request.user, pk))


def _changes_page(request: Request, draft: Draft, form: PublishForm | None = None) -> HttpResponse:
    checked = draft.check_text()
    if checked.definition is None:
        return _text_page(request, draft, faults=checked.faults)
    before = draft.compared_to(checked.definition)
    difference = draft.difference(checked.definition)
    version = _proposed(draft, checked.definition, difference)
    page = None
    if difference:
        page = Paginator(difference.items, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return draft_page(
        request,
        draft,
        "drafts/draft_changes.html",
        tab="changes",
        status=422 if form else 200,
        definition=checked.definition,
        before=before,
        difference=difference,
        page=page,
        form=form or PublishForm(initial={"version": version, "seen": draft.version}),
    )


def _proposed(draft: Draft, definition, difference) -> str:
    """The version in the text if it may be published, or else the next one."""
    latest = draft.latest(definition.slug)
    if latest is None or drafting.is_higher(definition.version, latest.version):
        return definition.version
    is_small = difference is not None and not (
        difference.added or difference.removed or difference.reopening
    )
    return drafting.next_version(latest.version, is_small=is_small)


@require_form
def draft_text(request: Request, pk) -> HttpResponse:
    """The whole text; saved whether it has faults or not, and checked each time."""
    draft = access.draft_for_edit(request.user, pk)
    if request.method != "POST":
        return _text_page(request, draft, faults=draft.check_text().faults)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _text_page(request, draft, form=form, status=422)
    try:
        draft.rewrite(
            form.cleaned_data["text"],
            seen=form.cleaned_data["version"],
            by=request.user,
            format=form.format,
        )
    except Outdated as error:
        return _both_texts(request, draft, form, error)
    if draft.fault_count:
        return redirect("draft-text", draft.pk)
    messages.success(request, "The text is saved, and has no fault.")
    return redirect(draft)


def _both_texts(request: Request, draft: Draft, form: TextForm, error: Outdated) -> HttpResponse:
    if not Draft.objects.filter(pk=draft.pk).exists():
        raise error
    mine = form.cleaned_data["text"]
    versions = {
        "by": draft.changed_by,
        "at": draft.changed_at,
        "rows": [("Text", draft.text, mine)],
    }
    correct(form, version=draft.version)
    return _text_page(request, draft, form=form, versions=versions, status=409)


def _text_page(
    request: Request,
    draft: Draft,
    *,
    faults: list[Fault] | None = None,
    form: TextForm | None = None,
    versions: dict | None = None,
    status: int = 200,
) -> HttpResponse:
    return draft_page(
        request,
        draft,
        "drafts/draft_text.html",
        tab="text",
        status=status,
        faults=faults or [],
        shown=beside_lines(draft.text, faults or []),
        versions=versions,
        form=form or TextForm(initial={"text": draft.text, "version": draft.version}),
    )


@require_safe
def draft_export(request: Request, pk, format: str) -> HttpResponse:
    draft = access.draft_for_view(request.user, pk)
    chosen = registry.FORMATS.get(format)
    if chosen is None:
        raise Http404
    text, name = draft.text, "draft"
    checked = draft.check_text()
    if checked.definition is not None:
        name = checked.definition.slug
        if chosen is not registry.YAML:
            text = chosen.dump(checked.definition.plain())
    elif format != draft.format:
        raise Refused("The text of this draft has faults. Mend them first.")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-draft{chosen.suffixes[0]}"',
    }
    return HttpResponse(text, f"{chosen.content_type}; charset=utf-8", headers=headers)


@require_POST
def draft_publish(request: Request, pk) -> HttpResponse:
    draft = access.draft_for_edit(request.user, pk)
    form = PublishForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            edition = draft.publish(given["version"], seen=given["seen"], by=request.user)
        except Refused as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"{edition} is published. Audits can be started from it.")
            return redirect(edition)
    return _changes_page(request, draft, form)


@require_POST
def draft_undo(request: Request, pk) -> HttpResponse:
    draft = access.draft_for_edit(request.user, pk)
    seen = request.POST.get("seen", "")
    draft.undo(seen=int(seen) if seen.isdecimal() and len(seen) < 10 else -1, by=request.user)
    messages.success(request, "The last change is undone. Undo once more to bring it back.")
    return redirect(draft)


@require_form
def draft_discard(request: Request, pk) -> HttpResponse:
    """Asks first; a page of its own, so that it works without scripts."""
    draft = access.draft_for_edit(request.user, pk)
    if request.method != "POST":
        return draft_page(request, draft, "drafts/draft_discard.html")
    draft.discard(by=request.user)
    messages.success(request, f"The draft “{draft}” is discarded.")
    return redirect("team-checklist-list", draft.team_id)
