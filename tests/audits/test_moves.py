import pytest

from audits.models import Audit, Evidence
from audits.models.chains import find_broken_link
from audits.models.errors import AuditSealed, NotAllowed, Outdated, Refused
from audits.models.moves import move, with_newest
from audits.models.undo import can_undo, undo
from tests.audits.helpers import build_edition, propose, relate, settle

pytestmark = pytest.mark.usefixtures("chains_hold")


@pytest.fixture
def newer(edition):
    """Item 2 is gone, item 3 asks for something else, item 4 only says why, item 7 is new."""
    return build_edition(
        version="2.0.0",
        items=7,
        without=[2],
        item_3={"guidance": "Do something else."},
        item_4={"why": "It matters for another reason."},
        item_7={"severity": "blocker"},
    )


def by_ref(audit):
    return {row.item.ref: row for row in audit.answers.select_related("item")}


def fresh(audit):
    return Audit.objects.get(pk=audit.pk)


def test_audit_knows_that_a_newer_edition_exists(audit, newer):
    assert [pin.newest for pin in with_newest(audit.pins.all())] == [newer.pk]


def test_audit_on_the_newest_edition_has_none_newer(audit):
    assert not any(pin.newest for pin in with_newest(audit.pins.all()))


def test_answers_stay_with_their_items(audit, newer, ed):
    settle(audit, by=ed)

    move(audit, newer, by=ed)

    rows = by_ref(audit)
    assert {ref: row.state for ref, row in rows.items()} == {
        "item-1": "done",
        "item-2": "done",
        "item-3": "open",
        "item-4": "done",
        "item-5": "done",
        "item-6": "done",
        "item-7": "open",
    }
    assert {row.item.edition for ref, row in rows.items() if ref != "item-2"} == {newer}


def test_what_changed_meaning_is_reopened_and_says_why(audit, newer, ed):
    settle(audit, by=ed)

    move(audit, newer, by=ed)

    event = audit.events.get(verb="answer.reopened")
    assert event.detail["reason"] == "what to do has changed"
    assert event.detail["was"] == {"state": "done"}


def test_what_is_no_longer_asked_is_kept_apart_and_not_counted(audit, newer, answer, ed):
    gone = audit.answers.get(position=2)
    Evidence.objects.attach_note(gone, "Seen.", by=ed)

    move(audit, newer, by=ed)

    gone.refresh_from_db()
    assert gone.retired_at is not None
    assert gone.evidence.count() == 1
    assert fresh(audit).count_total == 6
    with pytest.raises(Refused, match="without this item"):
        gone.record("done", by=ed)


def test_positions_follow_the_new_edition(audit, newer, ed):
    move(audit, newer, by=ed)

    refs = list(audit.answers.order_by("position").values_list("item__ref", flat=True))
    assert refs == ["item-1", "item-3", "item-4", "item-5", "item-6", "item-7", "item-2"]


def test_counters_and_chain_hold_after_a_move(audit, newer, ed):
    settle(audit, by=ed)

    move(audit, newer, by=ed)

    row = fresh(audit)
    assert (row.count_total, row.count_done, row.count_open, row.count_blockers) == (6, 4, 2, 1)
    assert find_broken_link(audit) is None


def test_a_severity_that_somebody_gave_stays(audit, newer, noor):
    audit.answers.get(position=5).rate("blocker", "It stops us.", by=noor)

    move(audit, newer, by=noor)

    row = by_ref(audit)["item-5"]
    assert (row.severity, row.severity_reason) == ("blocker", "It stops us.")


def test_conditions_worded_alike_stay_met(project, ed):
    old = build_edition("own", exit_criteria=["All is seen", "All is told"])
    audit = Audit.objects.start(project, "Launch", [old], by=ed)
    for condition in audit.conditions.all():
        condition.settle("met", "In the minutes.", by=ed)
    new = build_edition(
        "own",
        version="1.1.0",
        exit_criteria=["All is seen", "All is told to everybody", "All is signed"],
    )

    move(audit, new, by=ed)

    assert list(audit.conditions.values_list("ref", "state")) == [
        ("all-is-seen", "met"),
        ("all-is-told", "open"),
        ("all-is-signed", "open"),
    ]


def test_a_move_is_undone_whole(audit, newer, edition, ed):
    settle(audit, by=ed)
    move(audit, newer, by=ed)
    event = audit.events.select_related("audit").get(verb="audit.moved")
    assert can_undo(event)

    undo(event, by=ed)

    rows = audit.answers.select_related("item").order_by("position")
    assert [(row.item.edition, row.state) for row in rows if not row.retired_at] == [
        (edition, "done")
    ] * 6
    assert fresh(audit).count_done == 6


