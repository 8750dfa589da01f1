"""Polls of a review: lead and editors open and close them, everybody votes."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from audits.forms.correct import explain
from audits.forms.talk import PollForm
from audits.http import Request, for_guests, posted, require_form
from audits.models import AgendaPoint, Poll
from audits.models.errors import Refused
from audits.views.room_talk import new_poll
from audits.views.talk_answers import page, talked, visitor_at

PAGE = "reviews/talk_poll_page.html"


@for_guests
@require_form
def poll_new(request: Request, pk, point_pk) -> HttpResponse:
    visitor, point = visitor_at(request, pk, point_pk, edits=True)
    visitor.review.refuse_unless("running")
    if request.method != "POST":
        return page(request, visitor, point, PAGE, 200, form=new_poll(point))
    form = PollForm(posted(request), auto_id=f"poll-{point.pk}-%s")
    if form.is_valid():
        try:
            asked = form.cleaned_data["question"], form.asked
            Poll.objects.ask(point, *asked, by=visitor.join())
        except Refused as error:
            explain(form, error)
        else:
            return talked(request, visitor, point)
    if request.htmx:
        return talked(request, visitor, point, 422, poll_form=form)
    return page(request, visitor, point, PAGE, 422, form=form)


@for_guests
@require_POST
def poll_vote(request: Request, pk, point_pk, poll_pk) -> HttpResponse:
    visitor, point = visitor_at(request, pk, point_pk)
    choice = request.POST.get("choice", "")
    if not choice.isascii() or not choice.isdigit() or len(choice) > 2:
        raise Refused("Choose one of the poll's choices.")
    _poll(point, poll_pk).vote(int(choice), by=visitor.join())
    return talked(request, visitor, point)


@for_guests
@require_POST
def poll_close(request: Request, pk, point_pk, poll_pk) -> HttpResponse:
    visitor, point = visitor_at(request, pk, point_pk, edits=True)
    _poll(point, poll_pk).close()
    return talked(request, visitor, point)


def _poll(point: AgendaPoint, pk) -> Poll:
    poll = get_object_or_404(point.polls, pk=pk)
    poll.point = point
    return poll
