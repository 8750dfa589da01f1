"""What became of the evidence of an answer between two snapshots."""

import pytest

from audits.reports.changes import between
from tests.audits.reports.snapshots import answer, edition, file, item, link, note, snapshot

REPLACED = {"at": "2026-11-21T03:00:00Z", "by": "Ada Park"}
REMOVED = REPLACED | {"reason": "wrong document"}


def backed(*rows, taken_at="2026-11-21T04:34:00Z"):
    return snapshot(edition(item(answer=answer("done", evidence=list(rows)))), taken_at=taken_at)


def told(before, after):
    """(kind, title, detail) of what became of the pieces of the only item."""
    return [
        (each["kind"], each["title"], each["detail"])
        for found in between(before, after)["items"]
        for each in found["evidence"]
    ]


def test_piece_that_came_is_told_with_what_it_is():
    assert told(backed(), backed(file())) == [
        ("added", "Load test", "file, load-test-2026-11-19.pdf, 1.2 MB, speaks of 20 Nov 2026")
    ]


def test_piece_that_was_removed_is_told_with_the_reason():
    assert told(backed(link()), backed(link(removed=REMOVED))) == [
        ("removed", "Access policy", "by Ada Park: wrong document")
    ]


def test_piece_that_was_removed_before_is_not_mentioned():
    assert told(backed(link(removed=REMOVED)), backed(link(removed=REMOVED))) == []


def test_later_version_replaces_the_former_one():
    former = file(replaced=REPLACED)
    later = file(id="e2", piece="e1", version=2, filename="load-test-2.pdf")

    assert told(backed(file()), backed(former, later)) == [
        (
            "replaced",
            "Load test",
            "version 1 → 2: file, load-test-2.pdf, 1.2 MB, speaks of 20 Nov 2026",
        )
    ]


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"expires_on": "2027-01-15"}, "good until no end → 15 Jan 2027"),
        ({"url": "https://b.example"}, "https://wiki.example.org/keys → https://b.example"),
        ({"title": "Policy"}, "Access policy → Policy"),
        ({"text": "More."}, "another text"),
        ({"sha256": "ab" * 32}, "other bytes"),
    ],
)
def test_piece_that_says_something_else_is_told_as_changed(changed, detail):
    ((kind, _, found),) = told(backed(link()), backed(link(**changed)))

    assert (kind, found) == ("changed", detail)


def test_piece_that_became_stale_by_time_alone_is_told():
    good = link(expires_on="2026-11-30")

    found = told(backed(good), backed(good, taken_at="2026-12-02T08:00:00Z"))

    assert found == [("stale", "Access policy", "stale since 1 Dec 2026")]


def test_piece_that_was_stale_already_is_not_mentioned():
    over = link(expires_on="2026-11-01")

    assert told(backed(over), backed(over, taken_at="2026-12-02T08:00:00Z")) == []


def test_same_content_in_another_audit_is_the_same_piece():
    assert told(backed(note(id="a")), backed(note(id="b"))) == []


def test_one_piece_on_two_items_is_counted_once():
    before, after = (
        snapshot(edition(*(item(n, answer=answer(evidence=rows)) for n in (1, 2))))
        for rows in ([], [link()])
    )

    changes = between(before, after)

    assert [len(each["evidence"]) for each in changes["items"]] == [1, 1]
    assert changes["counts"]["evidence"] == 1


def test_two_pieces_of_the_same_content_are_two():
    twice = backed(link(id="a"), link(id="b"))

    assert [kind for kind, _, _ in told(backed(link(id="a")), twice)] == ["added"]
