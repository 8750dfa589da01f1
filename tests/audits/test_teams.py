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


def test_new_address_gets_an_account_without_a_password(harbour):
    member = harbour.add_member("New@Harbour.Example", "editor", name="New  Person")

    assert (member.user.email, member.user.name) == ("new@harbour.example", "New Person")
    assert not member.user.has_usable_password()


def test_known_address_keeps_its_account_and_its_name(harbour, mallory):
    member = harbour.add_member("MALLORY@reef.example", "viewer", name="Somebody else")

    assert (member.user, member.user.name) == (mallory, "Mallory Reed")


def test_person_is_a_member_once(harbour, ed):
    with pytest.raises(Refused, match="Ed Fox is a member of this team already") as refusal:
        harbour.add_member(ed.email, "viewer")

    assert refusal.value.field == "email"


def test_unknown_role_is_refused(harbour):
    with pytest.raises(Refused, match="'admin' is not a role"):
        harbour.add_member("new@harbour.example", "admin")


def test_role_can_be_changed(harbour, ed):
    harbour.memberships.get(user=ed).change_role("approver")

    assert harbour.memberships.get(user=ed).may_approve


def test_change_to_an_unknown_role_is_refused(harbour, ed):
    with pytest.raises(Refused, match="'root' is not a role"):
        harbour.memberships.get(user=ed).change_role("root")


def test_last_owner_cannot_step_down(harbour, alice):
    with pytest.raises(Refused, match="at least one owner"):
        harbour.memberships.get(user=alice).change_role("editor")


def test_last_owner_cannot_leave(harbour, alice):
    with pytest.raises(Refused, match="at least one owner"):
        harbour.memberships.get(user=alice).end()


def test_owner_may_leave_when_there_is_another(harbour, alice, ed):
    harbour.memberships.get(user=ed).change_role("owner")

    harbour.memberships.get(user=alice).end()

    assert not Team.objects.visible_to(alice).exists()


def test_member_who_left_meanwhile_is_told_of_in_words(harbour, ed):
    stale = harbour.memberships.get(user=ed)
    harbour.memberships.get(user=ed).end()

    with pytest.raises(Refused, match="Ed Fox is no longer a member"):
        stale.change_role("viewer")


def test_leaving_keeps_the_name_on_what_was_done(audit, answer, harbour, ed):
    answer.record("done", by=ed)

    harbour.memberships.get(user=ed).end()

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


def test_address_is_one_account_whatever_its_capitals(alice):
    with pytest.raises(IntegrityError):
        User.objects.create_user("ALICE@harbour.example")


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Alice Berg", "AB"), ("Ann van der Aa", "AA"), ("Prince", "P"), ("", "XH")],
)
def test_initials_come_from_the_first_and_the_last_word(name, initials):
    assert User(name=name, email="x@harbour.example").initials == initials
