"""Inviting members and guests to a review."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Participant, Review, User
from audits.models.errors import Refused
from audits.models.history import describe
from audits.models.reviews import ReviewNotSo
from tests.audits import reviewing

GUS = {"name": "Gus Guest", "email": "gus@partner.example"}


@pytest.fixture
def review(audit, ed):
    return reviewing.planned(audit, ed)


@pytest.fixture
def gus(review, ed):
    return Participant.objects.invite_guest(review, **GUS, by=ed)


def last_words(review: Review) -> str:
    return describe(review.audit.events.latest("number"))


def test_members_are_invited_once_each(review, ed, noor, vic):
    invited = Participant.objects.invite_members(review, [noor, vic], by=ed)
    again = Participant.objects.invite_members(review, [noor], by=ed)

    assert {each.user for each in invited} == {noor, vic}
    assert again == []
    assert review.participants.count() == 2


def test_who_came_by_themselves_can_be_invited_still(review, ed, vic):
    here = reviewing.seat(review, vic)

    (invited,) = Participant.objects.invite_members(review, [vic], by=ed)

    assert (invited.pk, invited.invited_by) == (here.pk, ed)


def test_nobody_of_another_team_is_invited_as_a_member(review, ed, vic, mallory):
    with pytest.raises(Refused, match="members of the team"):
        Participant.objects.invite_members(review, [vic, mallory], by=ed)

    assert not review.participants.exists()


def test_a_guest_has_a_link_until_a_day_after_the_planned_end(review, gus):
    assert gus.link_number == 1
    assert gus.expires_at == review.ends_at + dt.timedelta(days=1)
    assert gus.admits(1)
    assert last_words(review).startswith("invited Gus Guest to review 1 as a guest, until ")


@pytest.mark.parametrize("days", [0, 2, 31, 400])
def test_a_link_lasts_as_long_as_is_offered(review, ed, days):
    with pytest.raises(Refused):
        Participant.objects.invite_guest(review, **GUS, by=ed, days=days)


def test_history_names_the_guest_and_not_the_address(review, gus):
    event = review.audit.events.get(verb="guest.invited")

    assert "partner.example" not in str(event.detail) + describe(event)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"email": "vic@harbour.example"}, "invite them as one"),
        ({"email": "GUS@partner.example"}, "invited already"),
        ({"name": " ", "email": "new@partner.example"}, "name and an e-mail"),
        ({"name": "Go\u202eogle", "email": "new@partner.example"}, "nobody can see"),
    ],
)
def test_a_guest_who_cannot_be_one_is_refused(review, gus, ed, vic, changes, says):
    with pytest.raises(Refused, match=says):
        Participant.objects.invite_guest(review, **GUS | changes, by=ed)


def test_a_new_link_ends_the_one_before(review, gus, ed):
    token = gus.token
    renewed = gus.renew(by=ed, days=7)

    found, number = Participant.objects.of_token(token)
    assert found == gus
    assert not found.admits(number)
    assert renewed.admits(2)
    assert renewed.expires_at == review.ends_at + dt.timedelta(days=7)
    assert last_words(review).startswith("gave the guest Gus Guest a new link to review 1")


def test_withdrawn_is_withdrawn_at_once_and_told(review, gus, ed):
    gus.withdraw(by=ed)

    assert not Participant.objects.admitted().exists()
    assert last_words(review) == "withdrew the invitation of the guest Gus Guest to review 1"
    with pytest.raises(Refused, match="withdrawn already"):
        gus.withdraw(by=ed)
    with pytest.raises(Refused, match="withdrawn already"):
        gus.renew(by=ed)


def test_a_guest_who_is_invited_again_comes_back_with_a_new_link(review, gus, ed):
    gus.withdraw(by=ed)

    back = Participant.objects.invite_guest(review, **GUS, by=ed)

    assert back == gus
    assert not back.admits(1)
    assert back.admits(2)


def test_withdrawing_a_member_leaves_no_event_and_no_trace_of_access(review, ed, vic):
    (invited,) = Participant.objects.invite_members(review, [vic], by=ed)
    events = review.audit.events.count()

    invited.withdraw(by=ed)

    assert review.audit.events.count() == events
    assert Review.objects.visible_to(vic).filter(pk=review.pk).exists()


def test_nobody_is_invited_to_what_is_over(review, gus, ed, vic):
    review.cancel("No need.", by=ed)

    with pytest.raises(ReviewNotSo):
        Participant.objects.invite_members(review, [vic], by=ed)
    with pytest.raises(ReviewNotSo):
        Participant.objects.invite_guest(review, name="New", email="new@partner.example", by=ed)


def test_a_review_that_is_put_off_takes_the_links_along(review, gus, ed):
    later = review.starts_at + dt.timedelta(days=5)
    terms = review.terms.__class__(**{**vars(review.terms), "starts_at": later})

    review.change(terms, by=ed)

    gus.refresh_from_db()
    assert gus.expires_at == later + dt.timedelta(minutes=review.planned_minutes, days=1)


@pytest.mark.parametrize("token", ["", "x", "a.b", "WyJ4IiwxXQ:forged"])
def test_what_nobody_signed_is_nobodys_link(gus, token):
    assert Participant.objects.of_token(token) is None


def test_a_link_renewed_after_the_meeting_counts_from_then(review, gus, ed):
    Review.objects.filter(pk=review.pk).update(starts_at=timezone.now() - dt.timedelta(days=9))

    renewed = gus.renew(by=ed)

    assert dt.timedelta(hours=23) < renewed.expires_at - timezone.now() <= dt.timedelta(days=1)


def test_a_member_without_a_name_and_with_a_long_address_takes_part(review, ed, vic):
    User.objects.filter(pk=vic.pk).update(name="", email=f"{'v' * 60}@{'x.' * 90}example")
    vic.refresh_from_db()

    member = Participant.objects.member(review, vic)
    Participant.objects.invite_members(review, [vic], by=ed)

    member.refresh_from_db()
    assert member.name == vic.email[:150]
    assert member.email == vic.email
