"""An audit of more rows than a page holds."""

import re

import pytest
from django.utils import timezone

from audits.models import Audit
from audits.views.listing import ROWS_A_PAGE
from tests.audits.helpers import build_edition
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page

ITEMS = 2 * ROWS_A_PAGE + 10


@pytest.fixture
def long_audit(project, alice) -> Audit:
    """Of 510 items in two sections, `keys` to item 255 and `limits` from there."""
    edition = build_edition("long", items=ITEMS)
    return Audit.objects.start(project, "Long", [edition], by=alice)


def numbers(response) -> list[int]:
    """The numbers of the rows on the page, in its order."""
    text = response.content.decode()
    return [int(number) for number in re.findall(r'class="row-number">(\d+)<', text)]


def section_links(response) -> list[str]:
    return [a["href"] for a in Page(response).all("a") if "#section-" in a.get("href", "")]


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", 1, 250),
        ("?page=2", 251, 500),
        ("?page=3", 501, 510),
        ("?page=4", 501, 510),
        ("?page=0", 501, 510),
        ("?page=x", 1, 250),
        ("?show=no-evidence&page=2", 251, 500),
        ("?show=open&page=99", 501, 510),
        ("?show=done&page=2", 251, 500),
    ],
)
def test_url_names_the_page(long_audit, browser, vic, query, first, last):
    response = browser(vic).get(long_audit.get_absolute_url() + query)

    assert numbers(response) == list(range(first, last + 1))


def test_page_beyond_a_filter_that_leaves_few_shows_its_last(long_audit, browser, vic):
    response = browser(vic).get(long_audit.get_absolute_url() + "?q=50&page=3")

    assert numbers(response)[0] == 50
    assert "Pages" not in [nav.get("aria-label") for nav in Page(response).all("nav")]


def test_rail_leads_to_the_page_of_a_section(long_audit, browser, vic):
    keys, limits = long_audit.answers.order_by("position").values_list("section", flat=True)[
        254:256
    ]

    first, second = (
        section_links(browser(vic).get(f"{long_audit.get_absolute_url()}?show=open&page={page}"))
        for page in (1, 2)
    )

    home = f"{long_audit.get_absolute_url()}?show=open"
    assert first == [f"#section-{keys}", f"{home}&page=2#section-{limits}"]
    assert second == [f"{home}&page=1#section-{keys}", f"#section-{limits}"]


def test_section_that_began_on_the_page_before_says_so(long_audit, browser, vic):
    response = browser(vic).get(long_audit.get_absolute_url() + "?page=2")

    assert "Keys continued" in Page(response).text
    assert "Limits continued" not in Page(response).text


@pytest.mark.parametrize("query", ["", "?page=1", "?show=open"])
def test_open_item_is_shown_with_the_page_that_it_stands_on(long_audit, browser, vic, query):
    opened = long_audit.answers.get(position=300)

    response = browser(vic).get(opened.get_absolute_url() + query)

    assert numbers(response) == list(range(251, 501))
    assert f"row-{opened.pk}-panel" in Page(response).ids()


def test_pages_of_an_open_item_are_those_of_the_audit(long_audit, browser, vic):
    opened = long_audit.answers.get(position=300)

    links = Page(browser(vic).get(opened.get_absolute_url() + "?show=open")).links()

    assert f"{long_audit.get_absolute_url()}?show=open&page=3" in links
    assert f"{long_audit.get_absolute_url()}?show=open&page=2#row-{opened.pk}" in links


@pytest.mark.parametrize("address", ["{audit}?page=2", "{answer}", "{answer}?page=2"])
def test_row_keeps_its_page_in_its_links(long_audit, browser, ed, address):
    answer = long_audit.answers.get(position=300)
    url = address.format(audit=long_audit.get_absolute_url(), answer=answer.get_absolute_url())

    response = browser(ed).get(
        answer.get_absolute_url(), headers=HTMX | {"HX-Current-URL": f"http://testserver{url}"}
    )

    assert f"{long_audit.get_absolute_url()}?page=2#row-{answer.pk}" in Page(response).links()


def test_another_filter_begins_at_its_first_page(long_audit, browser, vic):
    response = browser(vic).get(long_audit.get_absolute_url() + "?page=2&show=open")

    chips = [chip["href"] for chip in Page(response).all("a", **{"class": "chip"})]
    assert not [href for href in chips if "page" in href]


@pytest.mark.parametrize("query", ["", "?show=open", "?q=4&show=blockers"])
def test_page_of_510_costs_as_many_queries_as_of_6(long_audit, audit, browser, vic, query):
    client = browser(vic)
    few, many = (each.get_absolute_url() + query for each in (audit, long_audit))

    assert queries_of(client, many) <= queries_of(client, few)


def test_items_that_left_the_checklist_stand_apart_and_can_only_be_read(audit, browser, ed):
    gone = audit.answers.get(position=2)
    audit.answers.filter(pk=gone.pk).update(retired_at=timezone.now())

    response = browser(ed).get(audit.get_absolute_url())

    page = Page(response)
    assert numbers(response) == [1, 3, 4, 5, 6, 2]
    assert page.all("details", id="retired")
    assert f"row-{gone.pk}-open" in page.ids()
    assert f"row-{gone.pk}-tick" not in page.ids()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "row"])
def test_item_that_left_the_checklist_opens_without_a_form(audit, browser, ed, headers):
    gone = audit.answers.get(position=2)
    audit.answers.filter(pk=gone.pk).update(retired_at=timezone.now())

    response = browser(ed).get(gone.get_absolute_url(), headers=headers)

    page = Page(response)
    assert response.status_code == 200
    assert f"row-{gone.pk}-panel" in page.ids()
    assert not [f for f in page.all("form") if f"/{gone.pk}/" in f.get("action", "")]


def test_filtered_page_leaves_out_what_left_the_checklist(audit, browser, ed):
    audit.answers.filter(position=2).update(retired_at=timezone.now())

    response = browser(ed).get(audit.get_absolute_url() + "?show=open")

    assert numbers(response) == [1, 3, 4, 5, 6]
