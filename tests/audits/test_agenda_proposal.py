"""What the product proposes to talk about, and why."""

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audits.models import Action, Answer, Audit, Evidence, Review
from audits.models.agenda_proposal import propose
from tests.audits.helpers import build_edition, seal, settle
from tests.audits.reviewing import planned


def fresh(audit) -> Audit:
    return Audit.objects.get(pk=audit.pk)


def points(audit):
    return propose(fresh(audit)).points


def titles(audit) -> list[str]:
    return [point.title for point in points(audit)]


def says(audit, title: str) -> list[str]:
    return next(point.says for point in points(audit) if point.title == title)


def at(audit, position: int) -> Answer:
    return Answer.objects.select_related("audit").get(audit=audit, position=position)


def ended(audit, by, *, ago: dt.timedelta = dt.timedelta()) -> Review:
    """A review that is over, whatever was said in it."""
    review = planned(audit, by)
    review.state, review.ended_at = Review.State.ENDED, timezone.now() - ago
    review.save()
    return review


def promise(audit, ed, **more) -> Action:
    due = timezone.localdate() - dt.timedelta(days=1)
    told = {"title": "Rehearse", "owner": ed, "due": due, "created_by": ed} | more
    return Action.objects.create(
        team=audit.project.team, audit=audit, created_at=timezone.now(), **told
    )


def test_open_blockers_are_on_the_agenda_and_what_is_open_besides_is_counted(audit):
    proposal = propose(audit)

    assert [point.title for point in proposal.points] == ["1 Item 1", "4 Item 4"]
    rest = proposal.rest({point.key for point in proposal.points})
    assert rest.says == "4 open, none blocks a go"


def test_what_is_done_is_one_line_that_says_how_much_the_machine_verified(audit, ed):
    settle(audit, by=ed)
    at(audit, 1).record("open", by=ed)
    at(audit, 6).record("not_applicable", by=ed, reason="No such thing here.")
    Answer.objects.filter(audit=audit, position__in=(2, 3)).update(verdict="pass")

    proposal = propose(fresh(audit))

    assert proposal.rest({point.key for point in proposal.points}).says == (
        "4 items done, 2 of them verified by the machine; 1 not applicable"
    )


def test_each_item_is_there_once_with_all_its_reasons(audit, ed):
    answer = at(audit, 1)
    answer.plan(by=ed, owner=ed, due=timezone.localdate() - dt.timedelta(days=1))
    Answer.objects.filter(pk=answer.pk).update(verdict="fail")
    promise(audit, ed, answer=answer)

    found = says(audit, "1 Item 1")

    assert titles(audit).count("1 Item 1") == 1
    assert found[0].startswith("It is open. Owner: Ed Fox, due ")
    assert found[0].endswith(", overdue.")
    assert found[1].startswith("It fails for the machine.")
    assert found[2].startswith("The action item “Rehearse” is open: Ed Fox")


def test_conflict_is_talked_about_whatever_its_severity(audit, ed):
    settle(audit, by=ed)
    Answer.objects.filter(audit=audit, position=3).update(verdict="fail")

    (point,) = points(audit)

    assert point.kind == "conflict"
    assert point.blocks


def test_accepted_risk_says_until_when_and_that_it_ends_soon(audit, ed, noor):
    settle(audit, by=ed)
    until = timezone.localdate() + dt.timedelta(days=3)
    at(audit, 2).record("risk_accepted", by=noor, reason="Later.", approver=noor, until=until)

    found = says(audit, "2 Item 2")

    assert found[0].startswith("Noor Haddad accepted the risk until ")
    assert found[1] == "The acceptance ends in 3 days."


def test_acceptance_that_waits_comes_before_one_that_holds(audit, ed, noor):
    settle(audit, by=ed)
    until = timezone.localdate() + dt.timedelta(days=90)
    for position, by in ((2, noor), (3, ed)):
        at(audit, position).record(
            "risk_accepted", by=by, reason="Later.", approver=noor, until=until
        )

    assert titles(audit) == ["3 Item 3", "2 Item 2"]


