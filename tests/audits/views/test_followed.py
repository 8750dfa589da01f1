"""Pages of an audit say from where on others' changes come to them."""

import pytest

from tests.audits.helpers import propose
from tests.audits.views.markup import Page


def body(client, at):
    [found] = Page(client.get(at)).all("body")
    return found


@pytest.mark.parametrize(
    "page", ["", "history/", "sign-offs/", "sign-offs/new/", "conditions/", "go-conditions/"]
)
def test_page_of_an_audit_follows_from_its_last_event_on(client, ed, audit, answer, page):
    answer.record("done", by=ed)
    client.force_login(ed)
    audit.refresh_from_db()

    found = body(client, f"{audit.get_absolute_url()}{page}")

    assert found["data-live"] == f"/live/audits/{audit.pk}/"
    assert found["data-live-after"] == str(audit.events_count)
    assert found["data-live-user"] == str(ed.pk)
    assert ("data-live-query" in found) is (page == "")


def test_round_follows_its_audit(client, ed, settled_audit):
    row = propose(settled_audit, by=ed)
    client.force_login(ed)
    assert body(client, row.get_absolute_url())["data-live"] == f"/live/audits/{row.audit_id}/"


def test_list_says_its_filter_and_the_version_of_each_row(client, ed, audit, answer):
    answer.record("done", by=ed)
    client.force_login(ed)
    found = Page(client.get(f"{audit.get_absolute_url()}?show=open&q=Item"))
    [page] = found.all("body")
    assert page["data-live-query"] == "?show=open&q=Item"
    [row] = [
        each
        for each in Page(client.get(audit.get_absolute_url())).all("li")
        if each.get("id") == f"row-{answer.pk}"
    ]
    assert row["data-version"] == "2"


def test_page_that_answers_a_form_says_where_it_can_be_opened(client, ed, audit, answer):
    client.force_login(ed)
    at = f"{answer.get_absolute_url()}state/"
    refused = client.post(at, {"state": "not_applicable", "version": "1", "panel": "open"})
    [page] = Page(refused).all("body")
    assert refused.status_code == 422
    assert page["data-live-page"] == answer.get_absolute_url()


def test_page_that_is_about_no_audit_follows_none(client, ed, project):
    client.force_login(ed)
    assert "data-live" not in body(client, project.get_absolute_url())
