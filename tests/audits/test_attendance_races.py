"""Coming in and leaving at the same moment, with real transactions."""

import uuid

import pytest
from django.utils import timezone

from audits.models import Attendance, Participant, Presence
from tests.audits import reviewing
from tests.audits.racing import at_once


@pytest.fixture
def seat(transactional_db, audit, alice, ed) -> Participant:
    return reviewing.seat(reviewing.running(audit, alice), ed)


def window(seat: Participant) -> Presence:
    now = timezone.now()
    audit = seat.review.audit
    return Presence(process=uuid.uuid4(), audit=audit, participant=seat, since=now, beat_at=now)


def test_who_closes_two_windows_at_once_has_left(seat):
    for _ in range(5):
        first, second = window(seat), window(seat)
        Presence.objects.arrive([first, second])

        at_once(
            lambda row=first: Presence.objects.leave([row.pk]),
            lambda row=second: Presence.objects.leave([row.pk]),
        )

        assert Attendance.objects.get(participant=seat).left_at


def test_who_comes_back_while_they_leave_is_here(seat):
    for _ in range(5):
        old, new = window(seat), window(seat)
        Presence.objects.arrive([old])

        at_once(
            lambda row=old: Presence.objects.leave([row.pk]),
            lambda row=new: Presence.objects.arrive([row]),
        )

        assert Attendance.objects.get(participant=seat).left_at is None
        Presence.objects.leave([new.pk])
