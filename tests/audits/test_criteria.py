"""An exit criterion that is decided on in a review stands as its own page would have it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Action, AgendaPoint, Audit, Condition
from audits.models.chains import find_broken_link
from audits.models.decisions import Decision
from audits.models.errors import NotAllowed, Outdated, Refused
from tests.audits.helpers import build_edition
from tests.audits.reviewing import running
from tests.audits.views.markup import Page


@pytest.fixture
def audit(project, alice) -> Audit:
    edition = build_edition("own", exit_criteria=["All is seen"])
    return Audit.objects.start(project, "Launch", [edition], by=alice)


@pytest.fixture
def point(audit, ed) -> AgendaPoint:
    review = running(audit, ed, answers=0)
    condition = audit.conditions.get()
    about = {"kind": "criterion", "key": f"criterion:{condition.pk}", "title": condition.text}
    return review.points.create(position=1, **about)


def decide(point: AgendaPoint, decision: str, **terms) -> AgendaPoint:
    return Decision(decision, **terms).on(point)


def state() -> tuple[str, str]:
    condition = Condition.objects.get()
    return condition.state, condition.note


def test_done_meets_it_with_an_event_of_its_own(point, ed):
    decide(point, "done", by=ed, reason="Seen by all.")

    assert state() == ("met", "Seen by all.")
    audit = Audit.objects.get(pk=point.review.audit_id)
    verbs = audit.events.order_by("-number").values_list("verb", flat=True)
    assert list(verbs[:2]) == ["review.point", "condition.settled"]
    assert find_broken_link(audit) is None


def test_fix_opens_it_again_with_an_action_item(point, ed):
    decide(point, "done", by=ed)

    decide(point, "fix", by=ed, owner=ed, due=timezone.localdate())

    assert state()[0] == "open"
    assert Action.objects.get().title == "All is seen"
    assert find_broken_link(Audit.objects.get(pk=point.review.audit_id)) is None


def test_deferring_leaves_it_as_it_is(point, ed):
    decide(point, "defer", by=ed, reason="Monday.")

    assert state() == ("open", "")


def test_waiving_it_takes_an_approver(point, ed, noor):
    with pytest.raises(NotAllowed, match="Only an approver"):
        decide(point, "not_applicable", by=ed, reason="Nobody looks.")
    assert not AgendaPoint.objects.get(pk=point.pk).decision

    decide(point, "not_applicable", by=noor, reason="Nobody looks.")

    assert state() == ("waived", "Nobody looks.")


def test_waiving_it_takes_a_reason(point, noor):
    with pytest.raises(Refused, match="Say why"):
        decide(point, "not_applicable", by=noor)


def test_what_somebody_said_of_it_meanwhile_is_not_overwritten(point, ed, noor):
    Condition.objects.get().settle("waived", "Small launch.", by=noor)

    with pytest.raises(Outdated, match="Noor"):
        decide(point, "done", by=ed, seen_version=1)

    assert state()[0] == "waived"


def test_one_that_the_audit_asks_no_more_is_a_topic(point, ed):
    Condition.objects.all().delete()

    assert decide(point, "done", by=ed).decision == "done"


def test_room_sends_its_version_and_shows_how_it_stands(point, browser, ed, noor):
    client, room = browser(ed), reverse("room", args=[point.review_id])
    shown = Page(client.get(room, {"point": point.pk}))
    assert "Nobody has said that it is met." in shown.text
    assert shown.value("version") == "1"
    Condition.objects.get().settle("waived", "Small launch.", by=noor)

    address = reverse("room-decide", args=[point.review_id, point.pk])
    response = client.post(address, {"decision": "done", "version": "1"})

    page = Page(response)
    assert response.status_code == 409
    assert "Waived: Small launch." in page.text
    assert page.value("version") == "2"
