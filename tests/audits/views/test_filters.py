"""Filters of the audit page: combined, kept in links, saved by name."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from audits.models import SavedFilter, TeamEvent
from audits.views.filters import read
from tests.audits.helpers import seal
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page
from tests.audits.views.test_audit_page import shown


def new_address(team) -> str:
    return reverse("filter-new", args=[team.pk])


@pytest.fixture
def saved(harbour, noor):
    return SavedFilter.objects.keep(harbour, "What burns", "show=blockers", by=noor)


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("q=a&show=mine&show=open&show=mine", "show=open&show=mine&q=a"),
        ("severity=minor&section=keys&owner=none", "section=keys&owner=none&severity=minor"),
        ("show=x&severity=y&owner=z&page=3&other=1", ""),
        ("owner=" + "9" * 30, ""),
        ("section=%00&q=%00", ""),
    ],
)
def test_query_has_one_canonical_form(query, canonical):
    assert read(QueryDict(query)).query == canonical


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("?show=open&show=mine", [3]),
        ("?show=mine&severity=minor", [3]),
        ("?show=mine&severity=blocker", []),
        ("?section=limits&severity=blocker", [4]),
        ("?section=launch/limits", [4, 5, 6]),
        ("?owner=none&section=keys", [1]),
        ("?show=no-evidence&section=keys&q=2", [2]),
    ],
)
def test_filters_hold_together(browser, ed, audit, query, items):
    answers = {answer.position: answer for answer in audit.answers.all()}
    answers[2].plan(by=ed, owner=ed, due=None)
    answers[2].record("done", by=ed)
    answers[3].plan(by=ed, owner=ed, due=None)

    response = browser(ed).get(audit.get_absolute_url() + query)

    assert shown(response) == items


def test_owner_is_chosen_by_key(browser, ed, audit):
    audit.answers.get(position=5).plan(by=ed, owner=ed, due=None)

    assert shown(browser(ed).get(audit.get_absolute_url() + f"?owner={ed.pk}")) == [5]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?show=bogus", "There is no filter “bogus”."),
        ("?severity=bad", "There is no severity “bad”."),
        ("?section=nowhere", "There is no section “nowhere” in this audit."),
        ("?owner=999999", "is not in this team"),
        ("?owner=me", "There is no owner “me”."),
        ("?show=changed", "No revision is sealed yet"),
    ],
)
def test_what_is_unknown_is_left_out_and_said(browser, ed, audit, query, told):
    response = browser(ed).get(audit.get_absolute_url() + query)

    assert told in Page(response).text
    assert shown(response) == [1, 2, 3, 4, 5, 6]


def test_changed_is_what_happened_since_the_last_seal(browser, ed, noor, settled_audit):
    seal(settled_audit, by=noor)
    audit = type(settled_audit).objects.get(pk=settled_audit.pk)
    audit.reopen("Once more.", by=noor)
    audit.answers.get(position=4).record("open", by=ed)

    assert shown(browser(ed).get(audit.get_absolute_url() + "?show=changed")) == [4]


def test_open_item_and_its_way_back_keep_the_filter(browser, ed, audit, answer):
    query = "?show=open&section=keys&severity=blocker"

    links = Page(browser(ed).get(answer.get_absolute_url() + query)).links()

    assert f"{audit.get_absolute_url()}{query}#row-{answer.pk}" in links


def test_filtered_page_costs_the_same_with_more_filters_saved(browser, ed, audit, harbour):
    client, url = browser(ed), audit.get_absolute_url() + "?show=open&show=mine&section=keys"
    before = queries_of(client, url)
    for number in range(9):
        SavedFilter.objects.keep(harbour, f"Filter {number}", f"q={number}", by=ed)

    assert queries_of(client, url) == before


def test_filter_is_saved_for_the_team_and_told(browser, ed, vic, audit, harbour):
    sent = {"name": " Mine ", "query": "show=mine&show=open", "audit": audit.pk}

    response = browser(ed).post(new_address(harbour), sent)

    assert response["Location"] == f"{audit.get_absolute_url()}?show=open&show=mine"
    assert TeamEvent.objects.filter(verb="filter.saved", actor=ed).exists()
    assert "Mine" in Page(browser(vic).get(audit.get_absolute_url())).text


def test_name_that_is_taken_asks_with_both_side_by_side(browser, ed, harbour, saved):
    client, sent = browser(ed), {"name": "What burns", "query": "show=overdue"}

    response = client.post(new_address(harbour), sent)

    page = Page(response)
    assert response.status_code == 409
    assert "The team has a filter of this name already" in page.text
    assert "blockers" in page.text
    assert "overdue" in page.text
    client.post(new_address(harbour), sent | {"replacing": page.value("replacing")})
    assert harbour.filters.get().query == "show=overdue"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": "", "query": "show=open"}, "This field is required."),
        ({"name": "All", "query": ""}, "Choose first what the filter shows"),
        ({"name": "a\u200bb", "query": "show=open"}, "nobody can see"),
        ({"name": "x" * 61, "query": "show=open"}, "60"),
    ],
)
def test_filter_that_cannot_be_saved_says_why(browser, ed, harbour, sent, told):
    response = browser(ed).post(new_address(harbour), sent)

    assert response.status_code == 422
    assert told in Page(response).text
    assert not harbour.filters.exists()


def test_filter_is_renamed_and_removed(browser, ed, harbour, saved):
    client = browser(ed)
    renamed = reverse("filter-rename", args=[harbour.pk, saved.pk])
    removed = reverse("filter-remove", args=[harbour.pk, saved.pk])

    client.post(renamed, {"name": "Fires", "seen": "What burns"})
    assert harbour.filters.get().name == "Fires"

    assert client.post(removed, {"seen": "What burns"}).status_code == 409
    client.post(removed, {"seen": "Fires"})
    assert not harbour.filters.exists()


def test_name_of_another_filter_is_refused_with_what_was_typed(browser, ed, harbour, saved):
    SavedFilter.objects.keep(harbour, "Late", "show=overdue", by=ed)

    response = browser(ed).post(
        reverse("filter-rename", args=[harbour.pk, saved.pk]),
        {"name": "Late", "seen": "What burns"},
    )

    assert response.status_code == 409
    assert "The team has a filter “Late” already." in Page(response).text
