"""Who was in the room, and when."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from audits.models import Attendance, Presence
from tests.audits import reviewing

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def review(audit, ed):
    return reviewing.running(audit, ed)


@pytest.fixture
def gus(review):
    return reviewing.seat(review)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as traveller:
        yield traveller


def come(participant) -> None:
    with transaction.atomic():
        Attendance.objects.begin({participant.pk})


def test_an_absence_of_less_than_two_minutes_is_none(gus, clock):
    began = timezone.now()
    come(gus)
    Attendance.objects.end(gus.pk, timezone.now())
    clock.shift(1.9 * MINUTE)
    come(gus)

    (stretch,) = gus.attendances.all()
    assert (stretch.joined_at, stretch.left_at) == (began, None)


def test_a_longer_absence_makes_two_stretches(gus, clock):
    come(gus)
    clock.shift(10 * MINUTE)
    Attendance.objects.end(gus.pk, timezone.now())
    clock.shift(2.1 * MINUTE)
    come(gus)
    clock.shift(5 * MINUTE)

    first, second = gus.attendances.all()
    assert first.left_at - first.joined_at == 10 * MINUTE
    assert (timezone.now() - second.joined_at, second.left_at) == (5 * MINUTE, None)


def test_a_second_window_begins_nothing(gus):
    come(gus)
    come(gus)

    assert gus.attendances.count() == 1


def test_who_waits_for_the_start_attends_from_the_start(audit, ed, clock):
    review = reviewing.planned(audit, ed)
    early = reviewing.seat(review, ed)
    come(early)
    assert not early.attendances.exists()
    Presence.objects.create(
        process=uuid.uuid4(),
        audit=audit,
        user=ed,
        participant=early,
        since=timezone.now(),
        beat_at=timezone.now(),
    )

    review.start(by=ed)

    assert early.attendances.get().joined_at == timezone.now()


def test_everybody_leaves_with_the_end(review, gus, ed, clock):
    for each in (gus, reviewing.seat(review, ed)):
        come(each)
    clock.shift(MINUTE)

    Attendance.objects.end_all(review, timezone.now())

    ends = set(Attendance.objects.values_list("left_at", flat=True))
    assert ends == {timezone.now()}


def test_nobody_leaves_before_they_came(gus, clock):
    come(gus)

    Attendance.objects.end(gus.pk, timezone.now() - MINUTE)

    stretch = gus.attendances.get()
    assert stretch.left_at == stretch.joined_at
