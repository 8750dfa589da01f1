"""The PDF of a proposal and of a seal: what it carries, and that it reads in order."""

import io
import json
from itertools import pairwise

import pytest
from pypdf import PdfReader

from audits.reports.canonical import canonical_json
from audits.reports.pdf import SEAL_NAME, SNAPSHOT_NAME, render_pdf
from tests.audits.reports.signing import (
    VERIFY_AT,
    condition_of_the_go,
    embedded_seal,
    format_1,
    format_2,
    proposal,
    sealed,
    sign_off,
)
from tests.audits.reports.snapshots import answer, digest_of, edition, item, link, snapshot

STEP = edition(item(1, answer=answer("done", evidence=[link()])), item(2, "minor"))
ASKED = snapshot(STEP, proposal=proposal("conditional_go", condition_of_the_go()))
SEAL = sealed(
    ASKED,
    sign_off("Jonas Lindqvist", "Engineering", "conditional_go"),
    sign_off(decision="conditional_go", at="2026-11-21T11:00:09Z"),
)


def pdf(report, seal=None):
    return render_pdf(report, digest_of(report), seal=seal)


def read(report, seal=None):
    return PdfReader(io.BytesIO(pdf(report, seal)))


@pytest.fixture(scope="module")
def report():
    return read(ASKED, SEAL)


def attached(reader):
    """Name -> relationship of each associated file."""
    files = [file.get_object() for file in reader.trailer["/Root"]["/AF"]]
    return {file["/UF"]: file["/AFRelationship"] for file in files}


def elements(node):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, dict) and "/S" in kid:
            yield kid
            yield from elements(kid)


def tags(reader):
    return list(elements(reader.trailer["/Root"]["/StructTreeRoot"]))


def test_seal_is_attached_beside_the_snapshot_as_the_very_bytes(report):
    assert attached(report) == {SNAPSHOT_NAME: "/Source", SEAL_NAME: "/Data"}
    assert report.attachments[SNAPSHOT_NAME] == [canonical_json(ASKED)]
    assert report.attachments[SEAL_NAME] == [canonical_json(SEAL)]


def test_a_proposal_carries_no_seal():
    assert attached(read(ASKED)) == {SNAPSHOT_NAME: "/Source"}


@pytest.mark.parametrize("older", [format_1, format_2])
def test_an_older_snapshot_is_attached_as_it_was_signed(older):
    old = older(snapshot(STEP), seal=embedded_seal())

    reader = read(old)

    assert reader.attachments[SNAPSHOT_NAME] == [canonical_json(old)]
    assert attached(reader) == {SNAPSHOT_NAME: "/Source"}
    assert "Noor Haddad" in reader.pages[1].extract_text()


def test_same_snapshot_and_seal_give_the_same_bytes():
    assert pdf(ASKED, SEAL) == pdf(json.loads(json.dumps(ASKED)), json.loads(json.dumps(SEAL)))


def test_another_seal_is_another_document(report):
    later = read(ASKED, SEAL | {"sealed_at": "2026-11-22T00:00:00Z"})

    assert later.trailer["/ID"] != report.trailer["/ID"]


def test_it_was_made_when_it_was_sealed_by_those_who_signed(report):
    assert report.metadata.author == "Jonas Lindqvist, Noor Haddad"
    assert report.metadata.creation_date.isoformat() == "2026-11-21T11:00:09+00:00"


def test_qr_code_is_a_figure_with_its_address_as_text(report):
    figures = [tag["/Alt"] for tag in tags(report) if tag["/S"] == "/Figure"]

    assert f"QR code that leads to {VERIFY_AT}{digest_of(ASKED)}/" in figures


def test_headings_never_skip_a_level(report):
    levels = [
        int(tag["/S"][2]) for tag in tags(report) if tag["/S"] in ("/H1", "/H2", "/H3", "/H4")
    ]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_sign_off_is_the_second_page_and_a_bookmark(report):
    assert "Sign-off" in [entry.title for entry in report.outline if not isinstance(entry, list)]
    text = report.pages[1].extract_text()
    for name in ("Jonas Lindqvist", "Engineering", "Noor Haddad", "Security", digest_of(ASKED)):
        assert name in text


def test_a_proposal_says_so_on_every_page_and_draft_on_none():
    pages = [page.extract_text() for page in read(ASKED).pages]

    assert all("PROPOSED" in page for page in pages)
    assert not any("DRAFT" in page for page in pages)


def test_sealed_report_bears_no_mark(report):
    assert not any("PROPOSED" in page.extract_text() for page in report.pages)


def test_cover_holds_six_signers_and_a_commit_on_one_page():
    asked = snapshot(STEP, proposal=proposal(), release="9f3c2e7a41d0b86c55e1f0aa3d7742bb90c1e6d2")
    signers = [sign_off(f"Person Number {n}", f"Role number {n}") for n in range(1, 9)]

    pages = read(asked, sealed(asked, *signers)).pages

    assert digest_of(asked) in pages[0].extract_text()
    assert pages[1].extract_text().startswith("Sign-off")


def test_a_seal_of_another_snapshot_makes_no_pdf():
    with pytest.raises(ValueError, match="The seal is of the snapshot"):
        pdf(snapshot(STEP), SEAL)
