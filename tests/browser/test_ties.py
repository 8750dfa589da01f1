"""Items that are answered together, and proposals, in a browser."""

import pytest
from playwright.sync_api import expect

from audits.models import Audit
from tests.audits.helpers import build_edition, relate


@pytest.fixture
def both(project, ed) -> Audit:
    """Items 1 are equal; A2 is narrower than B2, which is done."""
    editions = [build_edition(), build_edition("other")]
    relate(
        ("launch/item-1", "equal", "other/item-1"), ("launch/item-2", "narrower", "other/item-2")
    )
    audit = Audit.objects.start(project, "Both", editions, by=ed)
    audit.answers.get(position=8).record("done", by=ed)
    return audit


@pytest.fixture
def audit_page(page, sign_in, ed, both):
    sign_in(page, ed)
    page.goto(both.get_absolute_url())
    return page


@pytest.fixture
def pks(both):
    """Position -> primary key."""
    return dict(both.answers.values_list("position", "pk"))


def test_one_tick_changes_both_rows(audit_page, pks):
    audit_page.locator(f"#row-{pks[1]} .tick-button").click()
    for position in (1, 7):
        expect(audit_page.locator(f"#row-{pks[position]}")).to_have_attribute("data-state", "done")
    expect(audit_page.locator("#audit-progress")).to_contain_text("3 of 12 done")


def test_what_is_typed_in_the_other_row_stays(audit_page, pks):
    audit_page.locator(f"#row-{pks[7]}-open").click()
    comment = audit_page.locator(f"#comments-{pks[7]} textarea[name=text]")
    comment.fill("Not sent yet")
    audit_page.locator(f"#row-{pks[1]} .tick-button").click()
    expect(audit_page.locator(f"#row-{pks[7]}")).to_have_attribute("data-state", "done")
    expect(comment).to_have_value("Not sent yet")
    expect(audit_page.locator(f"#row-{pks[7]}-open")).to_have_attribute("aria-expanded", "true")
    audit_page.locator(f"#comment-send-{pks[7]}").click()
    expect(audit_page.locator(f"#row-{pks[7]} .comment")).to_contain_text("Not sent yet")


def test_parted_each_is_ticked_for_itself_and_joined_both_say_the_same(
    audit_page, pks, assert_accessible
):
    audit_page.locator(f"#row-{pks[1]}-open").click()
    audit_page.get_by_role("button", name="Part A1 from B1").click()
    expect(audit_page.locator(f"#ties-{pks[1]}")).to_contain_text("parted by Ed")
    expect(audit_page.locator(".row-tie")).to_have_count(0)
    audit_page.locator(f"#row-{pks[7]} .tick-button").click()
    expect(audit_page.locator(f"#row-{pks[7]}")).to_have_attribute("data-state", "done")
    expect(audit_page.locator(f"#row-{pks[1]}")).to_have_attribute("data-state", "open")
    audit_page.reload()
    assert_accessible(audit_page)
    audit_page.get_by_role("button", name="as B1 is answered").click()
    expect(audit_page.locator(f"#row-{pks[1]}")).to_have_attribute("data-state", "done")
    expect(audit_page.locator(".row-tie")).to_have_count(2)


def test_proposal_is_taken_over_by_keyboard(audit_page, pks):
    audit_page.keyboard.press("j")
    audit_page.keyboard.press("j")
    audit_page.keyboard.press("Enter")
    take = audit_page.get_by_role("button", name="Answer A2 as B2 is answered")
    expect(take).to_be_visible()
    for _ in range(40):
        if take.evaluate("node => node === document.activeElement"):
            break
        audit_page.keyboard.press("Tab")
    audit_page.keyboard.press("Enter")
    expect(audit_page.locator(f"#row-{pks[2]}")).to_have_attribute("data-state", "done")
    expect(audit_page.locator("#undo .toast")).to_contain_text("from open to done")


def test_page_of_ties_is_accessible(audit_page, both, assert_accessible):
    audit_page.goto(f"{both.get_absolute_url()}ties/")
    expect(audit_page.get_by_role("heading", name="Narrower and broader")).to_be_visible()
    assert_accessible(audit_page)
