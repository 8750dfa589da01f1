"""What somebody reads, typed or chose stays, though the page follows what others do."""

import pytest
from playwright.sync_api import expect

from tests.audits.helpers import propose
from tests.audits.saying import edition, probes, production, ran
from tests.browser.conftest import wait_for
from tests.browser.looking import row
from tests.browser.workers import worker

__all__ = ["edition", "probes", "production", "worker"]  # fixtures


@pytest.fixture
def follows():
    """`follows(page, change)`: the page has fetched itself anew after that change."""

    def _follows(page, change):
        with page.expect_response(lambda got: got.request.resource_type == "fetch" and got.ok):
            change()
        # It is put over what stands there in the same turn.
        page.wait_for_timeout(300)

    return _follows


def test_what_was_typed_when_a_condition_was_added(look, follows, alice, ed, audit, answer):
    form = look(alice, f"{audit.get_absolute_url()}sign-offs/new/")
    form.get_by_label("Conditional go").check(force=True)
    form.get_by_label("Statement").fill("Half a sta")
    count = form.locator(".condition-row").count()
    with form.expect_response("**/live/audits/**"):
        form.get_by_role("button", name="Add a condition").click()
    expect(form.locator(".condition-row")).to_have_count(count + 1)

    follows(form, lambda: answer.record("done", by=ed))

    expect(form.locator(".obstacles").first).not_to_contain_text(answer.item.title)
    expect(form.get_by_label("Conditional go")).to_be_checked()
    expect(form.get_by_label("Statement")).to_have_value("Half a sta")
    expect(form.locator(".condition-row")).to_have_count(count + 1)


def test_that_nothing_was_done(
    page, sign_in, follows, ed, alice, settled_audit, answer, expected_errors
):
    expected_errors.append("status of 409")
    proposed = propose(settled_audit, by=ed)
    sign_in(page, ed)
    page.goto(f"{proposed.get_absolute_url()}withdraw/")
    answer.record("open", by=alice)
    page.get_by_label("Reason").fill("Too early.")
    with page.expect_response("**/live/audits/**"):
        page.get_by_role("button", name="Withdraw the proposal").click()
    said = page.locator("#alerts")
    expect(said).to_contain_text("Nothing was done: the proposal is outdated.")

    follows(page, lambda: answer.record("done", by=alice))

    expect(said).to_contain_text("Nothing was done: the proposal is outdated.")


def test_how_many_are_selected(look, follows, ed, noor, audit):
    first, second = audit.answers.order_by("position")[:2]
    page = look(ed, audit.get_absolute_url())
    for each in (first, second):
        row(page, each).locator(".row-select").check()
    page.route("**/live/audits/**", lambda route: route.abort())
    second.record("not_applicable", by=noor, reason="Not here.")
    page.get_by_text("State…").click()
    page.locator("#bulk").get_by_text("Done").click()
    page.get_by_role("button", name="Set the state").click()
    expect(row(page, first)).to_have_attribute("data-state", "done")
    expect(page.locator("#bulk-count")).to_have_text("1 selected")

    follows(page, lambda: audit.rename("Second launch", by=noor))

    expect(page.get_by_role("heading", name="Second launch")).to_be_visible()
    expect(row(page, second).locator(".row-select")).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text("1 selected")


def test_disclosure_that_is_read_while_a_probe_runs(look, ed, production, answer, worker):
    ran(production, worker.finding)
    page = look(ed, answer.get_absolute_url())
    looks: list = []
    page.on("response", lambda got: "/machine/" in got.url and looks.append(got.url))
    page.locator(f"#run-{answer.pk}").click()
    page.get_by_text("How it looked").click()

    seen = len(looks)
    wait_for(lambda: page.wait_for_timeout(20) or len(looks) >= seen + 2)

    expect(
        page.locator(".machine details[open]").get_by_text("120 calls were timed.")
    ).to_be_visible()
    worker.may.set()
    expect(page.locator(".machine")).to_contain_text("Run now")
    expect(page.locator(".machine details[open]")).to_have_count(1)
