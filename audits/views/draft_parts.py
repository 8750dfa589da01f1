"""The parts of a draft: its head, a section, an item; each changed in a form of its own."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audits import access
from audits.forms.correct import correct
from audits.forms.drafts import AboutForm, ItemForms, SectionForm, as_text
from audits.http import Request, posted, require_form
from audits.models import Draft
from audits.models.drafts import PartChanged
from audits.models.errors import Refused
from audits.views.drafts import draft_page
from checklist import drafting, probe_names
from checklist.faults import FaultyFile
from checklist.field_changes import LABELS

Part = Callable[[dict], dict | None]
HEAD = ("slug", "title", "version", "summary")
STEPS = {"up": -1, "down": 1}


@require_form
def draft_about(request: Request, pk) -> HttpResponse:
    """Title, slug, version and summary."""
    draft, plain = _open(request, pk)
    initial = plain | {"seen": drafting.fingerprint(_head(plain))}
    form = AboutForm(posted(request), initial=initial)
    return _part(
        request,
        draft,
        form,
        "drafts/draft_about.html",
        part=_head,
        what="the head of this draft",
        edit=lambda now: drafting.put_head(now, form.values()),
    )


@require_form
def draft_section(request: Request, pk, section: str) -> HttpResponse:
    draft, plain = _open(request, pk)
    found = drafting.sections(plain).get(section)
    if found is None:
        raise Http404
    form = SectionForm(posted(request), initial=found | {"seen": drafting.fingerprint(found)})

    def edit(now: dict) -> None:
        drafting.put_section(now, section, {"id": section} | form.values())

    return _part(
        request,
        draft,
        form,
        "drafts/draft_section.html",
        part=lambda now: drafting.sections(now).get(section),
        what="this section",
        edit=edit,
        section=found,
    )


@require_form
def draft_item(request: Request, pk, ref: str) -> HttpResponse:
    draft, plain = _open(request, pk)
    item = drafting.items(plain).get(ref)
    if item is None and request.method != "POST":
        raise Http404
    section = drafting.section_of(plain, ref)
    seen = drafting.fingerprint(item or {})
    forms = ItemForms(posted(request), plain, item or {}, section=section, ref=ref, seen=seen)

    def edit(now: dict) -> None:
        drafting.put_item(now, forms.form.cleaned_data["section"], ref, forms.item())

    return _part(
        request,
        draft,
        forms,
        "drafts/draft_item.html",
        probe_names=probe_names.known(),
        part=lambda now: drafting.items(now).get(ref),
        what="this item",
        edit=edit,
        item=item,
    )


@require_form
def draft_item_new(request: Request, pk) -> HttpResponse:
    """In the section that `section` names, or in a new one."""
    draft, plain = _open(request, pk)
    section = request.GET.get("section", "")
    forms = ItemForms(posted(request), plain, {}, section=section, ref=None, seen="")

    def edit(now: dict) -> None:
        home, new = forms.form.cleaned_data["section"], forms.new_section()
        if new:
            drafting.add_section(now, new | {"items": [forms.item()]})
        else:
            drafting.put_item(now, home, "", forms.item())

    return _part(
        request,
        draft,
        forms,
        "drafts/draft_item.html",
        probe_names=probe_names.known(),
        part=lambda now: {},
        what="this draft",
        edit=edit,
    )


@require_POST
def draft_item_move(request: Request, pk, ref: str) -> HttpResponse:
    draft = access.draft_for_edit(request.user, pk)
    step = _step(request)
    draft.change(lambda plain: drafting.move_item(plain, ref, step), by=request.user)
    return redirect(f"{_back(request, draft)}#item-{ref}")


@require_POST
def draft_item_remove(request: Request, pk, ref: str) -> HttpResponse:
    return _remove(request, pk, lambda plain: drafting.remove_item(plain, ref), "item")


@require_POST
def draft_section_move(request: Request, pk, section: str) -> HttpResponse:
    draft = access.draft_for_edit(request.user, pk)
    step = _step(request)
    draft.change(lambda plain: drafting.move_section(plain, section, step), by=request.user)
    return redirect(f"{_back(request, draft)}#section-{section}")


@require_POST
def draft_section_remove(request: Request, pk, section: str) -> HttpResponse:
    return _remove(request, pk, lambda plain: drafting.remove_section(plain, section), "section")


def _remove(request: Request, pk, edit: Callable[[dict], None], what: str) -> HttpResponse:
    draft = access.draft_for_edit(request.user, pk)
    try:
        draft.change(edit, by=request.user)
    except FaultyFile:
        rest = "a section needs an item, and a checklist a section"
        raise Refused(f"That {what} is the last one, and {rest}.") from None
    messages.success(request, f"The {what} is removed. “Undo the last change” brings it back.")
    return redirect(_back(request, draft))


def _open(request: Request, pk) -> tuple[Draft, dict]:
    draft = access.draft_for_edit(request.user, pk)
    return draft, draft.definition().plain()


def _head(plain: dict) -> dict:
    return {name: plain[name] for name in HEAD if name in plain}


def _step(request: Request) -> int:
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Refused("Say where to move it: up or down.")
    return step


def _back(request: Request, draft: Draft) -> str:
    page = request.POST.get("page", "")
    query = f"?page={page}" if page.isdecimal() and page != "1" else ""
    return f"{reverse('draft-detail', args=[draft.pk])}{query}"


def _part(
    request: Request,
    draft: Draft,
    form: Any,
    template: str,
    *,
    part: Part,
    what: str,
    edit: Callable[[dict], None],
    **context: Any,
) -> HttpResponse:
    """Show the form of a part, or take it: saved, faulty, or beside somebody else's version."""
    fields = form.form if isinstance(form, ItemForms) else form
    context |= {"form": fields, "forms": form}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return draft_page(request, draft, template, status=status, **context)
    seen = fields.cleaned_data["seen"] or drafting.fingerprint({})
    try:
        draft.change_part(part, seen, what, edit, by=request.user)
    except PartChanged as error:
        context["versions"] = _versions(draft, form, error.current)
        correct(fields, seen=drafting.fingerprint(error.current))
        return draft_page(request, draft, template, status=409, **context)
    except FaultyFile as error:
        for fault in error.faults:
            fields.add_error(None, f"{fault.problem}; {fault.remedy}.")
        return draft_page(request, draft, template, status=422, **context)
    messages.success(request, "Saved in the draft.")
    return redirect(draft)


def _versions(draft: Draft, form: Any, theirs: dict) -> dict:
    mine = form.item() if isinstance(form, ItemForms) else form.values()
    names = [name for name in LABELS if name in mine or name in theirs]
    rows = [
        (LABELS[name], as_text(theirs.get(name)).strip(), as_text(mine.get(name)).strip())
        for name in names
    ]
    return {"by": draft.changed_by, "at": draft.changed_at, "rows": rows}
