"""What may become of an action item."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from audits.models import Action, Audit, Review
from audits.models.chains import find_broken_link
from audits.models.errors import AuditSealed, Outdated, Refused, RuleBroken
from audits.models.history import describe
from audits.models.review_ends import end
from audits.models.reviews import ReviewNotSo
from tests.audits.helpers import seal
from tests.audits.reviewing import planned, running


def promise(audit: Audit, owner, title: str = "Raise the limit", days: int = 3, **more) -> Action:
    due = timezone.localdate() + dt.timedelta(days=days)
    by = more.pop("by", owner)
    return Action.objects.add(audit, title, owner, due, by=by, **more)


def told(audit: Audit) -> str:
    event = audit.events.latest("number")
    return f"{event.actor_name} {describe(event)}"


def test_an_action_item_is_added_with_an_event(audit, answer, ed, noor):
    action = promise(audit, noor, by=ed, answer=answer)

    assert (action.team, action.answer, action.is_open) == (audit.project.team, answer, True)
    assert told(audit) == (
        "Ed Fox added the action item “Raise the limit” about “Item 1” for Noor Haddad, due "
        f"{action.due.isoformat()}"
    )


@pytest.mark.parametrize(
    ("title", "days", "field", "words"),
    [(" ", 3, "title", "Say what"), ("Do it", -1, "due", "This day is over")],
)
def test_an_action_item_says_what_and_until_when(audit, ed, title, days, field, words):
    with pytest.raises(Refused, match=words) as refused:
        promise(audit, ed, title, days)

    assert refused.value.field == field


def test_an_action_item_has_a_last_day(audit, ed):
    with pytest.raises(Refused, match="until when"):
        Action.objects.add(audit, "Do it", ed, None, by=ed)


@pytest.mark.parametrize("name", ["mallory", None])
def test_a_member_alone_owns_an_action_item(audit, ed, mallory, name):
    with pytest.raises(Refused, match="member of the team"):
        promise(audit, mallory if name else None, by=ed)


def test_an_action_item_is_about_its_own_audit(project, edition, audit, answer, ed):
    other = Audit.objects.start(project, "Second launch", [edition], by=ed)

    with pytest.raises(Refused, match="its own audit"):
        promise(other, ed, answer=answer)


def test_a_point_brings_its_review_and_its_answer(audit, ed):
    review = running(audit, ed)
    point = review.points.first()

    action = promise(audit, ed, point=point)

    assert (action.review, action.answer) == (review, point.answer)


def test_nothing_is_promised_on_a_point_whose_minutes_are_frozen(audit, ed):
    point = running(audit, ed).points.first()
    end(point.review, outcome="none", by=ed, seen="")

    with pytest.raises(ReviewNotSo):
        promise(audit, ed, point=point)


@pytest.mark.parametrize("way", [planned, running])
def test_a_room_is_told_of_action_items_while_it_is_open(audit, ed, way):
    review = Review.objects.get(pk=way(audit, ed).pk)

    action = promise(audit, ed, review=review)
    action.close("Done.", by=ed)

    grown = Review.objects.get(pk=review.pk).version - review.version
    assert grown == (2 if review.is_running else 0)


def test_who_holds_the_lock_already_goes_on_with_their_audit(audit, ed):
    with transaction.atomic():
        mine = audit.for_change()
        promise(mine, ed)
        mine.log("audit.renamed", by=ed, before="a", after="b")

    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_a_change_is_told_with_what_it_was(audit, ed, noor):
    action = promise(audit, ed)

    action.change(title=action.title, owner=noor, due=action.due, by=ed, seen_version=1)

    assert told(audit) == (
        "Ed Fox changed the action item “Raise the limit”: owner Noor Haddad, before Ed Fox"
    )


def test_a_change_that_changes_nothing_is_no_event(audit, ed):
    action = promise(audit, ed)
    count = audit.events.count()

    action.change(title="Raise the limit ", owner=ed, due=action.due, by=ed, seen_version=0)

    assert audit.events.count() == count


def test_a_late_action_item_keeps_its_day_until_it_gets_another(audit, ed):
    action = promise(audit, ed, days=0)

    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        row = action.change(title="Raise it", owner=ed, due=action.due, by=ed)

        assert row.is_late
        with pytest.raises(Refused, match="This day is over"):
            row.change(title="Raise it", owner=ed, due=row.due + dt.timedelta(days=1), by=ed)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("done", "Ed Fox closed the action item “Raise the limit”: Asked and got it."),
        ("dropped", "Ed Fox dropped the action item “Raise the limit”: Asked and got it."),
    ],
)
def test_an_action_item_is_closed_with_what_came_of_it(audit, ed, state, words):
    row = promise(audit, ed).close("Asked and got it.", by=ed, state=state, seen_version=1)

    assert (row.state, row.closed_by, row.closed_by_name) == (state, ed, "Ed Fox")
    assert told(audit) == words


def test_nothing_is_dropped_without_a_reason(audit, ed):
    with pytest.raises(Refused, match="Say why it is dropped") as refused:
        promise(audit, ed).close(" ", by=ed, state="dropped")

    assert refused.value.field == "closing"


def test_closing_says_one_of_two_states(audit, ed):
    with pytest.raises(Refused, match="as done or as dropped"):
        promise(audit, ed).close("Hm.", by=ed, state="open")


def test_who_looked_at_an_older_version_changes_nothing(audit, ed, noor):
    action = promise(audit, ed)
    action.change(title="Halve the limit", owner=ed, due=action.due, by=noor)

    with pytest.raises(Outdated, match="Noor Haddad changed this action item"):
        action.close("Done.", by=ed, seen_version=1)


def test_saying_the_same_twice_is_one_event(audit, ed):
    action = promise(audit, ed)
    action.close("Done.", by=ed, seen_version=1)
    count = audit.events.count()

    action.close("Done.", by=ed, seen_version=1)

    assert audit.events.count() == count


def test_what_is_closed_is_reopened_before_it_changes(audit, ed, noor):
    action = promise(audit, ed).close("Done.", by=noor)

    with pytest.raises(RuleBroken, match="Noor Haddad closed this action item already"):
        action.change(title="Other", owner=ed, due=action.due, by=ed)

    row = action.reopen(by=ed, seen_version=action.version)
    assert (row.is_open, row.closing, row.closed_by) == (True, "", None)
    assert told(audit) == "Ed Fox reopened the action item “Raise the limit”"


def test_a_promise_outlives_the_seal(settled_audit, ed, noor):
    action = promise(settled_audit, ed)
    seal(settled_audit, by=noor)
    action.close("Done.", by=ed)

    assert find_broken_link(Audit.objects.get(pk=settled_audit.pk)) is None
    with pytest.raises(AuditSealed):
        promise(Audit.objects.get(pk=settled_audit.pk), ed)


def test_owners_close_their_own_whatever_their_role(audit, ed, vic, mallory):
    action = promise(audit, vic, by=ed)
    other = promise(audit, ed)

    assert list(Action.objects.closable_by(vic)) == [action]
    assert set(Action.objects.closable_by(ed)) == {action, other}
    assert not Action.objects.closable_by(mallory).exists()
