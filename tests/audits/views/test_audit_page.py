import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Audit, Comment, Evidence
from tests.audits.helpers import build_edition
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page

YESTERDAY = timezone.localdate() - dt.timedelta(days=1)


@pytest.fixture
def busy_audit(audit, ed, noor):
    """1 done with evidence, 2 ed's and overdue, 4 a risk that waits; 3, 5 and 6 untouched."""
    answers = {answer.position: answer for answer in audit.answers.all()}
    answers[1].record("done", by=ed)
    Evidence.objects.attach_note(answers[1], "Seen.", by=ed)
    answers[2].plan(by=ed, owner=ed, due=YESTERDAY)
    Evidence.objects.attach_note(answers[3], "Seen.", by=ed).remove("Wrong.", by=ed)
    answers[4].record(
        "risk_accepted", by=ed, reason="A week.", approver=noor, until=timezone.localdate()
    )
    return audit


def shown(response) -> list[int]:
    """The numbers of the items on the page."""
    rows = Page(response).all("button") + Page(response).all("a")
    names = [row.get("id") or "" for row in rows]
    keys = sorted({int(name.split("-")[1]) for name in names if name.endswith("-open")})
    return sorted(
        Audit.objects.get().answers.filter(pk__in=keys).values_list("position", flat=True)
    )


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("?show=open", [2, 3, 4, 5, 6]),
        ("?show=blockers", [4]),
        ("?show=mine", [2]),
        ("?show=overdue", [2]),
        ("?show=no-evidence", [2, 3, 4, 5, 6]),
        ("?show=accepted", [4]),
        ("?show=done-ish", [1, 2, 3, 4, 5, 6]),
        ("?show=", [1, 2, 3, 4, 5, 6]),
        ("?q=4", [4]),
        ("?q=4&show=accepted", [4]),
        ("?q=4&show=overdue", []),
        ("?q=%E2%80%A6", []),
        ("?q=%20%20", [1, 2, 3, 4, 5, 6]),
        ("?q=%00", [1, 2, 3, 4, 5, 6]),
        ("?q=" + "4+" * 3000, [4]),
    ],
)
def test_filter_and_words_of_the_url_choose_the_rows(busy_audit, browser, ed, query, items):
    response = browser(ed).get(busy_audit.get_absolute_url() + query)

    assert response.status_code == 200
    assert shown(response) == items


def test_chips_keep_the_words_and_words_keep_the_filter(busy_audit, browser, ed):
    response = browser(ed).get(busy_audit.get_absolute_url() + "?q=4&show=open")

    page, here = Page(response), busy_audit.get_absolute_url()
    assert f"{here}?show=open&show=blockers&q=4" in page.links()
    assert f"{here}?q=4" in page.links()
    assert page.all("input", type="hidden", name="show", value="open")


@pytest.mark.parametrize("query", ["", "?show=done-ish"])
def test_all_is_the_filter_unless_the_url_names_another(busy_audit, browser, ed, query):
    response = browser(ed).get(busy_audit.get_absolute_url() + query)

    current = Page(response).all("a", **{"aria-current": "true", "class": "chip"})
    assert [chip["href"] for chip in current] == [busy_audit.get_absolute_url()]


@pytest.mark.parametrize("query", ["?q=nowhere", "?show=mine&q=3", "?show=overdue&q=1"])
def test_filter_that_leaves_nothing_shows_the_way_back(busy_audit, browser, ed, query):
    response = browser(ed).get(busy_audit.get_absolute_url() + query)

    assert "No item matches" in Page(response).text
    assert busy_audit.get_absolute_url() in Page(response).links()


def test_no_blocker_open_is_good_news(settled_audit, browser, ed):
    response = browser(ed).get(settled_audit.get_absolute_url() + "?show=blockers")

    assert "No blocker is open" in Page(response).text


@pytest.mark.parametrize("query", ["?show=blockers", "?q=4"])
def test_open_item_is_on_the_page_whatever_the_filter_says(busy_audit, browser, ed, query):
    opened = busy_audit.answers.get(position=1)

    response = browser(ed).get(opened.get_absolute_url() + query)

    assert shown(response) == [1, 4]
    assert f"row-{opened.pk}-panel" in Page(response).ids()


