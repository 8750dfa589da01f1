"""Every action is a form that works without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from audits.models import Answer, Audit


@pytest.fixture
def plain_page(chromium, server_url, transactional_db, sign_in, noor):
    context = chromium.new_context(base_url=server_url, java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, noor)
    yield page
    context.close()


def test_tick_and_back(plain_page, audit, answer):
    plain_page.goto(audit.get_absolute_url())
    plain_page.locator(f"#row-{answer.pk} .tick-button").click()
    expect(plain_page).to_have_url(re.compile(f"#row-{answer.pk}$"))
    assert Answer.objects.get(pk=answer.pk).state == "done"
    plain_page.locator(f"#row-{answer.pk} .tick-button").click()
    expect(plain_page.locator(f"#row-{answer.pk}")).to_have_attribute("data-state", "open")


def test_unfold_answer_attach_and_comment(plain_page, audit, answer):
    plain_page.goto(audit.get_absolute_url())
    plain_page.locator(f"#row-{answer.pk}-open").click()
    plain_page.locator(f"#comments-{answer.pk} textarea[name=text]").fill("Seen.")
    plain_page.locator(f"#comment-send-{answer.pk}").click()
    expect(plain_page.locator(".comment")).to_contain_text("Seen.")
    plain_page.locator(f"#evidence-link-{answer.pk} > summary").click()
    plain_page.locator(f"#row-{answer.pk} input[name=url]").fill("https://example.org/proof")
    plain_page.locator(f"#evidence-link-send-{answer.pk}").click()
    expect(plain_page.locator(".evidence-item")).to_contain_text("example.org/proof")


def test_refused_form_shows_its_fault_and_keeps_the_text(plain_page, answer):
    plain_page.goto(answer.get_absolute_url())
    plain_page.locator(f"#evidence-link-{answer.pk} > summary").click()
    plain_page.locator(f"#row-{answer.pk} input[name=url]").fill("ftp://example.org/proof")
    plain_page.locator(f"#evidence-link-send-{answer.pk}").click()
    expect(plain_page.locator(f"#row-{answer.pk}")).to_contain_text("https:// or http://")
    expect(plain_page.locator(f"#row-{answer.pk} input[name=url]")).to_have_value(
        "ftp://example.org/proof"
    )


def test_seal_and_reopen(plain_page, settled_audit):
    plain_page.goto(settled_audit.get_absolute_url())
    plain_page.get_by_role("link", name="Seal…").click()
    plain_page.get_by_label("Go", exact=True).check(force=True)
    plain_page.get_by_label("to confirm").fill("seal revision 1")
    plain_page.get_by_role("button", name="Seal revision 1").click()
    assert Audit.objects.get(pk=settled_audit.pk).is_sealed
    plain_page.get_by_role("link", name=re.compile("Reopen as revision 2")).click()
    plain_page.get_by_label("Reason").fill("A new model is out.")
    plain_page.get_by_role("button", name="Reopen").click()
    assert Audit.objects.get(pk=settled_audit.pk).revision == 2


def test_theme_is_chosen_and_kept(plain_page, project):
    plain_page.goto(project.get_absolute_url())
    plain_page.locator("details.menu summary").first.click()
    plain_page.get_by_role("button", name="Dark").click()
    expect(plain_page.locator("html")).to_have_attribute("data-theme", "dark")
