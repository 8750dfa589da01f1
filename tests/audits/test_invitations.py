import datetime as dt

import pytest
import time_machine
from allauth.account.models import EmailAddress

from audits.models import Invitation, User
from audits.models.errors import NotAllowed, Refused, RuleBroken
from audits.models.invitations import InvitationClosed, NotInvited, key_of

NEW = "new@harbour.example"


def invite(team, by, *emails, role="editor", by_mail=True):
    return Invitation.objects.invite(team, emails or [NEW], role, by=by, by_mail=by_mail)


@pytest.fixture
def invitation(harbour, alice) -> Invitation:
    return invite(harbour, alice)[0]


@pytest.fixture
def newcomer(db) -> User:
    return User.objects.create_user(NEW, name="New Person")


def test_token_is_not_kept(invitation):
    row = Invitation.objects.filter(pk=invitation.pk).values().get()

    assert invitation.token not in str(row)
    assert row["key"] == key_of(invitation.token)


def test_fifty_are_invited_in_as_many_queries_as_one(
    harbour, alice, django_assert_max_num_queries
):
    with django_assert_max_num_queries(10) as one:
        invite(harbour, alice, "a@x.example")
    with django_assert_max_num_queries(len(one)):
        invite(harbour, alice, *(f"m{number}@x.example" for number in range(50)))

    assert harbour.invitations.count() == 51


def test_member_is_not_invited_and_neither_is_anybody_of_the_same_list(harbour, alice, ed):
    with pytest.raises(NotInvited) as refusal:
        invite(harbour, alice, NEW, "ED@harbour.example")

    assert refusal.value.faults == ["ed@harbour.example is a member of this team already."]
    assert not harbour.invitations.exists()


def test_address_is_invited_once(harbour, alice, invitation):
    with pytest.raises(NotInvited, match="is invited already"):
        invite(harbour, alice)


def test_who_declined_can_be_invited_again(harbour, alice, invitation):
    invitation.decline(by=None, key=invitation.key)

    assert invite(harbour, alice)


def test_unknown_role_is_refused(harbour, alice):
    with pytest.raises(Refused, match="'king' is not a role"):
        invite(harbour, alice, role="king")


def test_accepting_makes_a_member_of_that_role(harbour, invitation, newcomer):
    member = invitation.accept(by=newcomer, key=invitation.key)

    assert (member.team, member.user, member.role) == (harbour, newcomer, "editor")


def test_link_that_came_by_mail_proves_the_address(invitation, newcomer):
    invitation.accept(by=newcomer, key=invitation.key)

    assert EmailAddress.objects.get(user=newcomer, email=NEW).verified


def test_link_that_was_handed_over_proves_nothing(harbour, alice, newcomer):
    (invitation,) = invite(harbour, alice, by_mail=False)

    invitation.accept(by=newcomer, key=invitation.key)

    assert not EmailAddress.objects.filter(verified=True).exists()


def test_proven_second_address_is_as_good(invitation, mallory):
    EmailAddress.objects.create(user=mallory, email=NEW, verified=True)

    assert invitation.accept(by=mallory, key=invitation.key).user == mallory


def test_claimed_second_address_is_not(invitation, mallory):
    EmailAddress.objects.create(user=mallory, email=NEW, verified=False)

    with pytest.raises(NotAllowed, match=f"for {NEW}, not for you"):
        invitation.accept(by=mallory, key=invitation.key)


def test_who_is_a_member_by_another_way_keeps_the_role(harbour, invitation, newcomer):
    harbour.admit(newcomer, "viewer")

    assert invitation.accept(by=newcomer, key=invitation.key).role == "viewer"


@pytest.mark.parametrize(
    ("close", "sentence"),
    [
        (lambda one, new, alice: one.accept(by=new, key=one.key), "works once"),
        (lambda one, new, alice: one.decline(by=new, key=one.key), "was declined"),
        (lambda one, new, alice: one.withdraw(by=alice), "was withdrawn"),
        (lambda one, new, alice: one.renew(by=alice, by_mail=True), "A newer link"),
    ],
)
def test_link_is_good_for_one_answer(invitation, newcomer, alice, close, sentence):
    key = invitation.key
    close(invitation, newcomer, alice)

    with pytest.raises(InvitationClosed, match=sentence) as refusal:
        Invitation.objects.get(pk=invitation.pk).accept(by=newcomer, key=key)

    assert refusal.value.status == 410


def test_link_is_good_for_14_days(invitation, newcomer):
    with (
        time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=14, seconds=1)),
        pytest.raises(InvitationClosed, match=r"expired on .* Ask Alice Berg to send it again"),
    ):
        invitation.accept(by=newcomer, key=invitation.key)


def test_expired_invitation_lives_again_with_a_new_link(invitation, newcomer, alice):
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=20)):
        renewed = invitation.renew(by=alice, by_mail=True)

        assert renewed.accept(by=newcomer, key=key_of(renewed.token))


@pytest.mark.parametrize("verb", ["renew", "withdraw"])
def test_answered_invitation_is_neither_renewed_nor_withdrawn(invitation, newcomer, alice, verb):
    invitation.accept(by=newcomer, key=invitation.key)
    more = {"by_mail": True} if verb == "renew" else {}

    with pytest.raises(RuleBroken, match="answered or withdrawn already"):
        getattr(invitation, verb)(by=alice, **more)


def test_account_is_made_under_the_invited_address(invitation):
    user = invitation.make_account(" New  Person ", "a long walk", key=invitation.key)

    assert (user.email, user.name, user.check_password("a long walk")) == (NEW, "New Person", True)
    assert EmailAddress.objects.get(user=user).verified


def test_account_that_is_there_stays_as_it_is(invitation, newcomer):
    assert invitation.make_account("Other", "a long walk", key=invitation.key) is None

    newcomer.refresh_from_db()
    assert (newcomer.name, newcomer.has_usable_password()) == ("New Person", False)


def test_team_remembers_what_became_of_it(harbour, invitation, newcomer, alice):
    invitation.renew(by=alice, by_mail=True)
    invitation.refresh_from_db()
    invitation.accept(by=newcomer, key=invitation.key)

    told = [str(event) for event in harbour.events.order_by("id")]
    assert told[1:] == [
        f"Alice Berg invited {NEW} as editor",
        f"Alice Berg sent {NEW} a new invitation as editor",
        "New Person joined the team as editor",
    ]
