"""The section of the report about the reviews before it."""

import pytest

from audits.reports.canonical import canonical_json
from audits.reports.html import render_html
from audits.reports.verify_content import check_content
from tests.audits.reports import signing
from tests.audits.reports.meetings import minutes, point, review, word
from tests.audits.reports.snapshots import digest_of, sample


def page(**changes) -> str:
    snapshot = sample(reviews=[review(**changes)])
    return render_html(snapshot, digest_of(snapshot), stylesheet_href="/report.css")


def part(html: str) -> str:
    return html.partition('id="reviews"')[2].partition("</section>")[0]


def test_report_tells_of_the_meeting_and_what_came_of_it():
    text = part(page())

    for told in (
        "Conditional go.",
        "Held 20 Nov 2026, 10:00 to 10:41 UTC",
        "Gus Guest",
        "Mei Tanaka",
        "Security",
        "nobody spoke",
        "Fix before launch",
        "<strong>revoked</strong>",
        "Ready without it?",
        "Move the key",
        review()["digest"],
    ):
        assert told in text


def test_contents_lead_to_the_reviews():
    assert '<a href="#reviews">Reviews</a>' in page()


def test_report_without_a_review_says_nothing_of_any():
    snapshot = sample()

    html = render_html(snapshot, digest_of(snapshot), stylesheet_href="/report.css")

    assert "#reviews" not in html


@pytest.mark.parametrize("outcome", ["go", "conditional_go", "no_go", "none"])
def test_every_outcome_has_its_word(outcome):
    assert "</strong> Held" in part(page(outcome=outcome, conditions=[], agenda=[], actions=[]))


def test_what_people_wrote_does_nothing_in_the_report():
    bad = "<script>alert(1)</script>"

    text = part(
        page(
            agenda=[point(title=bad, note=bad, reason=bad, reasons=[bad])],
            roll_call=[{"role": bad, "words": [word(by=bad, statement=bad)]}],
            statement=bad,
        )
    )

    assert "<script>" not in text
    assert "alert(1)" in text


def test_minutes_that_do_not_match_their_digest_are_found():
    snapshot = sample(reviews=[{"digest": "00" * 32, "minutes": minutes()}])
    data = canonical_json(snapshot)
    seal = canonical_json(signing.sealed(snapshot))

    checks, sealed = check_content({"snapshot.json": data, "seal.json": seal})

    assert sealed is None
    assert checks[-1].text == "The minutes of a review do not match their digest."
