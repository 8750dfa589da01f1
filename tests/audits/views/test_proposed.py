"""The page of a proposed audit, and what is said to whoever changes it."""

import pytest
from django.urls import reverse

from audits.models import Audit, Round
from tests.audits.helpers import propose, sign
from tests.audits.views.counting import queries_of
from tests.audits.views.decided import ask_for
from tests.audits.views.markup import HTMX, Page


@pytest.fixture
def proposed(settled_audit, ed, alice):
    """Proposed by Ed; Alice signed in one of three roles."""
    ask_for(settled_audit.project.team, "Engineering", "Security", "Product", by=alice)
    row = propose(settled_audit, by=ed)
    sign(row, by=alice, role="Engineering")
    return row


def reopen_item(client, answer, **headers):
    return say(client, answer, "open", **headers)


def tick_again(client, answer):
    return say(client, answer, "done")


def say(client, answer, state, **headers):
    url = reverse("answer-state", args=[answer.audit_id, answer.pk])
    version = type(answer).objects.get(pk=answer.pk).version
    return client.post(url, {"state": state, "version": version}, headers=headers)


def test_banner_says_who_proposed_it_and_what_a_change_would_cost(browser, vic, proposed):
    page = Page(browser(vic).get(proposed.audit.get_absolute_url()))

    assert "Proposed for sign-off by Ed Fox: 1 of 3 signatures." in page.text
    assert proposed.get_absolute_url() in page.links()


def test_who_may_edit_is_asked_before_signatures_are_lost(browser, ed, vic, proposed):
    url = proposed.audit.get_absolute_url()

    asked, spared = ("confirm-outdate" in Page(browser(user).get(url)).ids() for user in (ed, vic))

    assert (asked, spared) == (True, False)


def test_nobody_is_asked_while_nobody_signed(browser, ed, settled_audit):
    propose(settled_audit, by=ed)

    page = Page(browser(ed).get(settled_audit.get_absolute_url()))

    assert "confirm-outdate" not in page.ids()
    assert "Any change takes it back to open." in page.text


def test_tick_under_htmx_says_that_the_proposal_is_outdated(browser, ed, proposed, answer):
    response = reopen_item(browser(ed), answer, **HTMX)

    page = Page(response)
    assert Round.objects.get().state == "outdated"
    assert "outdated by this change, and 1 signature no longer counts." in page.text
    assert page.all("div", id="proposal", **{"hx-swap-oob": "true"})
    assert reverse("sign-off-new", args=[answer.audit_id]) in page.links()
    assert any(f"from={proposed.snapshot_id}&to=now" in link for link in page.links())


def test_tick_without_scripts_says_it_on_the_next_page(browser, ed, proposed, answer):
    client = browser(ed)
    reopen_item(client, answer)

    page = Page(client.get(proposed.audit.get_absolute_url()))

    assert "outdated by this change, and 1 signature no longer counts." in page.text
    assert any(f"from={proposed.snapshot_id}&to=now" in link for link in page.links())
    assert page.faults == []


def test_change_of_another_page_says_it_too(browser, ed, proposed):
    client = browser(ed)
    audit = proposed.audit
    renamed = client.post(
        reverse("audit-rename", args=[audit.pk]), {"title": "Launch", "seen": audit.title}
    )

    page = Page(client.get(renamed["Location"]))

    assert "The proposal of revision 1 is outdated by this change" in page.text


def test_second_change_says_nothing_any_more(browser, ed, proposed, answer):
    client = browser(ed)
    reopen_item(client, answer, **HTMX)
    other = proposed.audit.answers.get(position=2)

    response = reopen_item(client, other, **HTMX)

    assert "outdated" not in Page(response).text


def test_change_that_was_refused_leaves_the_proposal_as_it_is(browser, ed, proposed, answer):
    url = reverse("answer-state", args=[answer.audit_id, answer.pk])

    response = browser(ed).post(url, {"state": "not_applicable", "version": 1}, headers=HTMX)

    assert response.status_code in (409, 422)
    assert Audit.objects.get().state == "proposed"
    assert "outdated" not in Page(response).text


def test_everybody_sees_that_it_was_outdated_until_it_is_proposed_again(
    browser, ed, vic, proposed, answer
):
    reopen_item(browser(ed), answer)
    client, url = browser(vic), proposed.audit.get_absolute_url()

    outdated = Page(client.get(url))
    tick_again(browser(ed), answer)
    propose(Audit.objects.get(), by=ed)

    assert "The proposal of revision 1 is outdated since" in outdated.text
    assert "and 1 signature no longer counts." in outdated.text
    assert any(f"from={proposed.snapshot_id}&to=now" in link for link in outdated.links())
    assert "outdated" not in Page(client.get(url)).text


def test_proposal_that_was_withdrawn_is_not_called_outdated(browser, ed, proposed, answer):
    reopen_item(browser(ed), answer)
    tick_again(browser(ed), answer)
    propose(Audit.objects.get(), by=ed).withdraw(by=ed, reason="Too early.")

    page = Page(browser(ed).get(proposed.audit.get_absolute_url()))

    assert "is outdated since" not in page.text


def test_page_costs_the_same_however_it_is_proposed(browser, vic, ed, settled_audit, answer):
    client, url = browser(vic), settled_audit.get_absolute_url()
    counts = [queries_of(client, url)]
    propose(settled_audit, by=ed)
    counts.append(queries_of(client, url))
    reopen_item(browser(ed), answer)
    counts.append(queries_of(client, url))

    assert len(set(counts)) == 1
