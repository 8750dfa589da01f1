"""The rows of a conditional go on the page that proposes it."""

import pytest
from django.utils import timezone

from audits.models import GoCondition, Round
from tests.audits.views.decided import ask_for, proposal, propose_url, rows
from tests.audits.views.markup import Page


@pytest.fixture
def blockers(audit):
    """The keys of both obstacles: items 1 and 4 are open blockers."""
    return [f"blocker:{audit.answers.get(position=position).pk}" for position in (1, 4)]


@pytest.fixture
def told(ed, blockers):
    """A condition for each of the obstacles, as it is typed."""
    typed = {"text": "Close it.", "owner": ed.pk, "due": timezone.localdate().isoformat()}
    return [typed | {"covers": key} for key in blockers]


def conditional(client, audit, *conditions) -> dict:
    return proposal(client, audit, decision="conditional_go") | rows(*conditions)


def test_page_has_a_row_for_each_obstacle(browser, ed, audit, blockers):
    page = Page(browser(ed).get(propose_url(audit)))

    assert page.value("condition-TOTAL_FORMS") == "2"
    assert [page.value(f"condition-{number}-covers") for number in (0, 1)] == blockers


def test_conditional_go_is_proposed_with_its_conditions(browser, ed, audit, told):
    client = browser(ed)

    response = client.post(propose_url(audit), conditional(client, audit, *told))

    assert response["Location"] == Round.objects.get().get_absolute_url()
    first, second = GoCondition.objects.all()
    assert (first.text, first.owner, first.covers_title) == ("Close it.", ed, "1 Item 1")
    assert second.covers_title == "4 Item 4"


def test_condition_may_cover_nothing_in_particular(browser, ed, audit, told):
    client = browser(ed)
    more = told[0] | {"text": "Tell support.", "covers": ""}

    client.post(propose_url(audit), conditional(client, audit, *told, more))

    assert GoCondition.objects.get(number=3).covers == ""


def test_row_that_is_left_empty_counts_as_none(browser, ed, audit, told):
    client = browser(ed)
    empty = {"text": "", "owner": "", "due": "", "covers": ""}

    client.post(propose_url(audit), conditional(client, audit, *told, empty))

    assert GoCondition.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": ""}, "Say what is to be done."),
        ({"text": "x" * 1001}, "at most 1000 characters"),
        ({"owner": ""}, "Name a member of the team."),
        ({"owner": "999999"}, "is not one of the available choices"),
        ({"due": ""}, "Say until when."),
        ({"due": "2020-01-01"}, "Choose today or a later day."),
        ({"due": "soon"}, "Enter a valid date."),
        ({"covers": "blocker:0"}, "This does not stand in the way any more."),
    ],
)
def test_row_that_says_too_little_says_so_beside_its_field(
    browser, ed, audit, told, change, sentence
):
    client = browser(ed)

    response = client.post(
        propose_url(audit), conditional(client, audit, told[0], told[1] | change)
    )

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not Round.objects.exists()


def test_obstacle_without_a_condition_is_named(browser, ed, audit, told):
    client = browser(ed)

    response = client.post(propose_url(audit), conditional(client, audit, told[0]))

    assert response.status_code == 422
    assert "No condition covers “4 Item 4”." in Page(response).text


def test_one_row_more_is_there_on_request_with_all_that_was_typed(browser, ed, audit, told):
    client = browser(ed)
    body = conditional(client, audit, *told) | {"add": "row", "statement": "Nearly."}

    response = client.post(propose_url(audit), body)

    page = Page(response)
    assert response.status_code == 200
    assert page.value("condition-TOTAL_FORMS") == "3"
    assert b"Close it.</textarea>" in response.content
    assert b"Nearly.</textarea>" in response.content
    assert page.value("seen") == body["seen"]
    assert "This field is required" not in page.text
    assert not Round.objects.exists()


def test_rows_are_kept_when_the_rest_of_the_form_is_refused(browser, ed, audit, told):
    client = browser(ed)
    body = conditional(client, audit, *told) | {"decision": "go", "statement": "x" * 4001}

    response = client.post(propose_url(audit), body)

    assert response.status_code == 422
    assert b"Close it.</textarea>" in response.content


def test_obstacle_that_came_meanwhile_gets_a_row(browser, ed, noor, settled_audit, answer, told):
    settled_audit.answers.get(position=4).record("open", by=ed)
    client = browser(noor)
    body = conditional(client, settled_audit, told[1])
    answer.record("open", by=ed)

    response = client.post(propose_url(settled_audit), body)

    page = Page(response)
    assert response.status_code == 409
    assert page.value("condition-1-covers") == told[0]["covers"]
    assert b"Close it.</textarea>" in response.content


def test_policy_may_allow_no_conditional_go(browser, ed, alice, audit, told):
    ask_for(audit.project.team, "Approver", by=alice, conditional=False)
    client = browser(ed)

    response = client.post(propose_url(audit), conditional(client, audit, *told))

    assert response.status_code == 422
    assert "The sign-off policy allows no conditional go." in Page(response).text
    assert Page(response).value("condition-TOTAL_FORMS") is None


@pytest.mark.parametrize("total", ["", "x", "-1", "1000000", "9" * 400])
def test_number_of_rows_that_no_page_sent_breaks_nothing(browser, ed, audit, told, total):
    client = browser(ed)
    body = conditional(client, audit, *told) | {"condition-TOTAL_FORMS": total}

    assert client.post(propose_url(audit), body).status_code == 422
    assert client.post(propose_url(audit), body | {"add": "row"}).status_code == 200
