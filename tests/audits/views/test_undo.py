"""What was just done can be taken back: from the row, from the history, without scripts too."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Answer, Audit
from tests.audits.views.markup import HTMX, Page


def tick(client, answer, headers=HTMX):
    path = reverse("answer-state", args=[answer.audit_id, answer.pk])
    return client.post(path, {"state": "done", "version": answer.version}, headers=headers)


def address(audit, number=None):
    audit = Audit.objects.get(pk=audit.pk)
    return reverse("event-undo", args=[audit.pk, number or audit.events_count])


def state(answer):
    return Answer.objects.get(pk=answer.pk).state


def test_tick_offers_to_be_taken_back(browser, ed, audit, answer):
    page = Page(tick(browser(ed), answer))

    assert page.all("form", action=address(audit))


def test_taking_back_answers_with_the_row(browser, ed, audit, answer):
    client = browser(ed)
    tick(client, answer)

    response = client.post(address(audit), {"row": "folded"}, headers=HTMX)

    assert response["HX-Retarget"] == f"#row-{answer.pk}"
    assert Page(response).all("li", id=f"row-{answer.pk}")[0]["data-state"] == "open"
    assert state(answer) == "open"


def test_form_without_scripts_leads_to_a_page_with_the_offer(browser, ed, audit, answer):
    client = browser(ed)

    page = Page(client.get(tick(client, answer, headers={})["Location"].split("#")[0]))

    assert page.all("form", action=address(audit))


def test_taking_back_without_scripts_says_so(browser, ed, audit, answer):
    client = browser(ed)
    tick(client, answer, headers={})

    response = client.post(address(audit), follow=True)

    assert "Taken back." in Page(response).text
    assert state(answer) == "open"


def test_what_was_changed_since_is_refused_in_words(browser, ed, noor, audit, answer):
    client = browser(ed)
    tick(client, answer)
    path = address(audit)
    answer.plan(by=noor, owner=noor, due=None)

    response = client.post(path, headers=HTMX)

    assert response.status_code == 422
    assert "changed again since, by Noor Haddad" in Page(response).text
    assert state(answer) == "done"


@pytest.mark.parametrize("route", ["audit-history", "answer-detail"])
def test_history_offers_the_latest_change_alone(browser, ed, audit, answer, route):
    answer.record("done", by=ed)
    answer.record("open", by=ed)
    keys = [audit.pk] if route == "audit-history" else [audit.pk, answer.pk]

    page = Page(browser(ed).get(reverse(route, args=keys)))

    offered = [number for number in (2, 3) if page.all("form", action=address(audit, number))]
    assert offered == [3]


def test_viewer_is_offered_nothing(browser, vic, ed, audit, answer):
    answer.record("done", by=ed)

    page = Page(browser(vic).get(reverse("audit-history", args=[audit.pk])))

    assert not page.all("form", action=address(audit))


def test_event_of_another_audit_is_not_found(browser, ed, audit, answer):
    assert browser(ed).post(address(audit, 99)).status_code == 404


def test_history_takes_as_many_queries_for_30_events_as_for_15(browser, ed, audit, answer):
    client, path, counts = browser(ed), reverse("audit-history", args=[audit.pk]), []
    for _ in range(2):
        for index in range(14):
            answer.record("open" if index % 2 else "done", by=ed)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_history_of_one_item_leaves_out_the_others(browser, vic, ed, audit, answer):
    answer.record("done", by=ed)
    audit.answers.get(position=2).record("done", by=ed)

    page = Page(browser(vic).get(f"{reverse('audit-history', args=[audit.pk])}?item={answer.pk}"))

    assert "History of “Item 1”" in page.text
    assert "“Item 2”" not in page.text


def test_panel_shows_thirty_events_and_leads_to_the_rest(browser, ed, audit, answer):
    for index in range(31):
        answer.record("open" if index % 2 else "done", by=ed)

    page = Page(browser(ed).get(reverse("answer-detail", args=[audit.pk, answer.pk])))

    assert page.all("a", href=f"{reverse('audit-history', args=[audit.pk])}?item={answer.pk}")


def test_opening_a_row_names_the_item_in_the_title(browser, ed, audit, answer):
    response = browser(ed).get(reverse("answer-detail", args=[audit.pk, answer.pk]), headers=HTMX)

    assert "<title>Item 1 · First launch · Countersign</title>" in response.text
