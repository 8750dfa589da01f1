"""Until when evidence is good, and what is stale."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits.models import Audit, Evidence, Team
from audits.models.errors import AuditSealed, Outdated, Refused
from audits.models.pieces import set_expiry
from tests.audits.helpers import seal, settle

pytestmark = pytest.mark.usefixtures("chains_hold")


def days(number: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=number)


def in_days(number: int):
    return time_machine.travel(timezone.now() + dt.timedelta(days=number))


@pytest.fixture
def link(answer, ed) -> Evidence:
    return Evidence.objects.attach_link(
        answer, "https://example.org/x", by=ed, expires_on=days(10)
    )


def test_without_a_rule_evidence_never_expires(answer, ed):
    note = Evidence.objects.attach_note(answer, "x", by=ed)

    assert Evidence.objects.get(pk=note.pk).expires_on is None


@pytest.mark.parametrize(("kind", "expected"), [("link", 30), ("note", 90)])
def test_the_teams_rule_for_the_kind_counts_from_the_day_it_speaks_of(
    answer, ed, harbour, kind, expected
):
    Team.objects.filter(pk=harbour.pk).update(link_days=30, note_days=90)
    attach = getattr(Evidence.objects, f"attach_{kind}")

    piece = attach(answer, "https://example.org/x", by=ed, speaks_of=days(-5))

    assert piece.expires_on == days(expected - 5)


def test_what_a_person_says_counts_before_the_rule(answer, ed, harbour):
    Team.objects.filter(pk=harbour.pk).update(note_days=90)

    note = Evidence.objects.attach_note(answer, "x", by=ed, expires_on=days(3))

    assert note.expires_on == days(3)


def test_a_rule_past_the_end_of_time_is_no_end(answer, ed, harbour):
    Team.objects.filter(pk=harbour.pk).update(note_days=2_000_000_000)

    assert Evidence.objects.attach_note(answer, "x", by=ed).expires_on is None


def test_a_rule_that_changes_later_leaves_what_was_attached(link, harbour):
    Team.objects.filter(pk=harbour.pk).update(link_days=1)

    assert Evidence.objects.get(pk=link.pk).expires_on == days(10)


def test_an_end_before_the_day_it_speaks_of_is_refused(answer, ed):
    with pytest.raises(Refused, match="stale before the day") as refusal:
        Evidence.objects.attach_note(answer, "x", by=ed, speaks_of=days(0), expires_on=days(-1))

    assert refusal.value.field == "expires_on"


def test_evidence_is_good_on_its_last_day_and_stale_on_the_next(audit, link):
    with in_days(10):
        assert not Evidence.objects.stale().exists()
    with in_days(11):
        assert Evidence.objects.stale().get().stale_since == days(0)
        assert audit.answers.with_stale_evidence().get() == link.answer
        assert audit.answers.for_rows().get(pk=link.answer_id).stale_count == 1


def test_removed_evidence_is_not_stale(audit, link, ed):
    link.remove("Gone.", by=ed)

    with in_days(11):
        assert not audit.answers.with_stale_evidence().exists()
        assert Evidence.objects.get().stale_since is None


def test_the_end_can_be_set_and_taken_away_and_each_is_an_event(audit, link, ed):
    set_expiry(link, days(20), by=ed, seen=days(10))
    set_expiry(link, None, by=ed, seen=days(20))

    assert Evidence.objects.get().expires_on is None
    dated = audit.events.filter(verb="evidence.dated")
    assert [event.detail["until"] for event in dated] == [days(20).isoformat(), ""]


def test_the_same_end_again_is_no_event(audit, link, ed):
    set_expiry(link, days(10), by=ed, seen=None)

    assert not audit.events.filter(verb="evidence.dated").exists()


def test_an_end_that_somebody_else_set_meanwhile_is_told(link, ed, alice):
    set_expiry(link, days(20), by=alice, seen=days(10))

    with pytest.raises(Outdated, match="Alice Berg changed this evidence"):
        set_expiry(link, days(30), by=ed, seen=days(10))


def test_a_sealed_audit_refuses_another_end(audit, link, ed, noor):
    settle(audit, by=ed)
    seal(Audit.objects.get(pk=audit.pk), by=noor)

    with pytest.raises(AuditSealed):
        set_expiry(link, days(20), by=ed, seen=days(10))
