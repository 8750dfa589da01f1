"""Text of strangers, at its most expensive and at its most deceiving."""

import time

import pytest

from audits.models import Evidence, User
from audits.models.errors import Refused
from audits.models.text import HIDDEN as HIDDEN_TEXT
from audits.models.text import clean
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

    assert time.process_time() - started < 20
    assert len(html) < 10 * LENGTH


def test_table_of_whole_rows_is_shown_whole():
    table = "|a|b|\n|-|-|\n" + "|1|2|\n" * 3000

    assert markdown.html(table).count("<td>") == 6000


HIDDEN = ["\u202e", "\u2066", "\u200b", "\ufeff", "\x07", "\x9b"]


@pytest.mark.parametrize("name", ["team-new", "project-new", "project-edit", "environment-add"])
def test_name_holds_nothing_that_nobody_sees(things, alice, browser, name):
    client = browser(alice)

    for hidden in HIDDEN:
        sent = {"name": f"Harbour {hidden}x", "kind": "staging"}
        response = client.post(things.address(name), sent)

        assert response.status_code == 422
        assert "a character that nobody can see (U+" in response.content.decode()


@pytest.mark.parametrize("hidden", HIDDEN)
def test_newcomer_signs_with_a_name_that_everybody_sees(client, db, hidden):
    words = "a long walk by the harbour"
    sent = {"email": "ada@harbour.example", "password1": words, "password2": words}

    client.post("/account/signup/", sent | {"name": f"Ada {hidden}x"})

    assert not User.objects.exists()


@pytest.mark.parametrize("hidden", HIDDEN)
def test_title_of_evidence_holds_nothing_that_nobody_sees(answer, ed, hidden):
    note = Evidence.objects.attach_note(answer, f"Seen {hidden}by two", by=ed)

    assert HIDDEN_TEXT.search(note.title) is None
    with pytest.raises(Refused, match="nobody can see"):
        Evidence.objects.attach_note(answer, "Seen", title=f"Seen{hidden}!", by=ed)


@pytest.mark.parametrize("name", ["محمد الفاتح", "שרה כהן", "نیم‌فاصله", "👩‍👩‍👧 Ada", "Zoë"])
def test_names_of_people_are_names(name):
    assert clean(User, "name", name) == name
