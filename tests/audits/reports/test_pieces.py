"""Evidence in a report: what is stale, what was replaced, what backs several items."""

from audits.reports.html import render_html
from audits.reports.pieces import count, pieces, stale_since
from audits.reports.summary import summarise
from tests.audits.reports.snapshots import (
    answer,
    comment,
    digest_of,
    edition,
    evidence,
    file,
    item,
    link,
    note,
    snapshot,
)

TODAY = "2026-11-21"
REPLACED = {"at": "2026-11-20T15:00:00Z", "by": "Mei Tanaka"}
REMOVED = {"at": "2026-11-20T16:00:00Z", "by": "Mei Tanaka", "reason": "Wrong."}


def report_of(*rows, **more) -> str:
    frozen = snapshot(edition(item(answer=answer("done", evidence=list(rows), **more))))
    return render_html(frozen, digest_of(frozen), stylesheet_href="/report.css")


def test_evidence_is_stale_on_the_day_after_its_last():
    assert stale_since(link(expires_on="2026-11-20"), TODAY) == TODAY
    assert stale_since(link(expires_on=TODAY), TODAY) == ""


def test_what_was_removed_or_replaced_is_not_stale():
    assert stale_since(link(expires_on="2026-11-01", removed=REMOVED), TODAY) == ""
    assert stale_since(link(expires_on="2026-11-01", replaced=REPLACED), TODAY) == ""


def test_former_versions_stand_below_the_present_one_the_latest_first():
    rows = [
        link(id="1", piece="p", replaced=REPLACED),
        link(id="2", piece="p", version=2, replaced=REPLACED),
        link(id="3", piece="p", version=3),
        note(id="4", piece="q"),
    ]

    first, second = pieces(rows, TODAY)

    assert [row["id"] for row in (first.row, *first.former)] == ["3", "2", "1"]
    assert (second.row["id"], second.former) == ("4", ())


def test_a_version_that_was_taken_back_leaves_its_trace_beside_the_piece():
    rows = [link(id="1", piece="p"), link(id="2", piece="p", version=2, removed=REMOVED)]

    assert [piece.row["id"] for piece in pieces(rows, TODAY)] == ["1", "2"]


def test_a_piece_that_backs_two_items_is_counted_once():
    rows = [link(id="1", piece="p"), link(id="2", piece="p"), file(id="3", piece="q")]

    assert count(rows, TODAY) == {
        "link": 1,
        "file": 1,
        "note": 0,
        "run": 0,
        "removed": 0,
        "stale": 0,
    }


def test_replaced_evidence_alone_backs_nothing():
    gone = [link(replaced=REPLACED), link(id="2", piece="e1", version=2, removed=REMOVED)]

    summary = summarise(snapshot(edition(item(answer=answer("done", evidence=gone)))))

    assert summary.done_without_evidence == 1


def test_report_says_since_when_a_piece_is_stale_and_how_many_are():
    html = report_of(link(expires_on="2026-11-02"))

    assert "stale since 3 Nov 2026" in html
    assert "1 piece is stale." in html


def test_report_names_the_former_version_with_its_digest():
    former = file(id="1", piece="p", replaced=REPLACED)

    html = report_of(former, link(id="2", piece="p", version=2))

    assert "Before it, version 1: file" in html
    assert f"sha256 {'5f' * 32}" in html
    assert "replaced 20 Nov 2026, 15:00 UTC by" in html


def test_report_says_that_a_file_is_not_here_which_never_was():
    assert "the file itself is not here" in report_of(file(content_type=""))
    assert "the file itself is not here" not in report_of(file())


def test_report_links_the_other_items_that_a_piece_backs():
    shared = [answer("done", evidence=[evidence(id=number, piece="p")]) for number in "12"]
    frozen = snapshot(edition(item(1, answer=shared[0]), item(2, answer=shared[1])))

    html = render_html(frozen, digest_of(frozen), stylesheet_href="/report.css")

    assert 'Also backs <a href="#edition-1-item-2">2</a>.' in html
    assert 'Also backs <a href="#edition-1-item-1">1</a>.' in html


def test_what_backs_very_many_items_names_them_at_the_first_only():
    shared = [answer("done", evidence=[evidence(id=str(n), piece="p")]) for n in range(1, 15)]
    frozen = snapshot(edition(*(item(n, answer=each) for n, each in enumerate(shared, start=1))))

    html = render_html(frozen, digest_of(frozen), stylesheet_href="/report.css")

    assert html.count('<a href="#edition-1-item-14">14</a>') == 1
    at_the_first = 'Also backs 13 other items, listed at <a href="#edition-1-item-1">1</a>.'
    assert html.count(at_the_first) == 13


def test_report_tells_of_a_withdrawn_comment():
    html = report_of(comments=[comment("") | {"withdrawn_at": "2026-11-20T10:00:00Z"}])

    assert "withdrawn 20 Nov 2026, 10:00 UTC" in html
