"""Taking back what was done to evidence and comments, while it is the latest."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits.models import Audit, Comment, Evidence, contents
from audits.models.chains import find_broken_link
from audits.models.errors import NotAllowed, Refused
from audits.models.evidence import BYTES_WAIT
from audits.models.expiry import Days
from audits.models.pieces import replace, set_expiry, share
from audits.models.sweeps import discard_removed
from audits.models.undo import can_undo, undo, undoable

pytestmark = pytest.mark.usefixtures("chains_hold")


def last_event(audit):
    return Audit.objects.get(pk=audit.pk).events.select_related("audit", "answer").last()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def link(answer, ed) -> Evidence:
    return Evidence.objects.attach_link(answer, "https://example.org/old", by=ed)


@pytest.fixture
def file(answer, a_file, ed) -> Evidence:
    return Evidence.objects.attach_file(answer, a_file, by=ed)


def test_what_was_attached_is_taken_off_as_undone(audit, link, alice):
    undo(last_event(audit), by=alice)

    row = fresh(link)
    assert (row.removed_by, row.removed_reason) == (alice, "undone")
    assert last_event(audit).verb == "evidence.undone"
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_undoing_that_brings_it_back(audit, link, ed):
    undo(last_event(audit), by=ed)

    undo(last_event(audit), by=ed)

    assert fresh(link).is_current


def test_a_removed_file_comes_back_with_its_bytes(audit, file, ed):
    file.remove("Wrong.", by=ed)
    assert not fresh(file).has_bytes

    undo(last_event(audit), by=ed)

    assert (fresh(file).is_current, fresh(file).has_bytes) == (True, True)
    with time_machine.travel(timezone.now() + 2 * BYTES_WAIT):
        assert discard_removed() == 0


def test_a_removed_file_whose_bytes_went_stays_removed(audit, file, ed):
    file.remove("Wrong.", by=ed)
    with time_machine.travel(timezone.now() + BYTES_WAIT):
        discard_removed()

    with pytest.raises(Refused, match="was deleted in the meantime"):
        undo(last_event(audit), by=ed)

    assert fresh(file).removed_reason == "Wrong."


def test_a_replacement_is_taken_back_on_every_answer(audit, link, ed):
    share(link, [audit.answers.get(position=3).pk], by=ed)
    replace(link, contents.note("New."), Days(), by=ed, seen_version=1)

    undo(last_event(audit), by=ed)

    rows = Evidence.objects.current().values_list("answer__position", "version", "kind")
    assert sorted(rows) == [(1, 1, "link"), (3, 1, "link")]


def test_after_an_undo_the_next_version_has_the_next_number(audit, link, ed):
    replace(link, contents.note("New."), Days(), by=ed, seen_version=1)
    undo(last_event(audit), by=ed)

    newer = replace(link, contents.note("Newer."), Days(), by=ed, seen_version=1)

    assert newer.version == 3


def test_the_end_is_set_back(audit, link, ed):
    last = timezone.localdate() + dt.timedelta(days=9)
    set_expiry(link, last, by=ed, seen=None)

    undo(last_event(audit), by=ed)
    assert fresh(link).expires_on is None

    undo(last_event(audit), by=ed)
    assert fresh(link).expires_on == last


def test_only_the_latest_change_of_a_piece_is_taken_back(audit, link, ed):
    added = last_event(audit)
    share(link, [audit.answers.get(position=3).pk], by=ed)

    assert not can_undo(added)
    assert can_undo(last_event(audit))
    with pytest.raises(Refused, match="changed again since"):
        undo(added, by=ed)


def test_a_comment_is_withdrawn_by_its_author_and_its_text_stays_in_the_chain(audit, answer, ed):
    comment = Comment.objects.add(answer, "Not so fast.", by=ed)
    said = last_event(audit)

    undo(said, by=ed)

    assert fresh(comment).withdrawn_at is not None
    assert said.detail["text"] == "Not so fast."
    assert audit.answers.for_rows().get(pk=answer.pk).comment_count == 0


def test_a_withdrawn_comment_can_be_brought_back(audit, answer, ed):
    comment = Comment.objects.add(answer, "Not so fast.", by=ed)
    undo(last_event(audit), by=ed)

    undo(last_event(audit), by=ed)

    assert fresh(comment).withdrawn_at is None


def test_nobody_else_withdraws_a_comment(audit, answer, ed, alice):
    Comment.objects.add(answer, "Not so fast.", by=ed)

    with pytest.raises(NotAllowed, match="Only Ed Fox"):
        undo(last_event(audit), by=alice)


def test_a_comment_is_withdrawn_once(audit, answer, ed):
    Comment.objects.add(answer, "Not so fast.", by=ed)
    said = last_event(audit)
    undo(said, by=ed)

    assert not can_undo(said)
    with pytest.raises(Refused, match="taken back already"):
        undo(said, by=ed)


def test_what_can_be_undone_of_many_is_asked_in_two_queries(
    audit, answer, ed, django_assert_num_queries
):
    for number in range(10):
        Evidence.objects.attach_note(answer, f"{number}", by=ed)
        Comment.objects.add(answer, f"{number}", by=ed)
    events = list(audit.events.select_related("audit", "answer"))

    with django_assert_num_queries(2):
        found = undoable(events)

    assert len(found) == 20
