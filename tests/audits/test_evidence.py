import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Evidence
from audits.models.errors import Refused

pytestmark = pytest.mark.usefixtures("chains_hold")


def test_link_is_kept_with_who_and_the_day_it_speaks_of(answer, ed):
    day = timezone.localdate() - dt.timedelta(days=2)

    link = Evidence.objects.attach_link(
        answer, " https://grafana.example/d/1 ", by=ed, title="Limits", speaks_of=day
    )

    kept = Evidence.objects.get(pk=link.pk)
    assert (kept.url, kept.title) == ("https://grafana.example/d/1", "Limits")
    assert (kept.speaks_of, kept.added_by, kept.revision) == (day, ed, 1)


def test_link_without_a_title_is_called_by_its_address(answer, ed):
    link = Evidence.objects.attach_link(answer, "https://wiki.example/limits/", by=ed)

    assert link.title == "wiki.example/limits"


@pytest.mark.parametrize(
    "url",
    [
        "http://grafana:3000/d/1?from=now-1h#p",
        "https://müller.example/ä",
        "https://[2001:db8::1]:8443/x",
        "HTTPS://example.org",
        "http://localhost/x",
    ],
)
def test_whole_web_address_is_taken(answer, ed, url):
    assert Evidence.objects.attach_link(answer, url, by=ed).url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/x",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "//example.org/x",
        "https://",
        "https://:443/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://good.example\\.evil.example/",
        "https://ann:secret@example.org/",
        "https://example.org@evil.example/",
        "https://example.org/a b",
        "https://example.org/\0",
        "https://example.org/\u202egpj",
        "https://example.org/\ud800",
        "https://" + "a" * 64 + ".example/",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_anything_else_is_refused_with_a_word_for_the_field(answer, ed, url):
    with pytest.raises(Refused) as refusal:
        Evidence.objects.attach_link(answer, url, by=ed)

    assert refusal.value.field == "url"
    assert not Evidence.objects.exists()


def test_note_without_a_title_is_called_by_its_first_line(answer, ed):
    note = Evidence.objects.attach_note(answer, "## Load test\n\n50 requests", by=ed)

    assert (note.title, note.text) == ("Load test", "## Load test\n\n50 requests")


def test_note_of_marks_alone_still_has_a_title(answer, ed):
    assert Evidence.objects.attach_note(answer, "###", by=ed).title == "Note"


def test_empty_note_is_refused(answer, ed):
    with pytest.raises(Refused, match="Write the note first"):
        Evidence.objects.attach_note(answer, " \n", by=ed)


def test_note_longer_than_the_column_is_refused(answer, ed):
    with pytest.raises(Refused, match="20,001 characters long"):
        Evidence.objects.attach_note(answer, "x" * 20_001, by=ed)


def test_evidence_of_a_day_to_come_is_refused(answer, ed):
    with pytest.raises(Refused, match="a day to come") as refusal:
        Evidence.objects.attach_note(
            answer, "x", by=ed, speaks_of=timezone.localdate() + dt.timedelta(days=2)
        )

    assert refusal.value.field == "speaks_of"


def test_title_longer_than_the_column_is_refused(answer, ed):
    with pytest.raises(Refused, match="201 characters long; 200 is the most"):
        Evidence.objects.attach_link(answer, "https://example.org", by=ed, title="x" * 201)


def test_several_pieces_stand_on_one_answer_in_the_order_they_came(settled_audit):
    kinds = settled_audit.answers.get(position=1).evidence.values_list("kind", flat=True)

    assert list(kinds) == ["link", "note", "file"]


def test_attaching_is_an_event_that_holds_the_fingerprint(audit, answer, ed):
    Evidence.objects.attach_link(answer, "https://example.org/x", by=ed)

    detail = audit.events.last().detail
    assert (detail["kind"], detail["url"]) == ("link", "https://example.org/x")


def test_removing_needs_a_reason(answer, ed):
    note = Evidence.objects.attach_note(answer, "x", by=ed)

    with pytest.raises(Refused, match="Say why it is removed") as refusal:
        note.remove("  ", by=ed)

    assert refusal.value.field == "reason"


def test_removing_leaves_the_row_with_who_and_why(answer, ed, alice):
    note = Evidence.objects.attach_note(answer, "x", by=ed)

    note.remove("Wrong region.", by=alice)

    row = Evidence.objects.get(pk=note.pk)
    assert (row.removed_by, row.removed_reason) == (alice, "Wrong region.")
    assert row.removed_at is not None


def test_removing_is_an_event_that_says_what_was_removed(audit, answer, ed):
    Evidence.objects.attach_note(answer, "x", by=ed).remove("Wrong region.", by=ed)

    event = audit.events.last()
    assert event.verb == "evidence.removed"
    assert (event.detail["text"], event.detail["reason"]) == ("x", "Wrong region.")


def test_removing_twice_is_refused(answer, ed):
    note = Evidence.objects.attach_note(answer, "x", by=ed)
    note.remove("Wrong region.", by=ed)

    with pytest.raises(Refused, match="removed already"):
        note.remove("Again.", by=ed)
