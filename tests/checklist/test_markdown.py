import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklist import markdown


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "[x](java&#x0A;script:alert(1))",
        "[x]: javascript:alert(1)\n\n[x]",
        "![x](https://example.org/pixel.png)",
        "<style>body{display:none}</style>",
        "`<b onclick=x>`",
        '[x](https://example.org/"onmouseover=alert(1) "title)',
        "| a |\n|:-:|\n| <svg onload=x> |",
    ],
)
def test_hostile_text_becomes_no_element_that_acts(hostile):
    html = markdown.html(hostile)
    for sign in (
        "<script",
        "<img",
        "<svg",
        "<style",
        "<b ",
        'href="java',
        'href="data',
        'href="vb',
    ):
        assert sign not in html.lower()
    assert "style=" not in html


@given(
    st.text(alphabet=st.sampled_from("<>[]()!\"'`*_|-:#&;/ \n javascriptdonloe="), max_size=200)
)
def test_any_text_becomes_html_of_the_allowed_kind(text):
    html = markdown.html(text)
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_links_carry_their_guard():
    html = markdown.html("[docs](https://example.org/a?b=1&c=2)")
    guard = 'rel="noopener noreferrer nofollow"'
    assert html == f'<p><a href="https://example.org/a?b=1&amp;c=2" {guard}>docs</a></p>\n'


@pytest.mark.parametrize("url", ["https://a.example", "http://a.example", "mailto:a@b.example"])
def test_ordinary_links_stay_links(url):
    assert f'href="{url}"' in markdown.html(f"[x]({url})")


@pytest.mark.parametrize("url", ["/account/logout/", "//evil.example", "ftp://a.example"])
def test_links_of_other_kinds_stay_text(url):
    assert "<a" not in markdown.html(f"[x]({url})")


def test_table_has_no_style_and_can_be_scrolled_by_keyboard():
    html = markdown.html("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<table tabindex="0">' in html
    assert '<td data-align="end">2</td>' in html


def test_code_is_shown_as_it_is():
    assert markdown.html("```sh\ncat a | b <c>\n```") == (
        '<pre tabindex="0"><code>cat a | b &lt;c&gt;\n</code></pre>\n'
    )


def test_heading_becomes_bold_and_stays_out_of_the_outline():
    assert markdown.html("# Note") == "<p><strong>Note</strong></p>\n"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Use **two** keys, *never* one", "Use two keys, never one"),
        ("1. `a` first\n- then b", "a first\nthen b"),
        ("anthropic-ratelimit-*-limit", "anthropic-ratelimit-*-limit"),
        ("3 * 4 and max_tokens", "3 * 4 and max_tokens"),
        ("| Model | Cost |\n|---|--:|\n| small | 1 |", "  Model   Cost  \n  small   1  "),
        ("```sh\nls | wc\n```", "ls | wc"),
    ],
)
def test_plain_text_has_no_marks(text, read):
    assert markdown.plain(text).strip() == read.strip()
