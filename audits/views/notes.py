"""Notes of a review, as several people write them."""

import binascii
from base64 import b64decode, b64encode

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from audits.http import Request, for_guests, require_form
from audits.models import AgendaPoint, notes
from audits.models.errors import RuleBroken
from audits.models.note_updates import NoteBroken, NoteIncomplete
from audits.views.talk_answers import page, talked, visitor_at


@for_guests
@require_POST
def note_merge(request: Request, pk, point_pk) -> HttpResponse:
    """What was typed since the last time, as an update of the document: JSON for note.js."""
    visitor, point = visitor_at(request, pk, point_pk)
    try:
        written = notes.merge(
            point,
            _bytes(request, "update"),
            by=visitor.join(),
            epoch=_epoch(request),
            known=_bytes(request, "known"),
        )
    except RuleBroken as error:
        said: dict[str, str | int] = {"error": str(error)}
        if isinstance(error, notes.SEND_ANEW):
            said |= _state_of(point)
        return JsonResponse(said, status=error.status)
    return JsonResponse(
        {
            "version": written.version,
            "epoch": written.epoch,
            "update": b64encode(written.update).decode(),
        }
    )


@for_guests
@require_form
def note_edit(request: Request, pk, point_pk) -> HttpResponse:
    """The whole text, for browsers without scripts; `base` is the state that it was typed on."""
    visitor, point = visitor_at(request, pk, point_pk)
    shown = _state_of(point)
    if request.method != "POST":
        visitor.review.refuse_unless("running")
        return page(request, visitor, point, "reviews/talk_note_page.html", 200, shown=shown)
    typed = request.POST.get("text", "")
    try:
        epoch = _epoch(request)
        notes.save(point, typed, by=visitor.join(), base=_bytes(request, "base"), epoch=epoch)
    except RuleBroken as error:
        if isinstance(error, NoteBroken | NoteIncomplete):
            # It was typed on nothing that the note ever said: it goes in as a whole.
            shown["state"] = ""
        else:
            # On a newer state, what others wrote since would be taken for deleted.
            shown |= {"state": request.POST.get("base", ""), "epoch": epoch}
        shown["text"] = typed
        template = "reviews/talk_note_page.html"
        return page(request, visitor, point, template, error.status, shown=shown, error=error)
    return talked(request, visitor, point)


def _state_of(point: AgendaPoint) -> dict[str, str | int]:
    point.refresh_from_db(fields=["note", "note_state", "note_epoch", "note_version"])
    return {
        "text": point.note,
        "state": b64encode(bytes(point.note_state)).decode(),
        "epoch": point.note_epoch,
        "version": point.note_version,
    }


def _bytes(request: Request, name: str) -> bytes:
    try:
        return b64decode(request.POST.get(name, ""), validate=True)
    except (binascii.Error, ValueError):
        raise NoteBroken(f"{name} is no base64") from None


def _epoch(request: Request) -> int:
    text = request.POST.get("epoch", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NoteBroken("epoch is no number")
    return int(text)
