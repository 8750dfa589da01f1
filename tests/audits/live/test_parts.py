"""What a stream shows of an audit: the same for everybody of a variant, and safe to fill in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.live.viewers import Kind, Viewer
from audits.models import Attendance, Comment, Participant, Presence
from audits.views import live_parts, live_rights
from audits.views.live_audits import AuditNews
from config.sessions import SessionStore
from tests.audits import reviewing


def shown(audit, variant=live_parts.EDITOR) -> str:
    return live_parts.of_events(audit, list(audit.events.order_by("number")), variant)


def come(audit, user) -> Viewer:
    """Somebody who looks on, in a session of their own."""
    store = SessionStore()
    store.create()
    claim = live_rights.claim_of(user, store.session_key)
    role = audit.project.team.memberships.get(user=user).role
    variant = live_rights.variant_of(role)
    return Viewer(Kind.AUDIT, audit.pk, claim, variant, seen=(0, variant))


def test_editor_is_given_forms_and_a_viewer_none(audit, alice):
    audit.answers.first().record("done", by=alice)

    assert 'value="CSRF-TOKEN-HERE"' in shown(audit)
    assert "<form" not in shown(audit, live_parts.VIEWER)


def test_placeholder_that_somebody_wrote_stays_text(audit, alice):
    answer = audit.answers.first()
    answer.rate("minor", "As in https://evil.example/?CSRF-TOKEN-HERE", by=alice)

    html = shown(audit)

    assert "evil.example/?CSRF&#45;TOKEN&#45;HERE" in html
    assert html.count("CSRF-TOKEN-HERE") == html.count('value="CSRF-TOKEN-HERE"') == 1


def test_sealed_audit_is_shown_without_forms(sealed_audit):
    assert "<form" not in shown(sealed_audit)


@pytest.mark.parametrize("number", [1, 12])
def test_news_take_as_many_queries_for_one_as_for_many(audit, alice, ed, noor, vic, number):
    for answer in list(audit.answers.all())[:3]:
        answer.record("done", by=alice)
        Comment.objects.add(answer, "Done.", by=ed)
    people = [alice, ed, noor, vic]
    viewers = [come(audit, people[each % len(people[:2])]) for each in range(number)]
    with CaptureQueriesContext(connection) as captured:
        AuditNews().of(viewers)
        live_rights.gone(viewers)

    assert len(captured) <= 12


def test_password_that_was_changed_ends_what_the_old_one_began(audit, ed):
    viewer = come(audit, ed)
    ed.set_password("another one")
    ed.save()

    assert live_rights.gone([viewer]) == {viewer: "session"}


def test_who_has_two_windows_of_a_room_leaves_with_the_second(audit, alice, ed):
    seat = reviewing.seat(reviewing.running(audit, alice), ed)
    first, second = (_presence(audit, seat) for _ in range(2))
    Presence.objects.arrive([first, second])

    Presence.objects.leave([first.pk])
    still = Attendance.objects.get(participant=seat).left_at
    Presence.objects.leave([second.pk])

    assert still is None
    assert Attendance.objects.get(participant=seat).left_at


def test_who_is_back_at_once_was_never_away(audit, alice, ed):
    seat = reviewing.seat(reviewing.running(audit, alice), ed)
    for _ in range(3):
        row = _presence(audit, seat)
        Presence.objects.arrive([row])
        Presence.objects.leave([row.pk])

    assert Attendance.objects.filter(participant=seat).count() == 1


def test_process_that_died_is_swept_as_of_its_last_sign(audit, alice, ed):
    seat = reviewing.seat(reviewing.running(audit, alice), ed)
    row = _presence(audit, seat)
    Presence.objects.arrive([row])
    long_ago = row.beat_at - reviewing.dt.timedelta(minutes=5)
    Presence.objects.update(beat_at=long_ago)
    Attendance.objects.update(joined_at=long_ago - reviewing.dt.timedelta(minutes=1))

    Presence.objects.sweep()

    assert not Presence.objects.exists()
    assert Attendance.objects.get(participant=seat).left_at == long_ago


def test_who_was_taken_for_dead_by_mistake_comes_back_with_the_next_sign(audit, alice, ed):
    seat = reviewing.seat(reviewing.running(audit, alice), ed)
    row = _presence(audit, seat)
    Presence.objects.arrive([row])
    Presence.objects.update(beat_at=row.beat_at - reviewing.dt.timedelta(minutes=1))
    Presence.objects.sweep()
    assert Attendance.objects.get(participant=seat).left_at

    Presence.objects.beat(row.process, [row])

    assert Presence.objects.alive().get().participant == seat
    assert Attendance.objects.get(participant=seat).left_at is None


def test_whose_coming_crossed_the_start_of_the_meeting_attends_with_the_next_sign(
    audit, alice, ed
):
    seat = reviewing.seat(reviewing.running(audit, alice), ed)
    row = _presence(audit, seat)
    Presence.objects.bulk_create([row])

    Presence.objects.beat(row.process, [row])

    assert Attendance.objects.get(participant=seat).left_at is None


def test_sign_of_life_is_cheap(audit, alice, ed, django_assert_num_queries):
    seat = reviewing.seat(reviewing.running(audit, alice), ed)
    rows = [_presence(audit, seat) for _ in range(3)]
    Presence.objects.arrive(rows)

    with django_assert_num_queries(2):
        Presence.objects.beat(audit.pk, rows)


def _presence(audit, seat: Participant) -> Presence:
    now = reviewing.timezone.now()
    return Presence(
        process=audit.pk, audit=audit, participant=seat, user=seat.user, since=now, beat_at=now
    )
