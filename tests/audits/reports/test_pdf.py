import io
import logging
import socket

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from audits.reports.canonical import canonical_json
from audits.reports.pdf import SNAPSHOT_NAME, render_pdf
from tests.audits.reports import hostile
from tests.audits.reports.signing import proposal, sealed
from tests.audits.reports.snapshots import (
    answer,
    digest_of,
    edition,
    item,
    link,
    sample,
    snapshot,
)


def read(report, seal=None):
    return PdfReader(io.BytesIO(render_pdf(report, digest_of(report), seal=seal)))


def small(**changes):
    done = answer("done", evidence=[link()])
    return snapshot(edition(item(1, answer=done), item(2)), **changes)


SIGNED = small(proposal=proposal())


@pytest.fixture(scope="module")
def draft():
    return read(sample())


@pytest.fixture(scope="module")
def signed():
    return read(SIGNED, sealed(SIGNED))


def titles(outline):
    for entry in outline:
        if isinstance(entry, Destination):
            yield entry.title
        else:
            yield from titles(entry)


def annotations(reader):
    return [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]


def fonts(reader):
    found = {}
    for page in reader.pages:
        for name, font in page["/Resources"]["/Font"].items():
            found[name] = font.get_object()["/DescendantFonts"][0].get_object()
    return found.values()


def test_draft_says_so_on_every_page(draft):
    assert all("DRAFT" in page.extract_text() for page in draft.pages)


def test_sealed_report_says_draft_nowhere(signed):
    assert not any("DRAFT" in page.extract_text() for page in signed.pages)


def test_footer_has_title_revision_digest_and_page_of_pages(draft):
    pages = len(draft.pages)
    short = digest_of(sample())[:12]
    for number, page in enumerate(draft.pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {pages}" in text
        assert "Support assistant, first launch" in text
        assert "Revision 1" in text
        assert short in text


def test_full_digest_is_on_the_cover(draft):
    assert digest_of(sample()) in draft.pages[0].extract_text().replace("\n", "")


def test_bookmarks_lead_from_checklist_to_section_to_item(draft):
    found = list(titles(draft.outline))
    assert "Summary" in found
    assert "Claude production checklist" in found
    assert any(title.startswith("A1 API keys live") for title in found)
    assert len([title for title in found if title[:2] in ("A1", "B1")]) > 2


def test_links_lead_within_and_to_evidence(draft):
    links = [a for a in annotations(draft) if a["/Subtype"] == "/Link"]
    assert any("/Dest" in a for a in links)
    uris = {a["/A"]["/URI"] for a in links if "/A" in a}
    assert uris == {"https://wiki.example.org/keys"}


def test_every_inner_link_has_a_destination(draft):
    names = draft.named_destinations
    assert all(a["/Dest"] in names for a in annotations(draft) if "/Dest" in a)


def test_every_font_is_embedded(draft):
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts(draft))


def test_document_is_tagged_and_names_its_language(draft):
    catalog = draft.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/StructTreeRoot"]["/K"]
    assert catalog["/Lang"] == "en"


def test_charts_carry_their_text_in_the_tag_tree(draft):
    figures = [
        o for o in structure(draft.trailer["/Root"]["/StructTreeRoot"]) if o["/S"] == "/Figure"
    ]
    assert figures
    assert all("done" in figure["/Alt"] for figure in figures)


def structure(node):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, dict) and "/S" in kid:
            yield kid
            yield from structure(kid)


def test_metadata_comes_from_the_snapshot(signed):
    metadata = signed.metadata
    assert metadata.title == "Support assistant, first launch — revision 1"
    assert metadata.author == "Noor Haddad"
    assert metadata.creation_date.isoformat() == "2026-11-21T09:12:07+00:00"


def test_claims_pdf_a_3a_and_nothing_more(signed):
    xmp = signed.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="3"' in xmp
    assert 'pdfaid:conformance="A"' in xmp
    assert "pdfuaid" not in xmp


def test_snapshot_is_attached_as_the_very_bytes_of_the_digest(signed):
    [attached] = signed.attachments[SNAPSHOT_NAME]
    assert attached == canonical_json(SIGNED)


def test_same_snapshot_gives_the_same_bytes():
    report = small()
    assert render_pdf(report, digest_of(report)) == render_pdf(report, digest_of(report))


def test_hostile_text_fetches_nothing(monkeypatch, tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>stolen</text></svg>')
    attack = (
        f'![a]({secret.as_uri()}) <img src="{secret.as_uri()}"> ![b](http://127.0.0.1:9/x.png)'
    )
    attack += f'<link rel=attachment href="{secret.as_uri()}">'
    monkeypatch.setattr(socket, "create_connection", _no_network)
    reader = read(snapshot(edition(item(title=attack, why=attack, verify=attack))))
    assert "stolen" not in "".join(page.extract_text() for page in reader.pages)
    assert list(reader.attachments) == [SNAPSHOT_NAME]


def test_even_an_element_that_slipped_through_fetches_nothing(monkeypatch, tmp_path):
    # Escaping is the first wall; this takes it down to see the second.
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="9">stolen</text></svg>')
    html = f"""<html lang="en"><link rel=attachment href="{secret.as_uri()}">
        <img alt="a" src="{secret.as_uri()}"><img alt="b" src="http://127.0.0.1:9/x.png">"""
    monkeypatch.setattr("audits.reports.pdf.render_html", lambda *_, **__: html)
    monkeypatch.setattr(socket, "create_connection", _no_network)
    reader = read(small())
    assert "stolen" not in reader.pages[0].extract_text()
    assert list(reader.attachments) == [SNAPSHOT_NAME]


def _no_network(*_args, **_kwargs):
    raise AssertionError("the report opened a connection")


@pytest.mark.slow
def test_long_texts_and_many_scripts_find_glyphs_and_room(caplog):
    caplog.set_level(logging.WARNING, logger="weasyprint")
    logging.getLogger("weasyprint").propagate = True
    reader = read(hostile.strained())
    assert not [record for record in caplog.records if "notdef" in record.getMessage()]
    assert "山田太郎" in reader.pages[0].extract_text()


def test_progress_rises_from_step_to_step():
    seen = []
    report = small()
    render_pdf(report, digest_of(report), on_progress=lambda step, percent: seen.append(percent))
    assert seen == sorted(seen)
    assert seen[-1] == 100


def test_an_audit_without_items_still_makes_a_report():
    assert "no items" in read(snapshot(history=[])).pages[0].extract_text()
