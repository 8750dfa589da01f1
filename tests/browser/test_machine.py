"""The machine's word beside an answer, in a browser: run, watched, attached."""

import pytest
from playwright.sync_api import expect

from audits.models import Evidence
from tests.audits.saying import edition, found, probes, production, ran
from tests.browser.conftest import wait_for
from tests.browser.held import fails
from tests.browser.workers import worker

__all__ = ["edition", "probes", "production", "worker"]  # fixtures


@pytest.fixture
def opened(page, sign_in, ed, production, answer, worker):
    """Item 1, which Ed marked done, open."""
    answer.record("done", by=ed)
    sign_in(page, ed)
    page.goto(answer.get_absolute_url())
    return page


def machine_of(page, answer):
    return page.locator(f"#machine-{answer.pk}")


def test_conflict_appears_while_somebody_looks(opened, answer, worker):
    comment = opened.locator(f"#comments-{answer.pk} textarea[name=text]")
    comment.fill("Not sent yet")
    title = opened.locator(f"#row-{answer.pk}-open")
    title.focus()

    opened.keyboard.press("r")

    expect(machine_of(opened, answer)).to_contain_text("1 probe runs")
    worker.may.set()
    expect(machine_of(opened, answer)).to_contain_text("the machine says fail: Users wait 12 s.")
    expect(opened.locator(f"#row-{answer.pk}-verdict")).to_contain_text("Conflict")
    expect(opened.locator("#audit-progress")).to_contain_text("1 conflict")
    expect(opened.locator("#chip-conflicts")).to_have_text("1")
    expect(machine_of(opened, answer).locator("[role=status]")).to_be_empty()
    expect(comment).to_have_value("Not sent yet")
    expect(title).to_be_focused()


def test_one_key_attaches_the_run_and_another_takes_it_back(opened, production, answer, worker):
    ran(production, worker.finding)
    opened.reload()
    opened.locator(f"#row-{answer.pk}-open").focus()

    opened.keyboard.press("a")

    expect(opened.locator(f"#evidence-{answer.pk}")).to_contain_text("Users wait 12 s.")
    expect(machine_of(opened, answer)).to_contain_text("This run is among the evidence.")
    assert Evidence.objects.current().count() == 1
    opened.keyboard.press("z")
    expect(machine_of(opened, answer)).to_contain_text("Attach this run as evidence")
    assert Evidence.objects.current().count() == 0


def test_key_opens_a_folded_row_first(page, sign_in, ed, production, answer, worker):
    sign_in(page, ed)
    page.goto(answer.audit.get_absolute_url())
    page.locator(f"#row-{answer.pk}-open").focus()
    worker.may.set()

    page.keyboard.press("r")

    expect(machine_of(page, answer)).to_contain_text("Users wait 12 s.")


def test_row_that_is_folded_while_a_probe_runs_stays_folded(opened, answer, worker):
    opened.locator(f"#row-{answer.pk}-open").focus()
    opened.keyboard.press("r")
    expect(machine_of(opened, answer)).to_contain_text("1 probe runs")

    opened.keyboard.press("Escape")

    expect(machine_of(opened, answer)).to_have_count(0)
    worker.may.set()
    opened.wait_for_timeout(700)
    expect(opened.locator(f"#row-{answer.pk}-open")).to_have_attribute("aria-expanded", "false")


def test_verdict_comes_though_looks_for_it_fail_and_that_is_said_once(
    opened, answer, worker, expected_errors
):
    expected_errors.append("status of 503")
    opened.clock.install()
    opened.reload()
    failed = fails(opened, "/machine/", times=2)
    opened.locator(f"#run-{answer.pk}").click()
    opened.locator("#alerts").get_by_role("button", name="Dismiss").click()
    worker.may.set()

    opened.clock.fast_forward(5_000)
    wait_for(lambda: opened.wait_for_timeout(20) or len(failed) == 2)
    opened.clock.fast_forward(5_000)

    expect(machine_of(opened, answer)).to_contain_text("the machine says fail: Users wait 12 s.")
    expect(opened.locator("#alerts .toast")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 360])
def test_panel_with_verdicts_is_accessible(opened, production, answer, assert_accessible, width):
    ran(production, found("fail", fast="fail", steady="inconclusive"), simulated=True)
    opened.set_viewport_size({"width": width, "height": 900})
    opened.reload()
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    opened.get_by_text("Verdicts", exact=True).click()
    assert_accessible(opened)
