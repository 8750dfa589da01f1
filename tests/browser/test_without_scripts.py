"""Every action is a form that works without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from audits.models import Answer, Audit, Policy, Round
from audits.models.quorum import Role
from tests.audits.views.decided import PASSWORD, give_password


@pytest.fixture
def plain_page(chromium, server_url, transactional_db, sign_in, noor):
    context = chromium.new_context(base_url=server_url, java_script_enabled=False)
    context.set_default_timeout(30_000)
    page = context.new_page()
    give_password(noor)
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


def test_propose_sign_and_reopen(plain_page, settled_audit):
    plain_page.goto(settled_audit.get_absolute_url())
    plain_page.get_by_role("link", name="Propose…").click()
    plain_page.get_by_role("button", name="Propose revision 1").click()
    plain_page.get_by_label("to confirm").fill("sign revision 1")
    plain_page.get_by_label("Your password").fill(PASSWORD)
    plain_page.get_by_role("button", name="Sign revision 1").click()
    reopen = plain_page.get_by_role("link", name=re.compile("Reopen as revision 2"))
    expect(reopen).to_be_visible()
    assert Audit.objects.get(pk=settled_audit.pk).state == "signed"
    reopen.click()
    plain_page.get_by_label("Reason").fill("A new model is out.")
    plain_page.get_by_role("button", name="Reopen").click()
    expect(plain_page.get_by_text("revision 2").first).to_be_visible()
    assert Audit.objects.get(pk=settled_audit.pk).revision == 2


def test_conditions_of_a_go_are_added_row_by_row(plain_page, audit, noor):
    plain_page.goto(f"{audit.get_absolute_url()}sign-offs/new/")
    plain_page.get_by_label("Conditional go").check(force=True)
    plain_page.get_by_role("button", name="Add a condition").click()
    rows = plain_page.locator(".condition-row")
    expect(rows).to_have_count(3)
    for number in range(3):
        rows.nth(number).get_by_label("What is to be done").fill("Close it.")
        rows.nth(number).get_by_label("Who sees to it").select_option(label="Noor Haddad")
        rows.nth(number).get_by_label("Until").fill("2099-01-31")
    plain_page.get_by_role("button", name="Propose revision 1").click()
    expect(plain_page).not_to_have_url(re.compile("/new/$"))
    assert Round.objects.get().go_conditions.count() == 3


def test_theme_is_chosen_and_kept(plain_page, project):
    plain_page.goto(project.get_absolute_url())
    plain_page.locator("details.menu summary").first.click()
    plain_page.get_by_role("button", name="Dark").click()
    expect(plain_page.locator("html")).to_have_attribute("data-theme", "dark")


def test_ask_more_of_one_audit_of_named_people(plain_page, audit, noor):
    plain_page.goto(audit.get_absolute_url())
    plain_page.locator("summary", has_text="More").click()
    plain_page.get_by_role("link", name="Sign-off policy").click()
    plain_page.get_by_role("link", name="Tighten for this audit").click()
    row = plain_page.locator("fieldset.role", has_text="Role 2")
    row.get_by_label("Name").fill("Legal")
    expect(row.get_by_text(str(noor), exact=True)).to_be_hidden()
    row.get_by_label("Who may sign").select_option("Only these people")
    row.get_by_label(str(noor)).check()
    plain_page.get_by_role("button", name="Save the policy").click()
    expect(plain_page.locator("main")).to_contain_text(f"1 × Legal {noor}")
    assert Policy.objects.of_audit(audit).written.roles == (
        Role("Legal", people=frozenset({noor.pk})),
    )
