"""Nobody changes how a review ended: the database refuses it, and verify_events finds it."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from audits.models import Audit, Review, Word, review_ends
from audits.models.snapshots import state_seen
from audits.reports.canonical import canonical_json, digest
from tests.audits.helpers import seal, settle
from tests.audits.reviewing import running
from tests.audits.tampering import told, untie, verify

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

CHANGES = {
    "outcome": {"outcome": "no_go"},
    "statement": {"statement": "I never said so."},
    "state": {"state": "running"},
    "minutes": {"minutes": b"{}"},
    "digest": {"minutes_digest": "ff" * 32},
    "end": {"ended_at": LONG_AGO},
    "title": {"title": "Another"},
}


@pytest.fixture
def review(settled_audit, ed, noor) -> Review:
    """It ended without a decision, so that nothing else tells of it."""
    review = running(settled_audit, ed)
    Word.objects.say(review, by=noor, role="Approver", decision="go")
    return review_ends.end(review, outcome="none", by=ed, seen="", statement="Later.")


def refused(change) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        change()


@pytest.mark.parametrize("what", CHANGES)
def test_database_refuses_to_change_how_a_review_ended(review, what):
    refused(lambda: Review.objects.update(**CHANGES[what]))


def test_database_refuses_to_delete_a_review_that_ended(review):
    review.words.all().delete()
    review.points.all().delete()

    refused(lambda: Review.objects.filter(pk=review.pk)._raw_delete("default"))


def test_a_review_that_runs_may_change(audit, ed):
    review = running(audit, ed)

    Review.objects.update(title="Another")

    review.refresh_from_db()
    assert review.title == "Another"


def test_a_chain_with_a_review_holds(review, capsys):
    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("outcome", "review 1: it stands otherwise than its minutes tell"),
        ("statement", "review 1: it stands otherwise than its minutes tell"),
        ("end", "review 1: it stands otherwise than its minutes tell"),
        ("title", "review 1: it stands otherwise than its minutes tell"),
        ("state", "review 1: it ended, and its minutes are missing"),
        ("minutes", "review 1: the bytes of its minutes do not match their digest"),
        ("digest", "review 1: the bytes of its minutes do not match their digest"),
    ],
)
def test_command_finds_what_was_changed_past_the_triggers(review, capsys, what, found):
    untie()
    Review.objects.update(**CHANGES[what])

    number = review.audit.events.get(verb="review.ended").number
    assert told(review.audit, number, found) in verify(capsys)


def test_command_finds_minutes_that_were_written_anew(review, capsys):
    untie()
    minutes = json.loads(bytes(Review.objects.get().minutes)) | {"agenda": []}
    data = canonical_json(minutes)
    Review.objects.update(minutes=data, minutes_digest=digest(data))

    number = review.audit.events.get(verb="review.ended").number
    assert told(review.audit, number, "review 1: the event names other minutes") in verify(capsys)


def test_command_finds_a_review_that_ended_without_an_event(audit, ed, capsys):
    review = running(audit, ed)
    Review.objects.filter(pk=review.pk).update(state="ended", ended_at=LONG_AGO)

    assert "review 1: no event tells of its end" in verify(capsys)


def test_snapshot_holds_the_minutes_and_the_next_revision_does_not(review, ed, noor):
    seal(Audit.objects.get(), by=noor)
    first = review.audit.snapshots.get().content()
    audit = Audit.objects.get().reopen("Once more.", by=noor)
    again = running(audit, ed)
    review_ends.end(again, outcome="none", by=ed, seen=state_seen(audit))
    settle(audit, by=ed)
    seal(Audit.objects.get(), by=noor)

    second = audit.snapshots.order_by("revision").last().content()
    assert [each["digest"] for each in first["reviews"]] == [review.minutes_digest]
    assert [each["minutes"]["review"]["number"] for each in second["reviews"]] == [2]
    minutes = first["reviews"][0]["minutes"]
    assert digest(canonical_json(minutes)) == review.minutes_digest


def test_review_that_ends_after_the_seal_is_told_in_the_next_revision(settled_audit, ed, noor):
    review = running(settled_audit, ed)
    seal(settled_audit, by=noor)
    review_ends.end(review, outcome="none", by=ed, seen="")
    audit = Audit.objects.get().reopen("Once more.", by=noor)
    seal(audit, by=noor)

    last = audit.snapshots.order_by("revision").last().content()
    assert [each["minutes"]["audit"]["revision"] for each in last["reviews"]] == [1]
