"""Answers that come late, or fail once, while several work at one audit."""

import pytest
from playwright.sync_api import expect

from audits.models import Answer, Comment
from tests.audits.helpers import propose
from tests.browser.held import Held, fails
from tests.browser.looking import row


@pytest.fixture
def second(audit) -> Answer:
    return audit.answers.select_related("audit").get(position=2)


def tick(page, answer):
    row(page, answer).locator(".tick-button").click()


def is_told(page, state):
    """The answer to one's own change has come."""
    expect(page.locator("#undo .toast")).to_contain_text(f"to {state}")


def test_page_that_could_not_be_fetched_once_is_fetched_again(
    look, ed, noor, settled_audit, expected_errors
):
    expected_errors.append("status of 503")
    page = look(ed, settled_audit.get_absolute_url())
    failed = fails(page, rf"{settled_audit.get_absolute_url()}$")

    propose(settled_audit, by=noor)

    expect(page.locator("#audit-state")).to_contain_text("Proposed")
    assert len(failed) == 1


def test_open_row_that_could_not_be_fetched_once_is_fetched_again(
    look, alice, ed, answer, expected_errors
):
    expected_errors.append("status of 503")
    page = look(ed, answer.get_absolute_url())
    failed = fails(page, rf"{answer.get_absolute_url()}$")

    Comment.objects.add(answer, "Seen on the dashboard.", by=alice)

    expect(row(page, answer).locator(".comment")).to_contain_text("Seen on the dashboard.")
    assert len(failed) == 1


def test_own_answer_that_comes_late_puts_no_older_row_over_what_others_did_since(
    look, alice, ed, audit, answer
):
    page = look(ed, audit.get_absolute_url())
    mine = Held(page, "/state/$", "POST")
    tick(page, answer)
    mine.wait()
    Answer.objects.get(pk=answer.pk).record("not_applicable", by=alice, reason="It is no agent.")
    expect(row(page, answer)).to_have_attribute("data-state", "not_applicable")

    mine.release()

    is_told(page, "done")
    expect(row(page, answer)).to_have_attribute("data-state", "not_applicable")


@pytest.mark.parametrize("where", ["folded", "open"])
def test_own_answer_that_comes_late_counts_what_others_did_since(
    look, alice, ed, audit, answer, second, where
):
    page = look(ed, second.get_absolute_url() if where == "open" else audit.get_absolute_url())
    mine = Held(page, "/state/$", "POST")
    tick(page, answer)
    mine.wait()
    second.record("done", by=alice)
    expect(page.locator("#audit-progress")).to_contain_text("2 of 6 done")

    mine.release()

    is_told(page, "done")
    expect(page.locator("#audit-progress")).to_contain_text("2 of 6 done")
    for each in (answer, second):
        expect(row(page, each)).to_have_attribute("data-state", "done")


def test_of_two_own_changes_the_answer_that_comes_late_counts_both(
    look, ed, audit, answer, second
):
    page = look(ed, audit.get_absolute_url())
    first = Held(page, f"/{answer.pk}/state/$", "POST")
    tick(page, answer)
    first.wait()
    tick(page, second)
    expect(page.locator("#undo .toast")).to_contain_text("Set “Item 2”")
    expect(page.locator("#audit-progress")).to_contain_text("2 of 6 done")

    first.release()

    expect(page.locator("#undo .toast")).to_contain_text("Set “Item 1”")
    expect(page.locator("#audit-progress")).to_contain_text("2 of 6 done")
