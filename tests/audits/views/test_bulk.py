"""One change of many items, sent by the bar under the rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from tests.audits.helpers import build_edition
from tests.audits.views.markup import HTMX, Page


def address(audit, query="") -> str:
    return reverse("answer-many", args=[audit.pk]) + query


def items(audit, *positions) -> list[str]:
    return [f"{a.pk}.{a.version}" for a in audit.answers.filter(position__in=positions)]


def states(audit) -> dict[int, str]:
    return dict(audit.answers.values_list("position", "state"))


def test_without_scripts_the_selected_items_change_and_the_filter_stays(browser, ed, audit):
    sent = {"change": "owner", "owner": ed.pk, "item": items(audit, 1, 3)}

    response = browser(ed).post(address(audit, "?show=open&page=1"), sent, follow=True)

    assert response.redirect_chain == [(audit.get_absolute_url() + "?show=open&page=1", 302)]
    assert "2 items changed." in Page(response).text
    assert set(audit.answers.filter(owner=ed).values_list("position", flat=True)) == {1, 3}


def test_toast_after_the_redirect_takes_the_change_back(browser, ed, audit):
    client = browser(ed)
    sent = {"change": "state", "state": "done", "item": items(audit, 1, 2)}
    page = Page(client.post(address(audit), sent, follow=True))
    (form,) = [form for form in page.all("form") if "/undo/" in form.get("action", "")]

    client.post(form["action"])

    assert set(states(audit).values()) == {"open"}


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        ({"change": "state", "state": "done"}, "state", "done"),
        ({"change": "due", "due": "2099-02-03"}, "due__year", 2099),
        ({"change": "no-due"}, "due", None),
        ({"change": "owner", "owner": "none"}, "owner", None),
        ({"change": "severity", "severity": "blocker", "severity_reason": "Ours."},
         "severity", "blocker"),
    ],
)  # fmt: skip
def test_each_small_form_changes_what_it_says(browser, ed, audit, change, name, value):
    audit.answers.get(position=2).plan(by=ed, owner=ed, due=audit.created_at.date())

    browser(ed).post(address(audit), change | {"item": items(audit, 2)})

    assert audit.answers.filter(position=2, version=3, **{name: value}).exists()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Say what to change"),
        ({"change": "sing"}, "Say what to change"),
        ({"change": "state"}, "Choose a state."),
        ({"change": "state", "state": "not_applicable"}, "Say why the item does not apply."),
        ({"change": "owner"}, "Choose an owner, or nobody."),
        ({"change": "owner", "owner": "99999"}, "Select a valid choice"),
        ({"change": "due"}, "Choose a day, or clear the due dates."),
        ({"change": "severity"}, "Choose a severity."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_is_said_in_the_bar(browser, ed, audit, sent, told, headers):
    sent = sent | {"item": items(audit, 1, 2)}

    response = browser(ed).post(address(audit), sent, headers=headers)

    assert response.status_code == 422
    assert told in Page(response).text
    assert set(states(audit).values()) == {"open"}


def test_refused_page_keeps_what_was_selected_and_typed(browser, ed, audit):
    chosen = items(audit, 1, 2)
    sent = {"change": "state", "state": "risk_accepted", "reason": "A week.", "item": chosen}

    page = Page(browser(ed).post(address(audit), sent))

    boxes = page.all("input", name="item")
    assert [each["value"] for each in boxes if "checked" in each] == chosen
    assert "A week." in page.text


@pytest.mark.parametrize("item", ["", "x", "1", "1.x", "1.2.3", "9" * 40 + ".1"])
def test_selection_that_no_page_sends_is_refused(browser, ed, audit, item):
    sent = {"change": "state", "state": "done", "item": item}

    assert browser(ed).post(address(audit), sent).status_code == 422


def test_nothing_selected_is_said(browser, ed, audit):
    response = browser(ed).post(address(audit), {"change": "state", "state": "done"})

    assert "Select at least one item first." in Page(response).text


def test_editor_may_not_lower_and_is_told_in_the_bar(browser, ed, audit):
    sent = {"change": "severity", "severity": "minor", "severity_reason": "Not so bad."}

    response = browser(ed).post(address(audit), sent | {"item": items(audit, 1)}, headers=HTMX)

    assert response.status_code == 403
    assert "can lower a severity" in Page(response).text
    assert Page(response).all("form", id="bulk", **{"hx-swap-oob": "outerHTML"})


def test_what_somebody_else_changed_is_left_named_and_stays_selected(browser, ed, noor, audit):
    sent = {"change": "state", "state": "done", "item": items(audit, 1, 2)}
    audit.answers.get(position=2).record("not_applicable", by=noor, reason="No.")

    page = Page(browser(ed).post(address(audit), sent))

    assert "1 item was changed by Noor Haddad since your page was loaded" in page.text
    assert states(audit)[1] == "done"
    assert states(audit)[2] == "not_applicable"
    checked = [each["value"] for each in page.all("input", name="item") if "checked" in each]
    assert checked == items(audit, 2)


def test_htmx_has_the_rows_that_the_page_shows_and_the_counts(browser, ed, audit):
    pks = list(audit.answers.order_by("position").values_list("pk", flat=True))
    sent = {"change": "state", "state": "done", "item": items(audit, 1, 2)}
    sent |= {"shown": f"{pks[0]}", "open": f"{pks[0]}"}

    page = Page(browser(ed).post(address(audit), sent, headers=HTMX))

    apart = {values["id"] for _, values in page.tags if "hx-swap-oob" in values and "id" in values}
    assert {f"row-{pks[0]}", "audit-progress", "chip-open", "undo", "announcer"} <= apart
    assert f"row-{pks[1]}" not in apart
    assert f"row-{pks[0]}-panel" in page.ids()


def test_all_that_match_the_filter_change(browser, ed, audit):
    sent = {"change": "state", "state": "done", "all": "1", "seen": audit.events_head}

    browser(ed).post(address(audit, "?severity=major"), sent)

    assert [n for n, state in states(audit).items() if state == "done"] == [2, 5]


def test_own_changes_do_not_stand_against_all(browser, ed, audit):
    sent = {"change": "state", "state": "done", "all": "1", "seen": audit.events_head}
    audit.answers.get(position=1).plan(by=ed, owner=ed, due=None)

    assert browser(ed).post(address(audit), sent).status_code == 302


def test_all_is_refused_after_a_change_of_another_which_is_shown(browser, ed, noor, audit):
    sent = {"change": "state", "state": "done", "all": "1", "seen": audit.events_head}
    audit.answers.get(position=2).record("not_applicable", by=noor, reason="No.")
    client = browser(ed)

    page = Page(response := client.post(address(audit), sent))

    assert response.status_code == 409
    assert "Noor Haddad changed the audit after your page was loaded" in page.text
    assert "set “Item 2” from open to not applicable" in page.text
    again = client.post(address(audit), sent | {"seen": page.value("seen")})
    assert again.status_code == 302


def test_bogus_state_of_the_audit_is_refused(browser, ed, audit):
    sent = {"change": "state", "state": "done", "all": "1", "seen": "x"}

    assert browser(ed).post(address(audit), sent).status_code == 422


def test_many_cost_no_more_queries_than_few(browser, alice, project):
    costs = []
    for number in (10, 60):
        edition = build_edition(f"of-{number}", items=number)
        audit = Audit.objects.start(project, "Long", [edition], by=alice)
        sent = {"change": "state", "state": "done", "all": "1", "seen": audit.events_head}
        client = browser(alice)
        client.get(audit.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            assert client.post(address(audit), sent).status_code == 302
        costs.append(len(captured))
    assert costs[0] == costs[1]
