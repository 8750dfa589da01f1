import pytest
from django.db import IntegrityError

from audits.models import Membership, Team, User
from audits.models.errors import Refused


def test_founder_is_the_first_owner(alice):
    team = Team.objects.found("Harbour", by=alice)

    assert team.memberships.get().role == Membership.Role.OWNER


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b"])
def test_team_needs_a_name_that_fits(alice, name):
    with pytest.raises(Refused) as refusal:
        Team.objects.found(name, by=alice)

    assert refusal.value.field == "name"


def test_person_is_a_member_once(harbour, ed):
    with pytest.raises(Refused, match="Ed Fox is a member of this team already"):
        harbour.admit(ed, "viewer")


def test_unknown_role_is_refused(harbour, mallory):
    with pytest.raises(Refused, match="'admin' is not a role"):
        harbour.admit(mallory, "admin")


def test_role_can_be_changed(harbour, alice, ed):
    harbour.memberships.get(user=ed).change_role("approver", by=alice)

    assert harbour.memberships.get(user=ed).may_approve


def test_change_to_an_unknown_role_is_refused(harbour, alice, ed):
    with pytest.raises(Refused, match="'root' is not a role"):
        harbour.memberships.get(user=ed).change_role("root", by=alice)


def test_last_owner_cannot_step_down(harbour, alice):
    with pytest.raises(Refused, match="at least one owner"):
        harbour.memberships.get(user=alice).change_role("editor", by=alice)


def test_last_owner_cannot_leave(harbour, alice):
    with pytest.raises(Refused, match="at least one owner"):
        harbour.memberships.get(user=alice).end(by=alice)


def test_owner_may_leave_when_there_is_another(harbour, alice, ed):
    harbour.memberships.get(user=ed).change_role("owner", by=alice)

    harbour.memberships.get(user=alice).end(by=alice)

    assert not Team.objects.visible_to(alice).exists()


def test_member_who_left_meanwhile_is_told_of_in_words(harbour, alice, ed):
    stale = harbour.memberships.get(user=ed)
    harbour.memberships.get(user=ed).end(by=ed)

    with pytest.raises(Refused, match="Ed Fox is no longer a member"):
        stale.change_role("viewer", by=alice)


def test_leaving_keeps_the_name_on_what_was_done(audit, answer, harbour, ed):
    answer.record("done", by=ed)

    harbour.memberships.get(user=ed).end(by=ed)

    assert audit.answers.get(pk=answer.pk).changed_by.name == "Ed Fox"


@pytest.mark.parametrize(
    ("role", "edits", "approves", "manages"),
    [
        ("owner", True, True, True),
        ("approver", True, True, False),
        ("editor", True, False, False),
        ("viewer", False, False, False),
    ],
)
def test_role_says_what_a_person_may_do(role, edits, approves, manages):
    member = Membership(role=role)

    assert (member.may_edit, member.may_approve, member.may_manage) == (edits, approves, manages)


def test_people_leaves_out_who_was_deactivated(harbour, alice, noor):
    User.objects.filter(pk=noor.pk).update(is_active=False)

    assert list(harbour.people(Membership.APPROVE)) == [alice]


def test_owner_whose_account_is_shut_does_not_keep_the_team(harbour, alice, ed):
    harbour.memberships.get(user=ed).change_role("owner", by=alice)
    User.objects.filter(pk=ed.pk).update(is_active=False)

    with pytest.raises(Refused, match="at least one owner"):
        harbour.memberships.get(user=alice).end(by=alice)


def test_address_is_one_account_whatever_its_capitals(alice):
    with pytest.raises(IntegrityError):
        User.objects.create_user("ALICE@harbour.example")


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Alice Berg", "AB"), ("Ann van der Aa", "AA"), ("Prince", "P"), ("", "XH")],
)
def test_initials_come_from_the_first_and_the_last_word(name, initials):
    assert User(name=name, email="x@harbour.example").initials == initials
