import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone

from audits.access_reviews import GuestLinkOver, SignInMissing, visitor, visitor_for_edit
from tests.audits import reviewing


@pytest.fixture
def review(audit, ed):
    return reviewing.running(audit, ed)


@pytest.fixture
def gus(review):
    return reviewing.seat(review)


def request_of(user=None, guest=None):
    request = RequestFactory().get("/")
    request.user, request.session = user or AnonymousUser(), {}
    if guest:
        request.session["guest"] = {str(guest.review_id): [str(guest.pk), guest.link_number]}
    return request


def test_a_member_visits_with_their_role_in_two_queries(review, vic, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = visitor(request_of(vic), review.pk)
        assert (found.user, found.name, found.participant) == (vic, "Vic Lund", None)
        assert not found.may_edit
        assert not found.is_guest
        assert found.review.audit.project.team.name == "Harbour"


def test_a_member_who_was_not_invited_joins_once(review, vic):
    first = visitor(request_of(vic), review.pk).join()

    assert (first.user, first.invited_by, first.name) == (vic, None, "Vic Lund")
    assert visitor(request_of(vic), review.pk).participant == first
    assert visitor(request_of(vic), review.pk).join() == first


def test_a_guest_is_a_participant_and_nobodys_account(review, gus, mallory):
    for user in (None, mallory):
        found = visitor(request_of(user, gus), review.pk)
        assert (found.participant, found.user, found.name) == (gus, None, "Gus Guest")
        assert found.is_guest
        assert not found.may_edit


def test_a_member_with_a_guests_session_is_a_member(review, gus, vic):
    assert visitor(request_of(vic, gus), review.pk).user == vic


def test_strangers_have_no_seat(review, gus, audit, ed, mallory):
    other = reviewing.planned(audit, ed)

    with pytest.raises(Http404):
        visitor(request_of(mallory), review.pk)
    with pytest.raises(SignInMissing):
        visitor(request_of(), review.pk)
    with pytest.raises(SignInMissing):
        visitor(request_of(guest=gus), other.pk)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"withdrawn_at": timezone.now()}, "withdrawn"),
        ({"expires_at": timezone.now() - dt.timedelta(seconds=1)}, "expired"),
        ({"expires_at": None}, "expired"),
        ({"link_number": 2}, "newer link"),
    ],
    ids=["withdrawn", "expired", "without-an-end", "renewed"],
)
def test_a_guest_whose_link_is_over_is_out_at_once(review, gus, changes, says):
    request = request_of(guest=gus)
    review.participants.filter(pk=gus.pk).update(**changes)

    with pytest.raises(GuestLinkOver, match=says):
        visitor(request, review.pk)


def test_a_session_that_names_a_member_is_no_guest(review, vic):
    member = reviewing.seat(review, vic)

    with pytest.raises(SignInMissing):
        visitor(request_of(guest=member), review.pk)


def test_editing_takes_a_member_with_the_role(review, gus, ed, vic):
    assert visitor_for_edit(request_of(ed), review.pk).may_edit
    for request in (request_of(vic), request_of(guest=gus)):
        with pytest.raises(PermissionDenied):
            visitor_for_edit(request, review.pk)
