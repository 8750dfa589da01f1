import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits.models import Answer
from audits.models.errors import Outdated, Refused


def fresh(answer: Answer) -> Answer:
    return Answer.objects.get(pk=answer.pk)


def test_started_audit_has_one_open_answer_an_item_in_the_order_of_the_edition(audit):
    answers = audit.answers.order_by("position").values_list("item__number", "state")

    assert list(answers) == [(number, "open") for number in range(1, 7)]


def test_recording_changes_state_version_and_who(answer, ed):
    answer.record("done", by=ed)

    row = fresh(answer)
    assert (row.state, row.version, row.changed_by) == ("done", 2, ed)


def test_recording_leaves_one_event_with_before_and_after(audit, answer, ed):
    answer.record("done", by=ed)

    event = audit.events.last()
    assert (event.verb, event.actor, event.answer) == ("answer.recorded", ed, answer)
    assert event.detail == {
        "item": "item-1",
        "title": "Item 1",
        "before": "open",
        "after": "done",
        "was": {"state": "open"},
        "now": {"state": "done"},
        "version": 2,
    }


def test_recording_what_stands_there_already_leaves_no_event(audit, answer, ed):
    answer.record("done", by=ed)

    row = answer.record("done", by=ed)

    assert (row.version, audit.events.count()) == (2, 2)


def test_unknown_state_is_refused(answer, ed):
    with pytest.raises(Refused, match="'finished' is not a state"):
        answer.record("finished", by=ed)


def test_not_applicable_needs_a_reason(answer, ed):
    with pytest.raises(Refused, match="Say why the item does not apply") as refusal:
        answer.record("not_applicable", by=ed, reason=" \n ")

    assert refusal.value.field == "reason"


def test_not_applicable_keeps_its_reason(answer, ed):
    answer.record("not_applicable", by=ed, reason="  We do not stream.\r\nNot yet. ")

    assert fresh(answer).reason == "We do not stream.\nNot yet."


def test_leaving_not_applicable_drops_the_reason(answer, ed):
    answer.record("not_applicable", by=ed, reason="We do not stream.")

    answer.record("done", by=ed, reason="left over in the form")

    assert fresh(answer).reason == ""


def test_a_page_that_is_out_of_date_changes_nothing(answer, ed, alice):
    answer.record("done", by=alice)

    with pytest.raises(Outdated, match=r"Alice Berg changed this answer"):
        answer.record("not_applicable", by=ed, reason="No.", seen_version=1)

    assert fresh(answer).state == "done"


def test_two_who_claim_the_same_are_of_one_mind(audit, answer, ed, alice):
    answer.record("done", by=alice, seen_version=1)

    row = answer.record("done", by=ed, seen_version=1)

    assert (row.changed_by, audit.events.count()) == (alice, 2)


def test_stale_object_does_not_undo_what_others_did(audit, answer, ed, alice):
    stale = fresh(answer)
    answer.plan(by=alice, owner=alice, due=None)

    stale.record("done", by=ed)

    assert fresh(answer).owner == alice


def test_plan_names_an_owner_and_a_day(answer, ed):
    due = timezone.localdate() + dt.timedelta(days=3)

    answer.plan(by=ed, owner=ed, due=due)

    assert (fresh(answer).owner, fresh(answer).due) == (ed, due)


def test_plan_refuses_an_owner_from_outside_the_team(answer, ed, mallory):
    with pytest.raises(Refused, match="must be a member of the team") as refusal:
        answer.plan(by=ed, owner=mallory, due=None)

    assert refusal.value.field == "owner"


def test_plan_of_an_outdated_page_is_refused(answer, ed, noor):
    answer.plan(by=noor, owner=noor, due=None)

    with pytest.raises(Outdated):
        answer.plan(by=ed, owner=ed, due=None, seen_version=1)


def test_who_gives_an_owner_stands_in_nobodys_way_who_says_done(answer, ed, noor):
    answer.plan(by=noor, owner=noor, due=None)

    answer.record("done", by=ed, seen_version=1)

    row = Answer.objects.get(pk=answer.pk)
    assert (row.state, row.owner) == ("done", noor)


def test_plan_that_changes_nothing_leaves_no_event(audit, answer, ed):
    answer.plan(by=ed, owner=None, due=None)

    assert audit.events.count() == 1


def test_open_answer_is_overdue_only_after_its_day(answer, ed):
    today = timezone.localdate()
    answer.plan(by=ed, owner=None, due=today)

    assert not answer.audit.answers.overdue().exists()
    with time_machine.travel(today + dt.timedelta(days=1)):
        assert answer.audit.answers.overdue().get() == answer


def test_blocking_counts_open_blockers_alone(audit, answer, ed):
    answer.record("done", by=ed)

    assert [row.item.number for row in audit.answers.blocking()] == [4]


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d a pair"])
def test_reason_that_no_database_stores_is_refused_in_words(answer, ed, text):
    with pytest.raises(Refused, match=r"Line 1 holds a character that cannot be stored \(U\+"):
        answer.record("not_applicable", by=ed, reason=text)


def test_reason_of_4000_characters_is_kept_and_4001_are_refused(answer, ed):
    answer.record("not_applicable", by=ed, reason="é" * 4000)

    with pytest.raises(Refused, match="4,001 characters long; 4,000 is the most"):
        answer.record("not_applicable", by=ed, reason="é" * 4001)


def test_state_alone_tells_nothing_of_comments_or_evidence_counts(settled_audit):
    row = settled_audit.answers.for_rows().get(position=1)

    assert (row.evidence_count, row.comment_count) == (3, 1)


def test_removed_evidence_is_not_counted(settled_audit, ed):
    settled_audit.answers.get(position=1).evidence.first().remove("Wrong panel.", by=ed)

    assert settled_audit.answers.for_rows().get(position=1).evidence_count == 2
