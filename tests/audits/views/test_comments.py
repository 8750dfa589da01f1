import pytest
from django.urls import reverse

from audits.models import Comment
from tests.audits.views.markup import HTMX, Page


def address(answer) -> str:
    return reverse("comment-add", args=[answer.audit_id, answer.pk])


def test_comment_stands_in_the_row_and_the_field_is_empty_again(browser, ed, answer):
    response = browser(ed).post(
        address(answer), {"text": "Seen **twice**.", "panel": "open"}, headers=HTMX
    )

    assert b"Seen <strong>twice</strong>." in response.content
    assert b">Seen **twice**.</textarea>" not in response.content


def test_comment_without_htmx_comes_back_to_the_row(browser, ed, answer):
    response = browser(ed).post(address(answer), {"text": "Seen.", "panel": "open"})

    assert response["Location"] == f"{answer.get_absolute_url()}#row-{answer.pk}"


@pytest.mark.parametrize("text", ["", " \r\n\t ", "x" * 20_001])
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "whole page"])
def test_comment_that_cannot_be_kept_says_why_beside_the_field(browser, ed, answer, text, headers):
    response = browser(ed).post(address(answer), {"text": text}, headers=headers)

    page = Page(response)
    field = page.all("textarea", name="text")
    assert response.status_code == 422
    assert any(values.get("aria-invalid") for values in field)
    assert not Comment.objects.exists()


def test_comment_with_a_character_that_no_database_stores_is_refused(browser, ed, answer):
    response = browser(ed).post(address(answer), {"text": "a\x00b"}, headers=HTMX)

    assert response.status_code == 422
    assert "a\ufffdb" not in response.content.decode()


def test_longest_comment_may_have_line_ends(browser, ed, answer):
    text = "x\r\n" * 10_000

    response = browser(ed).post(address(answer), {"text": text}, headers=HTMX)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        '[x](https://a.example "\' onmouseover=alert(1)")',
        "<style>*{display:none}</style><b style='x'>b</b>",
        "| a |\n|--:|\n| 1 |",
        "</textarea></form><form action='https://evil.example'>",
    ],
)
def test_comment_can_bring_neither_script_nor_style_nor_picture(browser, ed, answer, text):
    Comment.objects.add(answer, text, by=ed)

    page = Page(browser(ed).get(answer.get_absolute_url()))

    assert page.faults == []
    assert not page.all("img")
    assert not [form for form in page.all("form") if "evil" in form.get("action", "")]


def test_link_in_a_comment_tells_the_other_site_nothing(browser, ed, answer):
    Comment.objects.add(answer, "[x](https://a.example/b)", by=ed)

    page = Page(browser(ed).get(answer.get_absolute_url()))

    assert page.all("a", href="https://a.example/b", rel="noopener noreferrer nofollow")
