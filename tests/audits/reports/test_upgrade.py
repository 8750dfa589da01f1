"""Snapshots of older formats still make a report, and say no more than they held."""

import copy

import pytest

from audits.reports.canonical import digest
from audits.reports.html import render_html
from audits.reports.upgrade import seal_within, upgraded
from tests.audits.reports.signing import (
    embedded_seal,
    format_1,
    format_2,
    format_3,
    format_4,
)
from tests.audits.reports.snapshots import digest_of, sample

BOTH = pytest.mark.parametrize("older", [format_1, format_2])


def test_format_1_renders_what_it_holds():
    snapshot = format_1(sample())

    html = render_html(snapshot, digest_of(snapshot))

    assert "A production key exists" in html
    assert "Not met" not in html
    assert "condition-state" not in html


def test_format_2_says_how_conditions_stand_and_who_said_so():
    snapshot = format_2(sample())

    html = render_html(snapshot, digest_of(snapshot), stylesheet_href="/report.css")

    assert '<strong class="condition-state">Waived</strong>' in html
    assert '<strong class="condition-state">Not met</strong>' in html


@pytest.mark.parametrize(
    ("older", "rendered"),
    [
        (format_1, "9156d94351ee107279e9bc50a0bce1c73b79298f4da45d34df181c2faacbe29b"),
        (format_2, "65ab6ca94e377cf653f097cfab1dbec83c52bc69f3ecce187271be5b352a357e"),
        (format_3, "e21b2735e0ba186a39190cc994c7ea48367d3a53150d73334c26b2462362b013"),
        (format_4, "4a8c7796fe51a1a4a4fa2ef3c0e2e4af9caef99efd1110ee08d2da1a0ddf0bc9"),
    ],
)
def test_older_snapshot_renders_as_it_did_when_it_was_taken(older, rendered):
    """Byte for byte: the digests are of the pages before there were probes, or reviews."""
    snapshot = older(sample())

    html = render_html(snapshot, digest_of(snapshot), stylesheet_href="/report.css")

    assert digest(html.encode()) == rendered


def test_format_3_knows_of_no_machine():
    old = upgraded(format_3(sample()))

    answers = [
        item["answer"]
        for edition in old["editions"]
        for section in edition["sections"]
        for item in section["items"]
    ]
    assert {len(answer["machine"]) for answer in answers} == {0}


@BOTH
def test_upgraded_snapshots_have_the_keys_of_today_and_no_others(older):
    today = sample()

    old = upgraded(older(today))

    assert old.keys() == today.keys()
    assert old["history"][0].keys() == today["history"][0].keys()


def test_a_snapshot_of_today_stays_as_it_is():
    today = sample()

    assert upgraded(today) == today
    assert seal_within(today, digest_of(today)) is None


@BOTH
def test_what_was_not_recorded_is_unknown_rather_than_empty(older):
    old = upgraded(older(sample()))

    assert old["policy"] is old["obstacles"] is old["answered_by"] is None


@BOTH
def test_a_seal_within_is_told_as_a_signature_on_the_very_digest(older):
    old = older(sample(), seal=embedded_seal("no_go"))

    seal = seal_within(old, digest_of(old))

    assert (seal["snapshot"], seal["decision"]) == (digest_of(old), "no_go")
    [signed] = seal["sign_offs"]
    assert (signed["by"], signed["role"], signed["method"]) == ("Noor Haddad", "Approver", "")
    assert signed["digest"] == digest_of(old)
    assert upgraded(old)["audit"]["state"] == "proposed"


@BOTH
def test_a_draft_has_no_seal_within(older):
    draft = older(sample())

    assert seal_within(draft, digest_of(draft)) is None
    assert upgraded(draft)["audit"]["state"] == "open"


@BOTH
def test_upgrading_leaves_the_snapshot_that_was_given(older):
    old = older(sample(), seal=embedded_seal())
    kept = copy.deepcopy(old)

    upgraded(old)

    assert old == kept
