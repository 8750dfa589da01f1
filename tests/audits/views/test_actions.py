"""The list of a team's action items: found, filtered, added, changed and closed in place."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from audits.models import Action, Audit
from tests.audits.helpers import seal
from tests.audits.test_actions import promise
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page


@pytest.fixture
def address(harbour) -> str:
    return reverse("action-list", args=[harbour.pk])


def late(audit, owner, title: str = "Ask for a higher limit") -> Action:
    action = promise(audit, owner, title)
    Action.objects.filter(pk=action.pk).update(due=timezone.localdate() - dt.timedelta(days=2))
    return Action.objects.get(pk=action.pk)


def titles(response) -> list[str]:
    return re.findall(r'class="condition-text">.*?<span>(.*?)</span>', response.content.decode())


def close(client, action: Action, headers=None, **changes):
    body = {"state": "done", "closing": "It is up.", "version": action.version} | changes
    return client.post(reverse("action-close", args=[action.pk]), body, headers=headers)


def test_list_begins_with_what_is_due_first_and_marks_what_is_late(audit, ed, browser, address):
    promise(audit, ed, "Later", days=9)
    promise(audit, ed, "Sooner", days=1)
    late(audit, ed, "Too late")

    response = browser(ed).get(address)

    assert titles(response) == ["Too late", "Sooner", "Later"]
    assert Page(response).text.count("Late by 2 days") == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Late one", "Mine", "Other"]),
        ("?show=mine", ["Mine"]),
        ("?show=late", ["Late one"]),
        ("?show=mine&show=late", []),
        ("?show=closed", ["Closed one"]),
        ("?show=nonsense&project=x", ["Late one", "Mine", "Other"]),
    ],
)
def test_filters_stand_in_the_address(audit, ed, noor, browser, address, query, found):
    promise(audit, ed, "Mine", days=1)
    promise(audit, noor, "Other", days=2)
    late(audit, noor, "Late one")
    promise(audit, noor, "Closed one").close("Done.", by=noor)

    assert titles(browser(ed).get(address + query)) == found


def test_one_project_is_asked_for(harbour, audit, edition, ed, browser, address):
    promise(audit, ed, "Here")
    other = harbour.projects.create(name="Agent")
    promise(Audit.objects.start(other, "Pilot", [edition], by=ed), ed, "There")

    assert titles(browser(ed).get(f"{address}?project={other.pk}")) == ["There"]


def test_empty_list_says_what_to_do_and_one_without_results_leads_back(
    audit, ed, noor, browser, address
):
    client = browser(ed)
    assert "No action item yet" in Page(client.get(address)).text
    action = promise(audit, noor)

    nothing = Page(client.get(f"{address}?show=mine"))
    action.close("Done.", by=noor)

    assert "No action item is like that" in nothing.text
    assert address in nothing.links()
    assert "Nothing is left to do" in Page(client.get(address)).text


def test_list_costs_the_same_however_long_it_is(audit, answer, ed, browser, address):
    client = browser(ed)
    promise(audit, ed, answer=answer)
    few = queries_of(client, address)
    for number in range(5):
        promise(audit, ed, f"Number {number}", answer=answer)

    assert queries_of(client, address) == few


def test_item_is_added_by_hand_to_an_audit(harbour, audit, ed, noor, browser):
    body = {"title": "Write it", "owner": noor.pk, "due": "2099-01-01", "audit": audit.pk}

    response = browser(ed).post(reverse("action-new", args=[harbour.pk]), body)

    action = Action.objects.get()
    assert response["Location"] == action.get_absolute_url()
    assert (action.owner, action.audit, action.created_by) == (noor, audit, ed)


def test_item_is_added_from_the_panel_of_an_answer(harbour, audit, answer, ed, browser):
    client = browser(ed)
    path = reverse("action-new", args=[harbour.pk])
    assert f"{path}?answer={answer.pk}" in Page(client.get(answer.get_absolute_url())).links()
    body = {"title": "Write it", "owner": ed.pk, "due": "2099-01-01", "audit": audit.pk}

    response = client.post(path, body | {"answer": answer.pk})

    assert response["Location"] == answer.get_absolute_url()
    assert Action.objects.get().answer == answer
    assert "Write it" in Page(client.get(answer.get_absolute_url())).text


def test_day_that_is_over_is_refused_beside_its_field(harbour, audit, ed, browser):
    body = {"title": "Write it", "owner": ed.pk, "due": "2020-01-01", "audit": audit.pk}

    response = browser(ed).post(reverse("action-new", args=[harbour.pk]), body)

    assert response.status_code == 422
    assert "This day is over" in Page(response).text


def test_sealed_audit_is_not_offered(harbour, sealed_audit, ed, browser):
    page = Page(browser(ed).get(reverse("action-new", args=[harbour.pk])))

    assert str(sealed_audit.pk) not in [each.get("value") for each in page.all("option")]


def test_who_did_not_see_the_last_change_is_shown_both(audit, ed, noor, browser):
    action = promise(audit, ed)
    action.change(title="Halve it", owner=ed, due=action.due, by=noor)
    body = {"title": "Double it", "owner": ed.pk, "due": action.due.isoformat(), "version": 1}

    response = browser(ed).post(reverse("action-edit", args=[action.pk]), body)

    page = Page(response)
    assert response.status_code == 409
    assert "Halve it" in page.text
    assert "Noor Haddad changed the action item" in page.text


def test_item_is_closed_in_place_and_leads_to_its_answer(audit, answer, ed, browser, address):
    action = promise(audit, ed, answer=answer)

    response = close(browser(ed), action, HTMX)

    page = Page(response)
    assert re.search(r"Closed by Ed Fox, .* UTC : It is up\.", page.text)
    assert f"{answer.get_absolute_url()}#row-{answer.pk}" in page.links()
    assert page.all("nav", **{"hx-swap-oob": "outerHTML"})


def test_closing_without_scripts_leads_to_where_it_stands_now(audit, ed, browser):
    client, action = browser(ed), promise(audit, ed)

    response = close(client, action)

    assert response["Location"].endswith(f"?show=closed#action-{action.pk}")
    assert titles(client.get(response["Location"])) == ["Raise the limit"]


@pytest.mark.parametrize("headers", [None, HTMX])
def test_dropping_without_a_reason_keeps_the_form_open(audit, ed, browser, headers):
    action = promise(audit, ed)

    response = close(browser(ed), action, headers, state="dropped", closing="")

    assert response.status_code == 422
    assert "Say why it is dropped" in Page(response).text
    assert "open" in Page(response).all("details", id=f"close-{action.pk}")[0]


def test_viewer_closes_their_own_and_nobody_elses(audit, ed, vic, browser):
    own, other = promise(audit, vic, by=ed), promise(audit, ed)
    client = browser(vic)

    assert close(client, own).status_code == 302
    assert close(client, other).status_code == 403


def test_closed_item_is_reopened(audit, ed, browser):
    action = promise(audit, ed).close("Done.", by=ed)

    browser(ed).post(reverse("action-reopen", args=[action.pk]))

    assert Action.objects.get().is_open


def test_panel_shows_what_came_of_an_action_item(audit, answer, ed, browser):
    promise(audit, ed, answer=answer).close("The provider agreed.", by=ed)

    page = Page(browser(ed).get(answer.get_absolute_url()))

    assert re.search(r"Closed by Ed Fox, .* : The provider agreed\.", page.text)
    assert "closed the action item “Raise the limit” about it" in page.text


def test_item_of_a_sealed_audit_is_closed_after_the_launch(settled_audit, ed, noor, browser):
    action = promise(settled_audit, ed)
    seal(settled_audit, by=noor)

    with time_machine.travel(timezone.now() + dt.timedelta(days=9)):
        assert close(browser(ed), action).status_code == 302
