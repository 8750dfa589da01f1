"""Streams, as docs/live.md tells. A view says who looks at what; config/pages.py keeps it open."""

import random

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from audits import access, access_reviews
from audits.access_reviews import GuestLinkOver, SignInMissing
from audits.http import Request
from audits.live import sse
from audits.live.viewers import Kind, Viewer
from audits.models import Audit, Participant
from audits.views import live_audits, live_parts, live_rights
from audits.views.live_source import HUB

# Those whose server went away at the same moment come back one after the other.
RETRY_MS = (500, 2000)
BUSY_SECONDS = (10, 30)
# Of one guest and in one process: tabs on a few devices, and no way to take everybody's place.
GUEST_MOST = 12
SIGN_IN = "Sign in: your session has ended."


class Stream(StreamingHttpResponse):
    """Begins with `head`, and goes on with what the viewer is told."""

    def __init__(self, viewer: Viewer, head: bytes) -> None:
        retry = sse.retry(random.randint(*RETRY_MS))  # noqa: S311  # nosec B311: no secret
        super().__init__([retry + head], content_type="text/event-stream; charset=utf-8")
        # Proxies must neither keep nor collect it.
        self["Cache-Control"] = "no-store, no-transform"
        self["X-Accel-Buffering"] = "no"
        self.follow = lambda: HUB.follow(viewer)
        self.leave = viewer.end


@login_not_required
@require_GET
def audit_live(request: Request, pk) -> HttpResponseBase:
    """What happens in the audit, from the event on that the client names as the last it has."""
    if not request.user.is_authenticated:
        return _text(401, SIGN_IN)
    audit = access.audit_for_view(request.user, pk)
    if refused := _full():
        return refused
    variant = live_rights.variant_of(access.viewer(request.user, audit).role)
    number, head = _beginning(request, audit)
    claim = live_rights.claim_of(request.user, str(request.session.session_key))
    viewer = Viewer(Kind.AUDIT, audit.pk, claim, variant, seen=(number, variant))
    return Stream(viewer, head)


@login_not_required
@require_GET
def review_live(request: HttpRequest, pk) -> HttpResponseBase:
    """What is to be seen in the room of the review, for members and for guests."""
    try:
        visitor = access_reviews.visitor(request, pk)
    except SignInMissing:
        return _text(401, SIGN_IN)
    except GuestLinkOver as over:
        return _text(over.status, str(over))
    if refused := _full(visitor.participant if visitor.is_guest else None):
        return refused
    review, session = visitor.review, str(request.session.session_key)
    # Whoever reads up on a meeting that is over was not there.
    participant = visitor.join() if review.is_planned or review.is_running else visitor.participant
    if visitor.membership:
        claim = live_rights.claim_of(visitor.membership.user, session, participant)
        variant = live_rights.variant_of(visitor.membership.role)
    else:
        claim = live_rights.claim_of_guest(visitor.join(), session)
        variant = live_parts.GUEST
    viewer = Viewer(Kind.REVIEW, review.audit_id, claim, variant, seen=None, review=review.pk)
    return Stream(viewer, sse.message("hello", {"number": review.version}))


def _beginning(request: Request, audit: Audit) -> tuple[int, bytes]:
    """From which event on the stream goes, and what it says of that. Who names none begins now;
    who names one that never was is sent to read the page anew."""
    newest = audit.events_count
    named = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    number = sse.number_of(named) if named else newest
    if number is None or number > newest:
        return newest, live_audits.refetch(newest, "unknown")
    return number, sse.message("hello", {"number": number}, number=number)


def _full(guest: Participant | None = None) -> HttpResponse | None:
    """Rather none than one for which there is no room; pages work without."""
    held = HUB.held_by(guest.pk) if guest else 0
    if len(HUB) < settings.STREAMS_MAX and held < GUEST_MOST:
        return None
    response = _text(503, "Too many are looking on at the moment. Reload the page now and then.")
    response["Retry-After"] = str(random.randint(*BUSY_SECONDS))  # noqa: S311  # nosec B311: no secret
    return response


def _text(status: int, text: str) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
