import datetime as dt

import pytest

from audits.models import Audit, Comment, Release, Round
from tests.audits.helpers import build_edition, propose
from tests.audits.views.counting import queries_of
from tests.audits.views.decided import ask_for, proposal, propose_url
from tests.audits.views.markup import Page


def test_what_blocks_a_go_is_listed_with_links(browser, ed, audit):
    response = browser(ed).get(propose_url(audit))

    links = Page(response).links()
    for position, listed in {1: True, 2: False, 4: True}.items():
        answer = audit.answers.get(position=position)
        assert (f"{answer.get_absolute_url()}#row-{answer.pk}" in links) is listed


def test_more_than_a_page_can_hold_leads_to_all_of_them(browser, ed, project):
    edition = build_edition("many", items=90)
    audit = Audit.objects.start(project, "Many", [edition], by=ed)

    page = Page(browser(ed).get(propose_url(audit)))

    assert f"{audit.get_absolute_url()}?show=blockers" in page.links()
    assert "And 10 more" in page.text


def test_accepted_risk_is_listed_as_signed_with_it(browser, ed, noor, audit):
    answer = audit.answers.get(position=2)
    answer.record("risk_accepted", by=noor, reason="So.", approver=noor, until=dt.date(2099, 1, 1))

    page = Page(browser(ed).get(propose_url(audit)))

    assert f"{answer.get_absolute_url()}#row-{answer.pk}" in page.links()
    assert "Noor Haddad, until 1 Jan 2099" in page.text


def test_page_says_who_signs_and_for_how_long(browser, ed, alice, noor, audit):
    ask_for(audit.project.team, "Security", by=alice, four_eyes=True, valid_days=90)

    page = Page(browser(ed).get(propose_url(audit)))

    assert "Security Alice Berg, Noor Haddad" in page.text
    assert "90 days from the last signature" in page.text


def test_policy_that_nobody_can_meet_says_so_before_anybody_proposes(browser, ed, alice, audit):
    ask_for(audit.project.team, "Security", "Product", by=alice, four_eyes=True)

    page = Page(browser(ed).get(propose_url(audit)))

    assert "Nobody could complete this sign-off." in page.text
    assert "only Alice Berg may sign at all" in page.text


def test_what_changed_since_the_revision_before_is_shown(browser, ed, noor, sealed_audit):
    audit = sealed_audit.reopen("Another look.", by=noor)
    audit.answers.get(position=1).record("open", by=ed)

    page = Page(browser(ed).get(propose_url(audit)))

    assert "What changed since revision 1" in page.text
    assert any("from=" in link and link.endswith("to=now") for link in page.links())


def test_editor_proposes_and_is_led_to_what_is_signed(browser, ed, settled_audit):
    client = browser(ed)

    response = client.post(
        propose_url(settled_audit), proposal(client, settled_audit, statement="All is done.")
    )

    proposed = Round.objects.get()
    assert response["Location"] == proposed.get_absolute_url()
    assert (proposed.state, proposed.statement) == ("proposed", "All is done.")


def test_go_may_be_proposed_over_what_blocks_it(browser, ed, audit):
    client = browser(ed)

    client.post(propose_url(audit), proposal(client, audit))

    assert Round.objects.get().decision == "go"


def test_latest_release_is_the_one_that_is_proposed(browser, ed, settled_audit):
    Release.objects.register(settled_audit.project, "v1.2.0", by=ed)

    page = Page(browser(ed).get(propose_url(settled_audit)))

    assert page.value("release") == "v1.2.0"


def test_release_is_needed_where_the_policy_binds_to_one(browser, ed, alice, settled_audit):
    ask_for(settled_audit.project.team, "Approver", by=alice, release_bound=True)
    client = browser(ed)

    response = client.post(propose_url(settled_audit), proposal(client, settled_audit))

    assert response.status_code == 422
    assert "binds a sign-off to a release: say which one." in Page(response).text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"decision": ""}, "Decision: This field is required."),
        ({"decision": "no_go"}, "no_go is not one of the available choices."),
        ({"statement": "x" * 4001}, "at most 4000 characters"),
        ({"release": "x" * 101}, "at most 100 characters"),
    ],
)
def test_proposal_that_is_not_set_says_why(browser, ed, settled_audit, change, sentence):
    client = browser(ed)

    response = client.post(propose_url(settled_audit), proposal(client, settled_audit, **change))

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not Round.objects.exists()


@pytest.mark.parametrize("seen", ["outdated", "", "x" * 500])
def test_change_after_the_page_was_loaded_is_shown_first(
    browser, ed, noor, settled_audit, answer, seen
):
    client = browser(noor)
    body = proposal(client, settled_audit, statement="All is done.")
    Comment.objects.add(answer, "One more word.", by=ed)

    refused = client.post(
        propose_url(settled_audit), body | ({} if seen == "outdated" else {"seen": seen})
    )

    assert refused.status_code == 409
    assert "Ed Fox changed the audit after your page was loaded." in Page(refused).text
    assert b"All is done.</textarea>" in refused.content
    client.post(propose_url(settled_audit), body | {"seen": Page(refused).value("seen")})
    assert Round.objects.get().state == "proposed"


def test_page_of_a_proposed_audit_leads_to_what_is_proposed(browser, ed, settled_audit):
    proposed = propose(settled_audit, by=ed)

    response = browser(ed).get(propose_url(settled_audit))

    assert response["Location"] == proposed.get_absolute_url()


def test_form_that_is_sent_twice_proposes_once(browser, ed, settled_audit):
    client = browser(ed)
    body = proposal(client, settled_audit)
    client.post(propose_url(settled_audit), body)

    response = client.post(propose_url(settled_audit), body)

    assert response.status_code == 409
    assert Round.objects.count() == 1


def test_viewer_proposes_nothing(browser, vic, audit):
    response = browser(vic).post(propose_url(audit), {"decision": "go"})

    assert response.status_code == 403


def test_page_costs_as_many_queries_for_60_items_as_for_3(browser, noor, project):
    client = browser(noor)
    few, many = (
        Audit.objects.start(project, "x", [build_edition(f"l-{items}", items=items)], by=noor)
        for items in (3, 60)
    )

    assert queries_of(client, propose_url(many)) == queries_of(client, propose_url(few))
