"""A snapshot that was sealed in format 1 still makes a report."""

from audits.reports.html import render_html
from tests.audits.reports.snapshots import digest_of, format_1, sample


def test_format_1_renders_what_it_holds():
    snapshot = format_1(sample())

    html = render_html(snapshot, digest_of(snapshot))

    assert "A production key exists" in html
    assert "Not met" not in html
    assert "condition-state" not in html


def test_format_2_says_how_conditions_stand_and_who_said_so():
    snapshot = sample()

    html = render_html(snapshot, digest_of(snapshot), stylesheet_href="/report.css")

    assert '<strong class="condition-state">Waived</strong>' in html
    assert '<strong class="condition-state">Not met</strong>' in html
