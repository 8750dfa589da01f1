import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Audit, GoCondition, Policy, Round, Snapshot
from audits.models.errors import AuditSealed, NotAllowed, Outdated, Refused, RuleBroken
from audits.models.go_conditions import Asked
from audits.models.obstacles import of as obstacles_of
from audits.models.quorum import Role, Rules
from audits.models.snapshots import state_seen
from tests.audits.helpers import propose


@pytest.fixture
def asked(audit, ed):
    """A condition of Ed's for each of the two blockers."""
    today = timezone.localdate()
    return [Asked("Close it.", ed, today, each.key) for each in obstacles_of(audit)]


def test_proposing_freezes_the_audit_as_one_snapshot(settled_audit, ed):
    row = propose(settled_audit, by=ed, statement=" All is done. ", release="v1.2.0")

    content = settled_audit.snapshots.get().content()
    assert row.snapshot == settled_audit.snapshots.get()
    assert (content["audit"]["state"], content["release"]) == ("proposed", "v1.2.0")
    assert content["proposal"]["by"] == "Ed Fox"
    assert content["proposal"]["statement"] == "All is done."


def test_proposing_is_an_event_that_names_the_digest(settled_audit, ed):
    row = propose(settled_audit, by=ed)

    event = settled_audit.events.last()
    assert (event.verb, event.detail["digest"]) == ("audit.proposed", row.snapshot.digest)


def test_policy_of_the_moment_is_the_one_that_counts(settled_audit, harbour, alice, ed):
    row = propose(settled_audit, by=ed)

    Policy.objects.change_team(harbour, Rules((Role("Security", 2),)), by=alice)

    assert row.rules_then.roles == (Role("Approver"),)


def test_go_may_be_proposed_while_blockers_are_open(audit, ed):
    assert propose(audit, by=ed).decision == "go"


@pytest.mark.parametrize("who", ["vic", "mallory"])
def test_only_who_may_edit_proposes(settled_audit, request, who):
    with pytest.raises(NotAllowed, match="Only who may edit the audit"):
        propose(settled_audit, by=request.getfixturevalue(who))


def test_what_is_proposed_is_not_proposed_again(settled_audit, ed):
    propose(settled_audit, by=ed)

    with pytest.raises(RuleBroken, match="proposed for sign-off already"):
        propose(settled_audit, by=ed)


def test_sealed_audit_is_not_proposed(sealed_audit, ed):
    with pytest.raises(AuditSealed):
        propose(sealed_audit, by=ed)


def test_nobody_proposes_a_state_that_they_did_not_see(settled_audit, answer, ed, noor):
    seen = state_seen(settled_audit)
    answer.record("not_applicable", by=ed, reason="Really?")

    with pytest.raises(Outdated, match="Ed Fox changed the audit after"):
        propose(settled_audit, by=noor, seen=seen)

    assert not Snapshot.objects.exists()


def test_nobody_proposes_a_project_that_they_did_not_see(settled_audit, project, noor):
    seen = state_seen(settled_audit)
    project.environments.create(kind="production", name="eu-west")

    with pytest.raises(Outdated, match="Somebody changed the project or the policy after"):
        propose(settled_audit, by=noor, seen=seen)


def test_refusal_is_nothing_to_propose(settled_audit, ed):
    with pytest.raises(Refused, match="Propose a go or a conditional go"):
        propose(settled_audit, by=ed, decision="no_go")


@pytest.mark.parametrize(
    ("field", "text"),
    [("statement", "x" * 4001), ("statement", "a\0b"), ("release", "x" * 101)],
)
def test_text_that_cannot_be_kept_is_refused(settled_audit, ed, field, text):
    with pytest.raises(Refused) as refusal:
        propose(settled_audit, by=ed, **{field: text})

    assert refusal.value.field == field


def test_conditional_go_keeps_its_conditions_in_the_snapshot(audit, ed, asked):
    row = propose(audit, by=ed, decision="conditional_go", conditions=asked)

    told = row.snapshot.content()["proposal"]["conditions"]
    assert [each["covers"] for each in told] == ["1 Item 1", "4 Item 4"]
    assert row.stand_in_the_way() == []


def test_conditional_go_covers_each_obstacle(audit, ed, asked):
    with pytest.raises(Refused, match="No condition covers “4 Item 4”"):
        propose(audit, by=ed, decision="conditional_go", conditions=asked[:1])

    assert not Round.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": " "}, "Condition 1: say what is to be done."),
        ({"owner": None}, "Condition 1: name a member of the team"),
        ({"due": None}, "Condition 1: say until when"),
        ({"due": dt.date(2020, 1, 1)}, "Condition 1: say until when, today or later"),
        ({"covers": "blocker:0"}, "does not stand in the way any more"),
    ],
)
def test_condition_says_what_by_whom_and_until_when(audit, ed, asked, change, sentence):
    first = Asked(**vars(asked[0]) | change)

    with pytest.raises(Refused, match=sentence):
        propose(audit, by=ed, decision="conditional_go", conditions=[first, asked[1]])


def test_stranger_sees_to_no_condition(audit, ed, mallory, asked):
    strange = Asked("Close it.", mallory, asked[0].due, asked[0].covers)

    with pytest.raises(Refused, match="name a member of the team"):
        propose(audit, by=ed, decision="conditional_go", conditions=[strange, asked[1]])


def test_conditional_go_without_conditions_is_a_go(settled_audit, ed):
    with pytest.raises(Refused, match="a go without any is a go"):
        propose(settled_audit, by=ed, decision="conditional_go")


def test_policy_may_forbid_a_conditional_go(audit, harbour, alice, ed, asked):
    Policy.objects.change_team(harbour, Rules((Role("Approver"),), conditional=False), by=alice)

    with pytest.raises(Refused, match="allows no conditional go"):
        propose(audit, by=ed, decision="conditional_go", conditions=asked)

    assert not GoCondition.objects.exists()


def test_edit_takes_the_audit_back_to_open(settled_audit, answer, ed, noor):
    row = propose(settled_audit, by=ed)

    answer.record("open", by=noor)

    row.refresh_from_db()
    assert (row.state, Audit.objects.get().state) == ("outdated", "open")
