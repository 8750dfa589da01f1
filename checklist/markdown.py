"""Markdown -> HTML that is safe to show, whoever wrote it; and Markdown -> plain text.

One for pages and reports alike, so no Django.
"""

import re
from functools import cache
from html import escape
from importlib import import_module

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

# Rows shorter than their table's head are filled up: without a bound a comment of 20,000
# characters becomes 65,536 cells, and a few of them stop the page and the report.
FILLED_CELLS = 1000
vars(import_module("markdown_it.rules_block.table"))["MAX_AUTOCOMPLETED_CELLS"] = FILLED_CELLS

RULE = re.compile(r"[\s|:-]*|\s*```.*")
# Emphasis begins after a space or bracket and ends before one: the star of a-*-b stays.
MARKS = re.compile(
    r"^\s*(?:[-+*>]|#+|\d+[.)])\s+|`+|(?:(?<=[\s(])|^)\*+(?=\S)|(?<=\S)\*+(?=[\s).,;:!?]|$)"
)

# Controls have no look of their own, and direction overrides can make "no-go" read as something
# else; they stay in what is stored, in a snapshot and its digest, but on no page and in no report.
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")

SCHEMES = {"http", "https", "mailto"}
BLOCKS = {"blockquote", "hr", "li", "ol", "p", "pre", "ul"}
TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
TAGS = BLOCKS | TABLES | {"a", "br", "code", "em", "s", "strong"}
ATTRIBUTES = {
    "a": {"href"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "table": {"tabindex"},
    "td": {"data-align"},
    "th": {"data-align"},
}


def html(text: str) -> Markup:
    """Safe HTML. The author's own HTML is shown as text; headings become bold paragraphs."""
    clean = nh3.clean(
        _parser().render(INVISIBLE.sub("", text)),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it


def plain(text: str) -> str:
    """Nearly what a reader reads: lines without the marks of lists, tables, code and emphasis.

    By pattern, since it runs over every text of every item that is loaded.
    """
    lines = (_without_pipes(line) for line in text.splitlines() if not RULE.fullmatch(line))
    return "\n".join(MARKS.sub("", line) for line in lines)


def _without_pipes(line: str) -> str:
    return line.replace("|", " ") if line.lstrip().startswith("|") else line


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
    parser.enable(["table", "strikethrough"]).disable("image")
    parser.validateLink = _may_link  # type: ignore[method-assign]
    rules = {
        # A comment's heading must not become one of the page's outline.
        "heading_open": lambda *_: "<p><strong>",
        "heading_close": lambda *_: "</strong></p>\n",
        # What scrolls sideways must be reachable by keyboard.
        "table_open": lambda *_: '<table tabindex="0">',
        "th_open": lambda tokens, at, *_: f"<th{_align(tokens[at])}>",
        "td_open": lambda tokens, at, *_: f"<td{_align(tokens[at])}>",
        "fence": lambda tokens, at, *_: _code(tokens[at]),
        "code_block": lambda tokens, at, *_: _code(tokens[at]),
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, lambda _, *args, rule=rule: rule(*args))
    return parser


def _may_link(url: str) -> bool:
    return url.partition(":")[0].lower() in SCHEMES


def _align(token: Token) -> str:
    # The parser would write a style, which the CSP refuses.
    return ' data-align="end"' if token.attrs.get("style") == "text-align:right" else ""


def _code(token: Token) -> str:
    return f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>\n'
