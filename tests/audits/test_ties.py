import pytest

from audits.models import Audit, Tie
from audits.models.errors import Outdated, Refused
from audits.models.ties import given_together
from audits.models.undo import can_undo, undo
from tests.audits.helpers import build_edition, relate

pytestmark = pytest.mark.usefixtures("chains_hold")


@pytest.fixture
def both(project, ed):
    """An audit of two checklists: their first items are equal, as are `launch` 1 and 4."""
    editions = [build_edition(), build_edition("other")]
    relate(
        ("launch/item-1", "equal", "other/item-1"),
        ("other/item-4", "equal", "launch/item-1"),
        ("launch/item-2", "narrower", "other/item-2"),
        ("launch/item-3", "equal", "gone/item-3"),
    )
    return Audit.objects.start(project, "Both", editions, by=ed)


def at(audit, position):
    return audit.answers.select_related("audit", "item").get(position=position)


def states(audit):
    return list(audit.answers.order_by("position").values_list("state", flat=True))


def test_audit_takes_over_what_the_crosswalk_says_of_its_checklists(both):
    kinds = list(both.ties.values_list("kind", "first__position", "second__position"))

    assert kinds == [("equal", 1, 7), ("equal", 10, 1), ("narrower", 2, 8)]
    assert both.ties.first().crosswalk == "How they meet 1.0.0"


def test_equal_items_are_answered_together(both, ed):
    at(both, 7).record("done", by=ed)

    assert [position for position, state in enumerate(states(both), 1) if state == "done"] == [
        1,
        7,
        10,
    ]
    assert Audit.objects.get(pk=both.pk).count_done == 3


def test_plans_and_confirmations_go_to_all_of_them(both, noor, ed, tomorrow):
    at(both, 1).record("risk_accepted", by=ed, reason="Small.", approver=noor, until=tomorrow)
    at(both, 10).confirm_acceptance(by=noor)
    at(both, 7).plan(by=ed, owner=noor, due=tomorrow)

    rows = both.answers.filter(position__in=[1, 7, 10])
    assert {(row.owner, row.due, row.awaits_approver) for row in rows} == {(noor, tomorrow, False)}


def test_narrower_items_decide_nothing(both, ed):
    at(both, 8).record("done", by=ed)

    assert at(both, 2).state == "open"


def test_parted_items_are_answered_each_for_itself(both, ed):
    Tie.objects.get(second__position=7).part(by=ed)

    at(both, 1).record("done", by=ed)

    assert (at(both, 7).state, at(both, 10).state) == ("open", "done")
    assert (at(both, 7).tied, at(both, 10).tied) == (False, True)


def test_joining_again_takes_the_answer_that_was_chosen(both, ed):
    tie = Tie.objects.get(second__position=7)
    tie.part(by=ed)
    at(both, 1).record("not_applicable", by=ed, reason="Not ours.")

    tie.join(at(both, 7), by=ed)

    assert {at(both, position).state for position in (1, 7, 10)} == {"open"}
    verbs = list(both.events.values_list("verb", flat=True))
    assert verbs[-3:] == ["tie.joined", "answer.recorded", "answer.recorded"]


def test_only_equal_items_can_be_parted(both, ed):
    with pytest.raises(Refused):
        Tie.objects.get(kind="narrower").part(by=ed)


def test_another_teams_crosswalk_ties_nothing(project, ed, mallory):
    editions = [build_edition(), build_edition("other")]
    relate(("launch/item-1", "equal", "other/item-1"), owner=mallory.teams.get().pk)

    audit = Audit.objects.start(project, "Both", editions, by=ed)

    assert not audit.ties.exists()


def test_the_teams_own_crosswalk_ties(project, ed):
    editions = [build_edition(), build_edition("other")]
    relate(("launch/item-1", "equal", "other/item-1"), owner=project.team_id)

    audit = Audit.objects.start(project, "Both", editions, by=ed)

    assert audit.ties.count() == 1