def test_words_stand_escaped_in_the_page(audit, browser, ed):
    response = browser(ed).get(audit.get_absolute_url() + "?q=%22%3E%3Cscript%3Ex")

    assert Page(response).faults == []


def test_severity_of_a_row_is_an_icon_and_a_word_not_their_markup(busy_audit, browser, ed):
    page = Page(browser(ed).get(busy_audit.get_absolute_url()))

    assert page.all("span", **{"data-severity": "blocker"})
    assert "data-severity" not in page.text


def test_row_that_was_changed_keeps_the_filter_in_its_links(busy_audit, browser, ed):
    answer = busy_audit.answers.get(position=5)
    url = f"http://testserver{busy_audit.get_absolute_url()}?show=open&q=5&other=1"

    response = browser(ed).get(answer.get_absolute_url(), headers=HTMX | {"HX-Current-URL": url})

    assert f"{busy_audit.get_absolute_url()}?show=open&q=5#row-{answer.pk}" in (
        Page(response).links()
    )


def test_row_is_another_answer_than_the_page_to_a_cache(busy_audit, browser, ed, answer):
    response = browser(ed).get(answer.get_absolute_url(), headers=HTMX)

    assert "HX-Request" in response["Vary"]


def test_row_folds(answer, browser, ed):
    response = browser(ed).get(answer.get_absolute_url() + "?panel=closed", headers=HTMX)

    assert Page(response).ids()[0] == f"row-{answer.pk}"
    assert f"row-{answer.pk}-panel" not in Page(response).ids()


def test_ids_are_unique_on_the_page(settled_audit, browser, ed):
    response = browser(ed).get(settled_audit.answers.get(position=1).get_absolute_url())

    ids = Page(response).ids()
    assert sorted(ids) == sorted(set(ids))


def audit_of(items: int, project, by) -> Audit:
    """Every item with an owner, a day, evidence and a comment; every third is a risk."""
    edition = build_edition(f"list-{items}", items=items)
    audit = Audit.objects.start(project, "Long", [edition], by=by)
    for answer in audit.answers.all():
        answer.plan(by=by, owner=by, due=YESTERDAY)
        Evidence.objects.attach_note(answer, "Seen.", by=by)
        Comment.objects.add(answer, "Seen.", by=by)
        if answer.position % 3 == 0:
            today = timezone.localdate()
            answer.record("risk_accepted", by=by, reason="So.", approver=by, until=today)
    return audit


def test_page_costs_as_many_queries_for_15_items_as_for_3(project, browser, noor):
    client = browser(noor)
    few, many = (audit_of(items, project, noor).get_absolute_url() for items in (3, 15))

    for query in ("", "?show=open", "?show=no-evidence", "?show=accepted&q=3", "?show=mine"):
        assert queries_of(client, many + query) == queries_of(client, few + query), query


def test_open_item_costs_as_many_queries_among_15_as_among_3(project, browser, noor):
    client = browser(noor)
    few, many = (
        audit_of(items, project, noor).answers.get(position=2).get_absolute_url()
        for items in (3, 15)
    )

    for headers in ({}, HTMX):  # the page, its row
        assert queries_of(client, many, **headers) == queries_of(client, few, **headers), headers


def test_panel_costs_as_many_queries_for_6_pieces_as_for_2(answer, browser, ed, noor):
    client = browser(ed)
    costs = []
    for pieces in (2, 4):
        for number in range(pieces):
            by = (ed, noor)[number % 2]
            Evidence.objects.attach_note(answer, "Seen.", by=by)
            Evidence.objects.attach_note(answer, "Seen.", by=by).remove("Wrong.", by=noor)
            Comment.objects.add(answer, "Seen.", by=by)
        costs.append(queries_of(client, answer.get_absolute_url()))

    assert costs[0] == costs[1]


def test_audit_over_five_editions_costs_as_many_queries_as_over_two(project, browser, noor):
    client = browser(noor)
    costs = []
    for number in (2, 5):
        editions = [build_edition(f"of-{number}-{n}") for n in range(number)]
        audit = Audit.objects.start(project, "Broad", editions, by=noor)
        costs.append(queries_of(client, audit.get_absolute_url()))

    assert costs[0] == costs[1]
