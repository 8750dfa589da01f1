import gc

import pytest
from pydyf import PDF, Dictionary
from weasyprint import HTML
from weasyprint.html import UA_STYLESHEET

from audits.reports.html import render_html
from audits.reports.typesetting import STYLESHEET, Paper, settle, uncollected
from tests.audits.reports.snapshots import answer, digest_of, edition, item, link, snapshot

LISTS = "1. First\n2. Second\n   - within\n\n> Said “so”, and `that`."


def page():
    done = answer("done", evidence=[link()])
    report = snapshot(edition(item(1, why=LISTS, answer=done), item(2)))
    return render_html(report, digest_of(report))


def written(html, **how):
    return html.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=b"a" * 16, **how)


def styled_everywhere(sheet):
    """The pseudo-elements that this stylesheet gives to every element."""
    return {pseudo for _, _, _, pseudo, _ in sheet.matcher.other_selectors if pseudo}


def test_what_is_spared_changes_no_byte():
    assert written(Paper(string=page()), finisher=settle) == written(HTML(string=page()))


def test_no_element_is_styled_for_notes_or_a_marker_that_it_does_not_have():
    assert styled_everywhere(UA_STYLESHEET) >= {"marker", "footnote-call", "note-call"}
    assert styled_everywhere(STYLESHEET) == set()


def test_references_of_pages_follow_the_pages():
    pdf = PDF()
    assert pdf.page_references == ()
    for _ in range(2):
        pdf.add_page(Dictionary({"Type": "/Page"}))
    assert pdf.page_references == (b"3 0 R", b"4 0 R")
    assert pdf.page_references is pdf.page_references


@uncollected()
def fail():
    raise ValueError("enabled" if gc.isenabled() else "disabled")


def test_garbage_is_collected_again_after_a_render_that_failed():
    with pytest.raises(ValueError, match="disabled"):
        fail()
    assert gc.isenabled()