def test_an_untied_tick_asks_for_no_tie(audit, answer, ed, django_assert_max_num_queries):
    with django_assert_max_num_queries(8) as queries:
        answer.record("done", by=ed)

    assert not [query for query in queries if "audits_tie" in query["sql"]]


def test_the_teams_own_crosswalk_wins_over_everybodys(project, ed):
    editions = [build_edition(), build_edition("other")]
    relate(("launch/item-1", "equal", "other/item-1"))
    relate(("other/item-1", "related", "launch/item-1"), owner=project.team_id)

    audit = Audit.objects.start(project, "Both", editions, by=ed)

    assert [tie.kind for tie in audit.ties.all()] == ["related"]


def test_newer_crosswalk_is_taken_over_with_what_is_there_untouched(both, ed):
    Tie.objects.get(second__position=7).part(by=ed)
    at(both, 5).record("done", by=ed)
    relate(
        ("launch/item-1", "equal", "other/item-1"),
        ("launch/item-5", "equal", "other/item-5"),
        ("launch/item-6", "equal", "other/item-6"),
        version="1.1.0",
    )

    added = Tie.objects.add_to(both, by=ed)

    ties = both.ties.filter(kind="equal").order_by("first__position", "second__position")
    rows = [(tie.first.position, tie.second.position, bool(tie.parted_at)) for tie in ties]
    assert added == 2
    assert rows == [(1, 7, True), (5, 11, True), (6, 12, False), (10, 1, False)]
    event = both.events.last()
    assert (event.verb, event.detail) == ("ties.added", {"added": 2, "parted": 1})


def test_crosswalk_that_says_nothing_new_is_refused(both, ed):
    with pytest.raises(Refused):
        Tie.objects.add_to(both, by=ed)


def test_joining_is_outdated_when_either_was_answered_meanwhile(both, ed, noor):
    tie = Tie.objects.get(second__position=7)
    tie.part(by=ed)
    seen = {tie.first_id: at(both, 1).version, tie.second_id: at(both, 7).version}
    at(both, 7).record("done", by=noor)

    with pytest.raises(Outdated, match="Noor Haddad"):
        tie.join(at(both, 1), by=ed, seen=seen)


def test_given_together_names_all_of_a_group_in_the_order_of_the_audit(both):
    found = given_together(both)

    named = {at(both, 1).pk: [7, 10], at(both, 7).pk: [1, 10], at(both, 10).pk: [1, 7]}
    assert {pk: [other.position for other in others] for pk, others in found.items()} == named


def test_a_parting_is_undone_while_the_two_say_the_same(both, ed):
    tie = Tie.objects.get(second__position=7)
    tie.part(by=ed)
    event = both.events.select_related("audit", "answer").get(verb="tie.parted")
    assert can_undo(event)

    undo(event, by=ed)

    assert Tie.objects.get(pk=tie.pk).parted_at is None
    assert not can_undo(both.events.select_related("audit", "answer").get(pk=event.pk))


def test_a_parting_is_not_undone_over_different_answers(both, ed):
    Tie.objects.get(second__position=7).part(by=ed)
    at(both, 1).record("done", by=ed)

    with pytest.raises(Refused, match="differently"):
        undo(both.events.select_related("audit", "answer").get(verb="tie.parted"), by=ed)


def test_joining_does_not_confirm_an_acceptance_in_the_approvers_name(both, ed, noor, tomorrow):
    tie = Tie.objects.get(second__position=7)
    tie.part(by=ed)
    at(both, 1).record("risk_accepted", by=noor, reason="Small.", approver=noor, until=tomorrow)

    tie.join(at(both, 1), by=ed)

    assert at(both, 7).awaits_approver
    assert not at(both, 1).awaits_approver


def test_approver_who_joins_confirms_both(both, ed, noor, tomorrow):
    tie = Tie.objects.get(second__position=7)
    tie.part(by=ed)
    at(both, 1).record("risk_accepted", by=noor, reason="Small.", approver=noor, until=tomorrow)

    tie.join(at(both, 1), by=noor)

    assert at(both, 7).accepted_at == at(both, 1).accepted_at
