from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from audits import access
from audits.forms.evidence import FORMS, RemoveForm
from audits.http import Request, posted, require_form
from audits.models import Answer, Evidence, User
from audits.models.errors import Refused
from audits.models.uploads import inert
from audits.views.answers import answer_for_change, invalid, refused, saved


@require_POST
def evidence_add(request: Request, audit_pk, pk) -> HttpResponse:
    answer = answer_for_change(request, audit_pk, pk)
    kind = request.POST.get("kind", "")
    if kind not in FORMS:
        raise Refused(f"Evidence is a {', a '.join(FORMS)}; {kind!r} is none of them.", "kind")
    form = FORMS[kind](request.POST, request.FILES)
    if not form.is_valid():
        return invalid(request, answer, form, "evidence_form")
    try:
        _attach(kind, answer, form.cleaned_data, request.user)
    except Refused as error:
        return refused(request, answer, form, error, "evidence_form")
    return saved(request, answer)


def _attach(kind: str, answer: Answer, given: dict, by: User) -> Evidence:
    about = {"by": by, "title": given["title"], "speaks_of": given["speaks_of"]}
    if kind == Evidence.Kind.LINK:
        return Evidence.objects.attach_link(answer, given["url"], **about)
    if kind == Evidence.Kind.FILE:
        return Evidence.objects.attach_file(answer, given["file"], **about)
    return Evidence.objects.attach_note(answer, given["text"], **about)


@require_form
def evidence_remove(request: Request, pk) -> HttpResponse:
    """Asks for the reason first; a page of its own, so that it works without scripts."""
    evidence = access.evidence_for_edit(request.user, pk)
    evidence.answer.audit.refuse_if_sealed()
    form = RemoveForm(posted(request))
    if form.is_valid():
        evidence.remove(form.cleaned_data["reason"], by=request.user)
        return saved(request, evidence.answer)
    return render(
        request,
        "evidence/evidence_remove.html",
        {"form": form, "evidence": evidence, "audit": evidence.answer.audit},
        status=422 if form.is_bound else 200,
    )


@require_safe
def evidence_download(request: Request, pk) -> FileResponse:
    """A file, always as an attachment: a browser never runs what somebody uploaded."""
    evidence = access.evidence_for_view(request.user, pk)
    if not evidence.file:
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
