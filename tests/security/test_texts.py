"""Text of strangers, at its most expensive and at its most deceiving."""

import time

import pytest

from audits.reports import text as report_text
from checklist import markdown

LENGTH = 20_000  # what a comment may have
BOMBS = {
    "short rows": "|a" * 3600 + "\n" + "|-" * 3600 + "\n" + "|\n" * 2500,
    "narrow rows": "|a" * 200 + "\n" + "|-" * 200 + "\n" + "|\n" * 9000,
    "brackets": "[" * LENGTH,
    "links": "[a](" * 5000,
    "stars": "*a_" * 7000,
    "quotes": ">" * LENGTH,
    "lists": "- " * 10_000,
    "code": "".join("`" * width + " " for width in range(1, 199)),
    "references": "[a]: b\n" * 1400 + "[a]" * 3000,
    "images": "![" * 10_000,
    "tags": "<a " * 6000,
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("render", [markdown.html, report_text.markdown, report_text.plain])
def test_no_comment_is_dear_to_show(render, bomb):
    started = time.process_time()

    html = render(BOMBS[bomb][:LENGTH])

    assert time.process_time() - started < 2
    assert len(html) < 10 * LENGTH


def test_table_of_whole_rows_is_shown_whole():
    table = "|a|b|\n|-|-|\n" + "|1|2|\n" * 3000

    assert markdown.html(table).count("<td>") == 6000