def test_stale_evidence_of_what_is_done_is_talked_about(audit, ed):
    settle(audit, by=ed)
    Evidence.objects.attach_note(at(audit, 2), "Seen.", by=ed)
    Evidence.objects.update(expires_on=timezone.localdate() - dt.timedelta(days=1))

    assert "The evidence “Seen.” is stale since" in says(audit, "2 Item 2")[0]


def test_exit_criterion_that_nobody_spoke_to_is_a_point(project, ed):
    edition = build_edition("exit", exit_criteria=["Every blocker is closed"])
    audit = Audit.objects.start(project, "With criteria", [edition], by=ed)
    settle(audit, by=ed)

    (point,) = points(audit)

    assert (point.kind, point.title) == ("criterion", "Every blocker is closed")


def test_what_the_last_review_deferred_comes_first(audit, ed):
    former = ended(audit, ed)
    former.points.create(
        position=1,
        kind="change",
        key=f"answer:{at(audit, 3).pk}",
        answer=at(audit, 3),
        title="3 Item 3",
        decision="defer",
        reason="Ask Legal.",
        decided_by_name="Ed Fox",
    )

    assert titles(audit) == ["3 Item 3", "1 Item 1", "4 Item 4"]
    assert says(audit, "3 Item 3") == ["Ed Fox deferred it in review 1: Ask Legal."]


def test_topic_on_which_nothing_was_decided_comes_again(audit, ed):
    former = ended(audit, ed)
    former.points.create(
        position=1, kind="topic", key="topic:1", title="Who is on call?", added_by=ed
    )

    assert titles(audit)[0] == "Who is on call?"


def test_open_action_item_of_no_item_is_a_point_of_its_own(audit, ed):
    action = promise(audit, ed)

    point = points(audit)[-1]

    assert (point.kind, point.title, point.action) == ("action", "Rehearse", action)


def test_changes_since_the_last_review_are_counted_and_the_weighty_ones_named(audit, ed, noor):
    ended(audit, ed, ago=dt.timedelta(seconds=1))
    settle(audit, by=ed)
    at(audit, 2).record("not_applicable", by=ed, reason="No such thing.")
    at(audit, 4).rate("minor", "Few use it.", by=noor)

    named = {point.title: point.says for point in points(audit)}

    assert named["2 Item 2"][0].startswith("Ed Fox set it to not applicable (No such thing.)")
    assert named["4 Item 4"][0].startswith("Noor Haddad set its severity from blocker to minor")
    (counted,) = [said for title, said in named.items() if title.startswith("What changed since")]
    assert counted == ["5 items were done: 1, 3, 4, 5, 6."]


def test_change_that_was_taken_back_is_none(audit, ed):
    settle(audit, by=ed)
    ended(audit, ed)
    at(audit, 2).record("open", by=ed)
    at(audit, 2).record("done", by=ed)

    assert [point for point in points(audit) if point.kind == "change"] == []


def test_reopened_audit_without_a_review_tells_changes_since_it_was_signed(settled_audit, noor):
    seal(settled_audit, by=noor)
    fresh(settled_audit).reopen("A new model.", by=noor)
    at(settled_audit, 2).record("open", by=noor)

    found = says(settled_audit, "2 Item 2")

    assert found[0].startswith("It was done, and is open again (Noor Haddad), since revision 1")


def test_broken_history_is_no_agenda_without_a_word(audit, ed):
    settle(audit, by=ed)
    ended(audit, ed)  # which no event tells of

    (point,) = points(audit)

    assert point.title.endswith("of the history is broken")
    assert point.blocks


def test_number_of_queries_does_not_grow_with_the_audit(audit, ed, project):
    def queries(of) -> int:
        of = fresh(of)
        with CaptureQueriesContext(connection) as captured:
            propose(of)
        return len(captured)

    large = Audit.objects.start(project, "Large", [build_edition("large", items=60)], by=ed)
    for answer in large.answers.all():
        promise(large, ed, answer=answer)

    assert queries(large) == queries(audit)
