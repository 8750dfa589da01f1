"""A point that somebody takes off the agenda while others are about to say something on it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Action, Poll, notes
from audits.models.decisions import Decision, confirm
from audits.models.errors import Refused
from tests.audits.reviewing import running, seat
from tests.audits.views.markup import HTMX

ACTS = {
    "write": lambda point, ed: notes.save(point, "We wait.", by=seat(point.review, ed)),
    "decide": lambda point, ed: Decision("defer", ed, "Later.").on(point),
    "confirm": lambda point, ed: confirm(point, by=ed),
    "ask": lambda point, ed: Poll.objects.ask(
        point, "Now?", ["Yes", "No"], by=seat(point.review, ed)
    ),
    "promise": lambda point, ed: Action.objects.add(
        point.review.audit,
        "Call them",
        ed,
        timezone.localdate() + dt.timedelta(3),
        by=ed,
        point=point,
    ),
    "move": lambda point, ed: point.move("top", by=ed),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_who_is_too_late_is_told_so(audit, ed, act):
    review = running(audit, ed)
    point = review.points.get(position=2)
    review.points.get(pk=point.pk).take_off(by=ed)
    events = audit.events.count()

    with pytest.raises(Refused, match="no longer on the agenda: load the page again"):
        act(point, ed)

    assert (audit.events.count(), Action.objects.count()) == (events, 0)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_decision_on_it_says_so_in_the_room(audit, browser, ed, monkeypatch, headers):
    review = running(audit, ed)
    decide_on, point = Decision.on, review.points.last()

    def on(self, point):
        review.points.get(pk=point.pk).take_off(by=ed)
        return decide_on(self, point)

    monkeypatch.setattr(Decision, "on", on)
    address = reverse("room-decide", args=[review.pk, point.pk])

    response = browser(ed).post(address, {"decision": "done"}, headers=headers)

    assert response.status_code == 422
    assert "no longer on the agenda" in response.text