def test_undoing_a_move_gives_a_severity_of_the_audits_own_back(audit, ed):
    rated = audit.answers.get(item__ref="item-3")
    rated.rate("blocker", "It would stop us.", by=ed)
    move(audit, build_edition(version="2.0.0", item_3={"severity": "blocker"}), by=ed)

    undo(audit.events.select_related("audit").get(verb="audit.moved"), by=ed)

    row = by_ref(audit)["item-3"]
    assert (row.severity, row.severity_reason) == ("blocker", "It would stop us.")
    assert fresh(audit).count_blockers == 3


def test_a_move_is_not_undone_after_another_change(audit, newer, answer, ed):
    move(audit, newer, by=ed)
    answer.record("done", by=ed)

    with pytest.raises(Refused, match="changed since"):
        undo(audit.events.select_related("audit").get(verb="audit.moved"), by=ed)


def test_a_question_that_comes_back_is_open_again(audit, newer, ed):
    settle(audit, by=ed)
    move(audit, newer, by=ed)
    third = build_edition(version="3.0.0", items=7)

    move(audit, third, by=ed)

    row = by_ref(audit)["item-2"]
    assert (row.state, row.retired_at) == ("open", None)
    assert "asked again" in row.events.get(verb="answer.reopened").detail["reason"]


def test_moving_what_others_changed_meanwhile_is_outdated(audit, newer, answer, ed, noor):
    seen = fresh(audit).events_head
    answer.record("done", by=noor)

    with pytest.raises(Outdated, match="Noor Haddad"):
        move(audit, newer, by=ed, seen=seen)
    assert audit.editions.get().version == "1.0.0"


def test_sealed_audit_is_not_moved(sealed_audit, newer, ed):
    with pytest.raises(AuditSealed):
        move(sealed_audit, newer, by=ed)


def test_audit_is_not_moved_to_a_checklist_that_it_does_not_have(audit, ed):
    with pytest.raises(Refused, match="no edition of"):
        move(audit, build_edition("other"), by=ed)


@pytest.fixture
def both(project, edition, ed):
    """Items 1 and 3 of `launch` are equal to those of `other`, and all is done."""
    editions = [edition, build_edition("other")]
    relate(("launch/item-1", "equal", "other/item-1"), ("launch/item-3", "equal", "other/item-3"))
    audit = Audit.objects.start(project, "Both", editions, by=ed)
    settle(audit, by=ed)
    return audit


def test_what_is_reopened_is_parted_from_its_equal(both, newer, ed):
    move(both, newer, by=ed)

    parted = both.ties.filter(parted_at__isnull=False).select_related("first__item")
    assert [tie.first.item.ref for tie in parted] == ["item-3"]
    other = both.answers.get(item__ref="item-3", item__edition__checklist__slug="other")
    assert (other.state, other.tied) == ("done", False)


def test_undoing_the_move_binds_them_again(both, newer, ed):
    move(both, newer, by=ed)

    undo(both.events.select_related("audit").get(verb="audit.moved"), by=ed)

    assert both.ties.binding().count() == 2
    assert both.answers.filter(tied=True).count() == 4
    assert find_broken_link(both) is None


@pytest.fixture
def softer(edition):
    """Item 1, a blocker, is a minor; item 4, another, is gone."""
    return build_edition(version="2.0.0", without=[4], item_1={"severity": "minor"})


def test_an_editor_cannot_move_open_blockers_out_of_the_way(audit, softer, ed):
    with pytest.raises(NotAllowed, match="out of the way"):
        move(audit, softer, by=ed)
    assert fresh(audit).count_blockers == 2


def test_an_approver_can(audit, softer, noor):
    move(audit, softer, by=noor)

    assert fresh(audit).count_blockers == 0


def test_what_was_said_of_a_reworded_condition_comes_back_with_the_undo(project, ed):
    old = build_edition("own", exit_criteria=["All is seen"])
    audit = Audit.objects.start(project, "Launch", [old], by=ed)
    audit.conditions.get().settle("met", "In the minutes.", by=ed)
    new = build_edition("own", version="1.1.0", exit_criteria=["All is seen by two"])
    move(audit, new, by=ed)
    assert audit.conditions.get().state == "open"

    undo(audit.events.select_related("audit").get(verb="audit.moved"), by=ed)

    condition = audit.conditions.get()
    assert (condition.state, condition.note) == ("met", "In the minutes.")


def test_move_of_a_proposed_audit_can_be_taken_back_too(audit, newer, ed, noor):
    settle(audit, by=ed)
    propose(audit, by=ed)
    move(audit, newer, by=noor)
    event = audit.events.filter(verb="audit.moved").select_related("audit").get()
    assert can_undo(event)

    undo(event, by=noor)

    assert (fresh(audit).state, fresh(audit).editions.get().version) == ("open", "1.0.0")
