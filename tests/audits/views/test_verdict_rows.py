"""Verdicts in the rows of an audit: conflicts, what fails, what is stale."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Audit
from tests.audits.helpers import seal, settle
from tests.audits.saying import edition, found, probed_edition, probes, production, ran
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page

__all__ = ["edition", "probes", "production"]  # fixtures

LONG_AGO = timezone.now() - dt.timedelta(days=2)


def cell(response, answer) -> dict:
    (found,) = Page(response).all("span", id=f"row-{answer.pk}-verdict")
    return found


def shown(response, audit) -> list[int]:
    ids = set(Page(response).ids())
    pairs = audit.answers.values_list("pk", "position")
    return sorted(position for pk, position in pairs if f"row-{pk}" in ids)


@pytest.fixture
def said(production, audit, ed) -> Audit:
    """Item 1 is done and fails, 2 fails by what is stale, 3 passes."""
    audit.answers.get(position=1).record("done", by=ed)
    ran(production, found("fail", fast="fail", steady="pass"))
    ran(production, found("fail"), "keys", at=LONG_AGO)
    return audit


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("?show=conflicts", [1]),
        ("?show=failing", [1, 2]),
        ("?show=stale-verdict", [2]),
        ("?show=failing&show=stale-verdict", [2]),
    ],
)
def test_filter_chooses_by_what_the_machine_says(said, browser, ed, query, items):
    response = browser(ed).get(said.get_absolute_url() + query)

    assert shown(response, said) == items


def test_row_says_conflict_and_stale_in_words(said, browser, ed):
    response = browser(ed).get(said.get_absolute_url())

    assert "data-conflict" in cell(response, said.answers.get(position=1))
    assert cell(response, said.answers.get(position=2))["data-verdict"] == "fail"
    assert "data-verdict" not in cell(response, said.answers.get(position=4))
    page = Page(response)
    assert "Verdict: Fail, in conflict with the answer. Conflict" in page.text
    assert "Verdict: Fail stale" in page.text
    assert "1 conflict" in page.text


def test_tick_shows_the_conflict_that_it_makes(said, browser, ed):
    answer = said.answers.get(position=2)

    response = browser(ed).post(
        f"{answer.get_absolute_url()}state/", {"state": "done", "version": 1}, headers=HTMX
    )

    assert "data-conflict" in cell(response, answer)
    assert "Conflict stale" in Page(response).text


def test_verdict_that_another_word_outweighs_is_not_stale_with_it(production, audit, browser, ed):
    ran(production, found("fail", fast="fail"))
    ran(production, found("pass"), "keys", at=LONG_AGO)

    response = browser(ed).get(audit.get_absolute_url() + "?show=stale-verdict")

    assert shown(response, audit) == []


def test_sealed_audit_keeps_what_was_said_then(production, audit, browser, ed, noor):
    ran(production, found("pass", fast="pass", steady="pass"), at=LONG_AGO)
    settle(audit, by=ed)
    seal(audit, by=noor)

    page = Page(browser(ed).get(audit.answers.get(position=1).get_absolute_url()))

    assert not page.all("span", title="Older than it counts as fresh")
    assert "The sealed revision keeps what it said then." in page.text
    assert not page.all("button", **{"data-key": "r"})
    assert not page.all("button", **{"data-key": "a"})


def test_rows_with_verdicts_cost_no_query_each(production, probes, project, ed, browser):
    costs = []
    for slug, items in (("few", 6), ("many", 60)):
        named = {f"item_{number}": {"probes": ["latency"]} for number in range(1, items + 1)}
        edition = probed_edition(slug=slug, items=items, **named)
        audit = Audit.objects.start(project, slug, [edition], by=ed)
        ran(production, found("fail"), at=LONG_AGO)
        costs.append(queries_of(browser(ed), audit.get_absolute_url()))

    assert costs[0] == costs[1]
