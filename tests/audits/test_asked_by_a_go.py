"""What a conditional go asks for is talked about in the next review, until it is met."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Action, Audit, GoCondition
from audits.models.agenda_proposal import propose as agenda_of
from audits.models.chains import find_broken_link
from audits.models.decisions import Decision, offered
from audits.models.errors import Outdated, Refused
from audits.models.go_conditions import Asked
from audits.models.review_ends import end
from audits.models.snapshots import state_seen
from tests.audits.helpers import propose, sign
from tests.audits.reviewing import running
from tests.audits.views.markup import Page

TEXT = "Test the limits under load."
LINES = "Test the limits\nunder\u200b load."


@pytest.fixture(params=[TEXT, LINES], ids=["a line", "lines"])
def audit(request, settled_audit, ed, noor) -> Audit:
    asked = [Asked(request.param, ed, timezone.localdate() + dt.timedelta(days=3))]
    sign(propose(settled_audit, by=ed, decision="conditional_go", conditions=asked), by=noor)
    return Audit.objects.get(pk=settled_audit.pk).reopen("The launch is staged.", by=noor)


@pytest.fixture
def point(audit, ed):
    found = next(each for each in agenda_of(audit).points if each.title == TEXT)
    review = running(audit, ed, answers=0)
    return review.points.create(position=1, kind=found.kind, key=found.key, title=TEXT)


def asked() -> GoCondition:
    return GoCondition.objects.get()


def test_it_is_on_the_agenda_with_its_owner_and_its_day(audit, ed):
    found = next(each for each in agenda_of(audit).points if each.title == TEXT)

    assert found.kind == "condition"
    assert found.says[0].startswith(f"The go asks this of {ed} until ")


def test_it_is_no_more_once_it_is_met(audit, ed):
    asked().settle(True, by=ed)

    assert TEXT not in [each.title for each in agenda_of(audit).points]


def test_its_fix_is_a_reason_more_in_the_next_review_which_can_end_both(point, audit, ed, noor):
    fixing = Decision("fix", ed, owner=ed, due=timezone.localdate())
    fixing.on(point)
    fixing.on(point)
    end(point.review, outcome="none", by=ed, seen=state_seen(Audit.objects.get(pk=audit.pk)))

    (again,) = (each for each in agenda_of(audit).points if each.title == TEXT)
    assert (again.key, len(again.says)) == (point.key, 2)
    review = running(audit, ed, answers=0)
    next_point = review.points.create(
        position=1, kind=again.kind, key=again.key, title=again.title
    )
    Decision("done", ed, "Seen.").on(next_point)

    assert not asked().is_open
    assert Action.objects.get().state == "done"


def test_done_meets_it_and_fix_opens_it_again(point, ed):
    Decision("done", ed, "Seen at 200 a second.").on(point)
    assert (asked().is_open, asked().note) == (False, "Seen at 200 a second.")

    Decision("fix", ed, owner=ed, due=timezone.localdate()).on(point)
    assert asked().is_open
    assert Action.objects.get().title == TEXT
    assert find_broken_link(Audit.objects.get(pk=point.review.audit_id)) is None


def test_putting_it_off_leaves_it_as_it_is(point, ed):
    Decision("defer", ed, "On Monday.").on(point)

    assert asked().is_open


def test_what_a_go_asked_for_cannot_be_declared_not_applicable(point, ed):
    assert [str(each) for each in offered(point)] == ["fix", "done", "defer"]
    with pytest.raises(Refused, match="Choose what is decided"):
        Decision("not_applicable", ed, "No matter.").on(point)


def test_what_somebody_said_of_it_meanwhile_is_not_overwritten(point, ed, noor):
    asked().settle(True, "Seen.", by=noor)
    asked().settle(False, "After all not.", by=noor)

    with pytest.raises(Outdated, match="Somebody"):
        Decision("done", ed, seen_version=1).on(point)


def test_room_shows_how_it_stands(point, browser, ed):
    room = f"/reviews/{point.review_id}/room/"
    assert (
        f"The go asks this of {ed} until" in Page(browser(ed).get(room, {"point": point.pk})).text
    )

    Decision("done", ed, "Seen.").on(point)

    assert "Met: Seen." in Page(browser(ed).get(room, {"point": point.pk})).text
