import pytest

from audits.models import Audit, Condition
from audits.models.errors import AuditSealed, NotAllowed, Outdated, Refused
from audits.models.undo import can_undo, undo
from tests.audits.helpers import build_edition, seal, settle

pytestmark = pytest.mark.usefixtures("chains_hold")


@pytest.fixture
def audit(project, alice):
    edition = build_edition(
        "own", entry_conditions=["It runs"], exit_criteria=["All is seen", "All is told"]
    )
    return Audit.objects.start(project, "Launch", [edition], by=alice)


@pytest.fixture
def criterion(audit):
    return audit.conditions.filter(kind="exit").first()


def test_audit_copies_the_conditions_of_its_editions(audit):
    assert list(audit.conditions.values_list("kind", "text", "state")) == [
        ("entry", "It runs", "open"),
        ("exit", "All is seen", "open"),
        ("exit", "All is told", "open"),
    ]


def test_what_is_met_is_told_with_its_note(audit, criterion, ed):
    criterion.settle("met", "In the minutes of 3 May.", by=ed)

    event = audit.events.last()
    assert event.verb == "condition.settled"
    assert Condition.objects.get(pk=criterion.pk).changed_by == ed


def test_a_go_waits_for_the_exit_criteria(audit, noor):
    settle(audit, by=noor)

    with pytest.raises(Refused, match="2 exit criteria are not met"):
        seal(audit, by=noor)
    assert not audit.snapshots.exists()


def test_a_go_needs_no_entry_condition(audit, noor):
    settle(audit, by=noor)
    for criterion in audit.conditions.filter(kind="exit"):
        criterion.settle("met", by=noor)

    seal(audit, by=noor)

    assert Audit.objects.get(pk=audit.pk).is_sealed


def test_waiving_takes_a_reason(criterion, noor):
    with pytest.raises(Refused) as refusal:
        criterion.settle("waived", by=noor)
    assert refusal.value.field == "note"


def test_an_editor_cannot_waive_an_exit_criterion(criterion, ed):
    with pytest.raises(NotAllowed):
        criterion.settle("waived", "No time.", by=ed)


def test_the_second_of_two_people_is_told(criterion, ed, noor):
    seen = criterion.version
    criterion.settle("met", by=noor)

    with pytest.raises(Outdated, match="Noor Haddad"):
        criterion.settle("met", "Me too.", by=ed, seen_version=seen)


def test_a_change_is_undone_while_it_is_the_latest(audit, criterion, ed):
    criterion.settle("met", by=ed)
    event = audit.events.select_related("audit").last()
    assert can_undo(event)

    undo(event, by=ed)

    assert Condition.objects.get(pk=criterion.pk).state == "open"
    with pytest.raises(Refused):
        undo(event, by=ed)


def test_sealed_audit_refuses(audit, criterion, noor):
    seal(audit, by=noor, decision="no_go")

    with pytest.raises(AuditSealed):
        criterion.settle("met", by=noor)
