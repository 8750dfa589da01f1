import re
import sys
from html.parser import HTMLParser
from unicodedata import bidirectional

import pytest

from audits.reports.html import render_html
from audits.reports.text import markdown, plain, shorten, size, unwrapped, web_url
from tests.audits.reports import hostile
from tests.audits.reports.snapshots import (
    answer,
    comment,
    digest_of,
    edition,
    item,
    link,
    sample,
    snapshot,
)

HREF = "/static/css/report.css"


class Elements(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]

    def attributes(self):
        return {name for _, attributes in self.found for name in attributes}


def twin(snapshot, seal=None):
    return render_html(snapshot, digest_of(snapshot), seal=seal, stylesheet_href=HREF)


def hostile_twin():
    snapshot = hostile.poisoned()
    return twin(snapshot, hostile.poisoned_seal(snapshot))


def with_evidence(*pieces):
    return snapshot(edition(item(answer=answer("done", evidence=list(pieces)))))


def test_hostile_text_makes_no_element_of_its_own():
    elements = Elements(hostile_twin())
    tags = {tag for tag, _ in elements.found}
    assert not tags & {"script", "img", "iframe", "style", "object", "form", "base"}
    assert not {name for name in elements.attributes() if name.startswith("on")}


def test_hostile_text_is_still_there_to_read():
    html = hostile_twin()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_template_syntax_in_a_text_is_not_run():
    assert "{{ 7*7 }}" in hostile_twin()


def test_links_lead_only_to_the_web_to_mail_and_within():
    links = Elements(hostile_twin()).named("a")
    schemes = {
        link["href"].partition(":")[0] for link in links if not link["href"].startswith("#")
    }
    assert schemes <= {"http", "https", "mailto"}


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "http://[", ""]
)
def test_evidence_with_another_address_is_shown_but_not_linked(url):
    html = twin(with_evidence(link(url, title="Proof")))
    assert all(a["href"].startswith("#") for a in Elements(html).named("a"))
    assert "Proof" in html


def test_every_link_within_the_report_has_a_target():
    elements = Elements(twin(sample()))
    ids = {attributes["id"] for _, attributes in elements.found if "id" in attributes}
    inner = {a["href"][1:] for a in elements.named("a") if a["href"].startswith("#")}
    assert inner <= ids


def test_ids_stand_on_headings_and_labels_not_on_all_that_follows_them():
    # WeasyPrint computes the styles of an element with an id, and of all within, anew.
    elements = Elements(twin(sample()))
    holders = elements.named("article") + elements.named("section")
    ids = {attributes.get("id") for attributes in holders} - {None}
    assert len(elements.named("article")) == 56
    assert not [name for name in ids if name.startswith("edition-")]


def test_twin_has_no_style_and_no_script_of_its_own():
    elements = Elements(twin(sample()))
    assert not elements.named("style")
    assert "style" not in elements.attributes()
    assert elements.named("link") == [{"rel": "stylesheet", "href": HREF}]


def test_print_version_refers_to_nothing_but_data():
    report = sample()
    html = render_html(report, digest_of(report))
    assert set(re.findall(r'url\("([a-z]+):', html)) == {"data"}
    assert "@import" not in html
    assert not Elements(html).named("link")


def test_fonts_are_embedded_only_for_scripts_that_are_used():
    plain_report = snapshot(edition(item()))
    chinese = snapshot(edition(item(title="山田太郎")))
    assert 'Noto Sans SC";\n  font-style' not in render_html(plain_report, digest_of(plain_report))
    assert 'Noto Sans SC";\n  font-style' in render_html(chinese, digest_of(chinese))


def test_a_digest_of_something_else_is_refused():
    with pytest.raises(ValueError, match="is not that of this snapshot"):
        render_html(sample(), "0" * 64)


def test_removed_evidence_leaves_a_struck_trace():
    removed = {"at": "2026-11-20T15:00:00Z", "by": "Ada Park", "reason": "wrong document"}
    html = twin(with_evidence(link(title="Old runbook", removed=removed)))
    assert "<s><bdi>Old runbook</bdi></s>" in html
    assert "wrong document" in html
    assert "https://wiki.example.org" not in html


def test_expired_risk_says_that_it_counts_as_open():
    expired = answer(
        "risk_accepted",
        counts_as="open",
        reason="soon",
        approver="Noor",
        accepted_at="2026-10-01T10:00:00Z",
        accepted_until="2026-11-01",
    )
    html = twin(snapshot(edition(item(answer=expired))))
    assert "Expired after 1 Nov 2026: counts as open" in html


def test_chart_has_a_text_equivalent():
    html = twin(sample())
    assert re.search(r"<title>\d+ of \d+ done, .*\d+ open blockers?</title>", html)


def test_direction_overrides_are_not_printed():
    report = snapshot(edition(item(answer=answer(comments=[comment(hostile.REVERSED)]))))
    assert not set("\u202e\u202c\x00\x07") & set(twin(report))


def test_headings_in_markdown_do_not_become_headings_of_the_report():
    assert markdown("# Big") == "<p><strong>Big</strong></p>\n"


def test_markdown_keeps_tables_and_code():
    html = markdown("| a |\n|--:|\n| 1 |\n\n`x`")
    assert '<td data-align="end">1</td>' in html
    assert "<code>x</code>" in html


def test_plain_text_of_markdown_has_no_marks():
    assert plain("The **breaker** & `key` <b>").strip() == "The breaker & key <b>"


def test_sizes_read_as_people_say_them():
    assert [size(812), size(24_800), size(1_240_331)] == ["812 bytes", "24 kB", "1.2 MB"]


def test_shortened_text_keeps_to_its_length():
    assert shorten("a  long\nline", 6) == "a lon…"


def test_web_url_needs_a_host():
    assert web_url("https://example.org/a") == "https://example.org/a"
    assert web_url("https:///a") is None


def test_paper_keeps_texts_apart_only_where_one_may_run_the_other_way():
    hebrew, latin = "שרה כהן", "Ada Park"
    comments = [comment("Seen.", by=hebrew), comment("Seen.", by=latin)]
    report = snapshot(edition(item(answer=answer(comments=comments))))
    html = render_html(report, digest_of(report))
    assert f"<bdi>{hebrew}</bdi>" in html
    assert f'<p class="by">{latin} ' in html


def test_every_character_that_can_turn_a_line_is_known():
    turning = {"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    found = [c for c in map(chr, range(sys.maxunicode + 1)) if bidirectional(c) in turning]
    assert [c for c in found if unwrapped(f"<bdi>{c}</bdi>") == c] == []
