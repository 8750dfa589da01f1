"""What a review decides on a point: by the very same rules as an answer elsewhere."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Action, AgendaPoint, Answer, Audit, Review
from audits.models.chains import find_broken_link
from audits.models.decisions import Decision, confirm, mark_of
from audits.models.errors import AuditSealed, NotAllowed, Outdated, Refused
from audits.models.reviews import ReviewNotSo
from tests.audits.helpers import propose, seal
from tests.audits.reviewing import add_point, planned, running

TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


@pytest.fixture
def review(audit, ed) -> Review:
    return running(audit, ed)


@pytest.fixture
def point(review) -> AgendaPoint:
    return review.points.select_related("answer").first()


@pytest.fixture
def topic(review) -> AgendaPoint:
    return review.points.create(position=9, kind="topic", key="topic:1", title="On call?")


def decide(point: AgendaPoint, decision: str, **terms) -> AgendaPoint:
    return Decision(decision, **terms).on(point)


def test_done_is_recorded_with_the_answer_the_point_and_one_event_each(point, ed):
    before = point.review.version

    row = decide(point, "done", by=ed, seen_version=point.answer.version)

    assert Answer.objects.get(pk=point.answer_id).state == "done"
    assert (row.decision, row.decided_by, row.decided_by_name) == ("done", ed, str(ed))
    assert row.review.version == before + 1
    audit = Audit.objects.get(pk=point.review.audit_id)
    verbs = audit.events.order_by("-number").values_list("verb", flat=True)
    assert list(verbs[:2]) == ["review.point", "answer.recorded"]
    assert find_broken_link(audit) is None


def test_fix_leaves_the_item_open_with_an_owner_a_date_and_an_action_item(point, ed, noor):
    decide(point, "done", by=ed)

    decide(point, "fix", by=ed, owner=noor, due=TODAY(), reason="The limit is too low.")

    answer = Answer.objects.get(pk=point.answer_id)
    action = Action.objects.get()
    assert (answer.state, answer.owner, answer.due) == ("open", noor, TODAY())
    assert (action.title, action.owner, action.due) == (point.title, noor, TODAY())
    assert (action.point, action.answer) == (point, answer)
    assert find_broken_link(Audit.objects.get(pk=answer.audit_id)) is None


def test_fix_decided_again_changes_its_action_item(point, ed, noor):
    decide(point, "fix", by=ed, owner=noor, due=TODAY())

    decide(point, "fix", by=ed, owner=ed, due=TODAY() + dt.timedelta(days=2))

    assert Action.objects.get().owner == ed


@pytest.mark.parametrize(
    ("decision", "state"),
    [("done", "done"), ("not_applicable", "dropped"), ("defer", "dropped")],
)
def test_deciding_otherwise_ends_the_action_item_of_a_fix(point, ed, decision, state):
    decide(point, "fix", by=ed, owner=ed, due=TODAY())

    decide(point, decision, by=ed, reason="After all.")

    assert Action.objects.get().state == state


def test_deferring_what_an_earlier_review_decided_to_fix_leaves_it_open(point, ed):
    decide(point, "fix", by=ed, owner=ed, due=TODAY())
    Review.objects.update(state="ended")
    later = running(point.review.audit, ed).points.get(answer=point.answer_id)

    decide(later, "defer", by=ed, reason="The load test is on Monday.")

    assert Action.objects.get().is_open


def test_risk_is_accepted_as_soon_as_its_approver_confirms_in_the_room(point, ed, noor):
    terms = {"reason": "Few use it.", "approver": noor, "until": TODAY()}
    decide(point, "accept", by=ed, **terms)
    assert Answer.objects.get(pk=point.answer_id).awaits_approver

    confirm(point, by=noor)

    assert Answer.objects.get(pk=point.answer_id).accepted_at


def test_nobody_else_confirms_the_acceptance(point, ed, noor, alice):
    decide(point, "accept", by=ed, reason="Few use it.", approver=noor, until=TODAY())

    with pytest.raises(NotAllowed, match="Only Noor"):
        confirm(point, by=alice)


def test_approver_who_decides_confirms_at_once(point, noor):
    decide(point, "accept", by=noor, reason="Few use it.", approver=noor, until=TODAY())

    assert Answer.objects.get(pk=point.answer_id).accepted_at


def test_deferring_leaves_the_answer_as_it_is(point, ed):
    decide(point, "defer", by=ed, reason="The load test is on Monday.")

    answer = Answer.objects.get(pk=point.answer_id)
    assert (answer.state, answer.version) == (point.answer.state, point.answer.version)


@pytest.mark.parametrize(
    ("decision", "terms", "field"),
    [
        ("", {}, "decision"),
        ("maybe", {}, "decision"),
        ("defer", {}, "reason"),
        ("not_applicable", {}, "reason"),
        ("not_applicable", {"reason": "  "}, "reason"),
        ("fix", {"due": True}, "owner"),
        ("fix", {"owner": "ed"}, "due"),
        ("fix", {"owner": "mallory", "due": True}, "owner"),
        ("accept", {"approver": "noor", "until": True}, "reason"),
        ("accept", {"reason": "Few.", "until": True}, "approver"),
        ("accept", {"reason": "Few.", "approver": "ed", "until": True}, "approver"),
        ("accept", {"reason": "Few.", "approver": "noor"}, "until"),
        ("accept", {"reason": "Few.", "approver": "noor", "until": "late"}, "until"),
        ("done", {"reason": "x" * 4001}, "reason"),
    ],
)
def test_what_an_answer_refuses_elsewhere_is_refused_here(
    point, ed, request, decision, terms, field
):
    days = {True: TODAY(), "late": TODAY() - dt.timedelta(days=1)}
    said = dict(terms)
    for name in set(said) & {"owner", "approver"}:
        said[name] = request.getfixturevalue(said[name])
    for name in set(said) & {"due", "until"}:
        said[name] = days[said[name]]
    count = Audit.objects.get(pk=point.review.audit_id).events_count

    with pytest.raises(Refused) as refusal:
        decide(point, decision, by=ed, **said)

    assert refusal.value.field == field
    assert Audit.objects.get(pk=point.review.audit_id).events_count == count
    assert not AgendaPoint.objects.get(pk=point.pk).decision


def test_answer_that_somebody_changed_meanwhile_is_not_overwritten(point, ed, alice):
    seen = point.answer.version
    point.answer.record("not_applicable", by=alice, reason="Not here.")

    with pytest.raises(Outdated, match="Alice"):
        decide(point, "done", by=ed, seen_version=seen)

    assert Answer.objects.get(pk=point.answer_id).state == "not_applicable"


def test_owner_that_somebody_gave_meanwhile_is_not_overwritten_by_a_fix(point, ed, alice, noor):
    seen = point.answer.version
    point.answer.plan(by=alice, owner=noor, due=None)

    with pytest.raises(Outdated, match="Alice"):
        decide(point, "fix", by=ed, owner=ed, due=TODAY(), seen_version=seen)

    assert not Action.objects.exists()


def test_decision_that_somebody_took_meanwhile_is_not_overwritten(topic, ed, alice):
    seen = mark_of(topic)
    decide(topic, "defer", by=alice, reason="Next week.")

    with pytest.raises(Outdated, match="Alice Berg changed the decision on this point"):
        decide(topic, "done", by=ed, seen=seen)


def test_same_decision_of_two_people_at_once_is_no_conflict(topic, ed, alice):
    seen = mark_of(topic)
    decide(topic, "done", by=alice)

    assert decide(topic, "done", by=ed, seen=seen).decision == "done"


def test_two_fixes_at_once_of_different_people_or_days_are_a_conflict(topic, ed, alice, noor):
    seen = mark_of(topic)
    decide(topic, "fix", by=alice, owner=noor, due=TODAY())

    assert decide(topic, "fix", by=ed, owner=noor, due=TODAY(), seen=seen).decision == "fix"
    for terms in ({"owner": ed, "due": TODAY()}, {"owner": noor, "due": TODAY() + DAY}):
        with pytest.raises(Outdated, match="changed the decision on this point"):
            decide(topic, "fix", by=ed, seen=seen, **terms)
    assert Action.objects.get().owner == noor


def test_there_is_no_risk_of_a_topic_to_accept(topic, ed, noor):
    with pytest.raises(Refused, match="Choose"):
        decide(topic, "accept", by=ed, reason="Few.", approver=noor, until=TODAY())


def test_fix_of_a_topic_is_an_action_item(topic, ed):
    decide(topic, "fix", by=ed, owner=ed, due=TODAY())

    assert Action.objects.get().title == "On call?"


def test_point_of_an_action_item_closes_it_or_gives_it_another_day(review, ed, noor):
    action = Action.objects.add(review.audit, "Call the vendor", ed, TODAY(), by=ed)
    about = {"kind": "action", "key": f"action:{action.pk}", "title": action.title}
    point = review.points.create(position=8, action=action, **about)
    later = TODAY() + dt.timedelta(days=3)

    decide(point, "fix", by=ed, owner=noor, due=later, seen_version=action.version)
    assert Action.objects.get().due == later
    decide(point, "done", by=ed)
    assert Action.objects.get().state == "done"
    decide(point, "fix", by=ed, owner=ed, due=later)
    assert Action.objects.get().is_open


def test_nothing_is_decided_before_the_review_runs(audit, ed):
    review = planned(audit, ed)
    point = add_point(review, audit.answers.first())

    with pytest.raises(ReviewNotSo):
        decide(point, "done", by=ed)


def test_nothing_is_decided_on_a_sealed_audit(settled_audit, ed, noor):
    point = running(settled_audit, ed).points.first()
    seal(settled_audit, by=noor)

    with pytest.raises(AuditSealed):
        decide(point, "defer", by=ed, reason="Later.")


def test_deferring_leaves_a_proposal_alone_and_another_answer_does_not(settled_audit, ed):
    point = running(settled_audit, ed).points.first()
    propose(settled_audit, by=ed)

    decide(point, "defer", by=ed, reason="Later.")
    assert Audit.objects.get(pk=settled_audit.pk).is_proposed
    decide(point, "not_applicable", by=ed, reason="Not here.")
    assert not Audit.objects.get(pk=settled_audit.pk).is_proposed
