from collections.abc import Iterator
from contextlib import contextmanager

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.correct import correct
from audits.forms.evidence import FORMS, EvidenceForm, RemoveForm
from audits.http import Request, posted, require_form
from audits.models import Answer, Evidence, User, contents
from audits.models.errors import Outdated, Refused
from audits.models.uploads import inert
from audits.views.answers import answer_for_change, invalid, refused, saved


@require_POST
def evidence_add(request: Request, audit_pk, pk) -> HttpResponse:
    answer = answer_for_change(request, audit_pk, pk)
    form = sent_form(request, answer)
    if not form.is_valid():
        return invalid(request, answer, form, "evidence_form")
    try:
        _attach(answer, form.cleaned_data, request.user)
    except Refused as error:
        return refused(request, answer, form, error, "evidence_form")
    return saved(request, answer)


def sent_form(request: Request, answer: Answer) -> EvidenceForm:
    """The form of the kind that was sent; Refused when it is none."""
    kind = request.POST.get("kind", "")
    if kind not in FORMS:
        raise Refused(f"Evidence is a {', a '.join(FORMS)}; {kind!r} is none of them.", "kind")
    return FORMS[kind](request.POST, request.FILES, team=answer.audit.project.team)


def _attach(answer: Answer, given: dict, by: User) -> Evidence:
    about = {name: given[name] for name in ("title", "speaks_of", "expires_on")}
    if given["kind"] == Evidence.Kind.LINK:
        return Evidence.objects.attach_link(answer, given["url"], by=by, **about)
    if given["kind"] == Evidence.Kind.FILE:
        return Evidence.objects.attach_file(answer, given["file"], by=by, **about)
    return Evidence.objects.attach_note(answer, given["text"], by=by, **about)


@contextmanager
def sent_content(given: dict) -> Iterator[dict]:
    """The columns of what a valid form sent; a file is stored while the block goes well."""
    if given["kind"] == Evidence.Kind.FILE:
        with contents.file(given["file"], given["title"]) as content:
            yield content
    elif given["kind"] == Evidence.Kind.LINK:
        yield contents.link(given["url"], given["title"])
    else:
        yield contents.note(given["text"], given["title"])


@require_form
def evidence_remove(request: Request, pk) -> HttpResponse:
    """Asks for the reason first; a page of its own, so that it works without scripts."""
    evidence = access.evidence_for_edit(request.user, pk)
    evidence.answer.audit.refuse_if_sealed()
    form = RemoveForm(posted(request), initial={"current": evidence.is_current})
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                evidence.remove(given["reason"], by=request.user, seen_current=given["current"])
            except Outdated as error:
                form.add_error(None, str(error))
                correct(form, current="")
                status = error.status
            else:
                return saved(request, evidence.answer)
    return render(
        request,
        "evidence/evidence_remove.html",
        {
            "form": form,
            "evidence": evidence,
            "audit": evidence.answer.audit,
            "former": evidence.former() if evidence.is_current else [],
        },
        status=status,
    )


@require_safe
def evidence_download(request: Request, pk) -> FileResponse:
    """A file, always as an attachment: a browser never runs what somebody uploaded."""
    evidence = access.evidence_for_view(request.user, pk)
    if not evidence.has_bytes:
        raise Http404("There is no file to download.")
    try:
        file = evidence.file.open("rb")
    except OSError:
        raise Http404("The file is no longer in the store.") from None
    response = FileResponse(
        file,
        as_attachment=True,
        filename=evidence.filename,
        content_type=inert(evidence.content_type),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
