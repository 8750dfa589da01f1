"""Several browsers on one audit: what one does, the others see, and lose nothing of theirs."""

import re

import pytest
from playwright.sync_api import expect

from audits.models import Answer, Comment
from tests.audits.helpers import propose, sign
from tests.audits.saying import edition, found, probes, production, ran
from tests.audits.views.decided import ask_for
from tests.browser.looking import MOMENT_MS, row, texts

__all__ = ["edition", "probes", "production"]  # fixtures


def test_what_others_do_shows_and_takes_nothing_from_who_is_writing(
    look, alice, ed, audit, answer, production
):
    second, last = audit.answers.get(position=2), audit.answers.get(position=6)
    writer = look(ed, second.get_absolute_url())
    other = look(alice, audit.get_absolute_url())
    texts(writer, second).fill("Half a thou")
    writer.keyboard.press("ArrowLeft")
    row(writer, last).locator(".row-select").check()
    texts(writer, second).focus()
    top = texts(writer, second).bounding_box()["y"]

    row(other, answer).locator(".tick-button").click()

    expect(row(writer, answer)).to_have_attribute("data-state", "done", timeout=MOMENT_MS)
    expect(writer.locator("#audit-progress")).to_contain_text("1 of 6 done")
    mark = row(writer, answer).locator(".row-mark")
    expect(mark).to_have_text("Alice Berg set it from open to done")
    expect(writer.locator("#live-announcer")).to_contain_text("Alice Berg set “")
    expect(row(other, answer)).to_have_attribute("data-state", "done")
    expect(row(other, answer).locator(".row-mark")).to_have_count(0)
    expect(other.locator("#live-announcer")).to_be_empty()

    row(other, second).locator(".row-title").click()
    texts(other, second).fill("Seen on the dashboard.")
    other.locator(f"#comment-send-{second.pk}").click()
    expect(row(other, second).locator(".comment")).to_have_count(1)
    other.locator(f"#evidence-link-{second.pk} summary").click()
    other.locator(f"#evidence-link-{second.pk} [name=url]").fill("https://grafana.example/d/1")
    other.locator(f"#evidence-link-send-{second.pk}").click()
    expect(row(writer, second).locator(".comment")).to_contain_text("Seen on the dashboard.")
    expect(row(writer, second).locator(".evidence-item")).to_contain_text("grafana.example/d/1")
    expect(texts(writer, second)).to_be_focused()
    assert writer.evaluate("document.activeElement.selectionStart") == len("Half a tho")
    assert abs(texts(writer, second).bounding_box()["y"] - top) < 2
    row(writer, second).locator(".tick-button").click()
    expect(row(other, second)).to_have_attribute("data-state", "done")
    expect(row(writer, second)).to_have_attribute("data-state", "done")
    texts(writer, second).focus()
    ran(production, found("fail", "Users wait 12 s.", fast="fail"))
    expect(row(writer, answer).locator(".row-verdict")).to_contain_text("Conflict")
    expect(writer.locator("#chip-conflicts")).to_have_text("2")

    expect(texts(writer, second)).to_have_value("Half a thou")
    expect(row(writer, last).locator(".row-select")).to_be_checked()
    writer.keyboard.press("End")
    writer.keyboard.type("ght")
    writer.locator(f"#comment-send-{second.pk}").click()
    expect(row(other, second).locator(".comment")).to_have_count(2)
    expect(texts(writer, second)).to_have_value("")
    assert [each.text for each in Comment.objects.order_by("pk")] == [
        "Seen on the dashboard.",
        "Half a thought",
    ]


def test_two_who_answer_the_same_item_at_once_are_told(look, alice, ed, answer, expected_errors):
    expected_errors.append("status of 409")
    mine, theirs = (look(user, answer.get_absolute_url()) for user in (ed, alice))
    row(mine, answer).get_by_text("Not applicable").click()
    mine.locator(f"#reason-{answer.pk}").fill("It runs at night.")

    row(theirs, answer).locator(".tick-button").click()

    note = mine.locator(f"#answer-{answer.pk} .live-note")
    expect(note).to_contain_text(
        "Alice Berg changed this answer while you were typing: set it from open to done."
    )
    expect(mine.locator(f"#reason-{answer.pk}")).to_have_value("It runs at night.")
    expect(row(mine, answer)).to_have_attribute("data-state", "done")
    mine.locator(f"#state-save-{answer.pk}").click()
    expect(row(mine, answer).locator(".versions")).to_contain_text("Alice Berg changed this")
    mine.locator(f"#state-save-{answer.pk}").click()
    expect(row(mine, answer)).to_have_attribute("data-state", "not_applicable")
    expect(note).to_have_count(0)
    expect(row(theirs, answer)).to_have_attribute("data-state", "not_applicable")
    expect(theirs.locator(f"#reason-{answer.pk}")).to_have_value("It runs at night.")


@pytest.mark.parametrize("width", [1280, 360])
def test_who_else_is_here_stands_in_the_header(
    look, alice, ed, vic, audit, answer, assert_accessible, width
):
    page = look(ed, answer.get_absolute_url())
    page.set_viewport_size({"width": width, "height": 800})
    here = page.locator("#presence")
    expect(here).to_be_hidden()
    _, third = (look(user, audit.get_absolute_url()) for user in (alice, vic))
    expect(here.locator("summary")).to_contain_text("2 other people are here", timeout=MOMENT_MS)
    third.close()
    answer.record("done", by=alice)
    expect(row(page, answer).locator(".row-mark")).to_be_visible()
    expect(here.locator("summary")).to_contain_text("1 other person is here", timeout=MOMENT_MS)
    here.locator("summary").click()
    expect(here.locator("li")).to_have_text("AB Alice Berg")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)


def test_tick_at_the_moment_of_another_does_not_undo_it(look, alice, ed, audit, answer):
    page = look(ed, audit.get_absolute_url())
    row(page, answer).evaluate(
        """row => new MutationObserver(() => row.querySelector(".tick-button").click())
               .observe(row, {attributeFilter: ["data-state"]})"""
    )
    answer.record("done", by=alice)
    expect(page.locator("#messages")).to_contain_text("changed this item at the same moment")
    expect(row(page, answer)).to_have_attribute("data-state", "done")
    assert Answer.objects.get(pk=answer.pk).state == "done"


def test_proposal_shows_wherever_somebody_looks(look, alice, ed, noor, settled_audit, answer):
    ask_for(settled_audit.project.team, "Security", "Engineering", by=alice)
    writer = look(ed, answer.get_absolute_url())
    texts(writer, answer).fill("Half a thou")
    writer.evaluate("scrollTo(0, 200)")
    top = texts(writer, answer).bounding_box()["y"]
    form = look(alice, f"{settled_audit.get_absolute_url()}sign-offs/new/")

    proposed = propose(settled_audit, by=noor)

    # First, since it leaves by itself.
    expect(writer.locator("#messages")).to_contain_text("Noor Haddad proposed a go for sign-off")
    expect(form.locator("#live-status")).to_contain_text("Somebody was quicker.")
    expect(writer.locator("#audit-state")).to_contain_text("Proposed")
    expect(writer.locator("#proposal")).to_contain_text("0 of 2 signatures")
    expect(texts(writer, answer)).to_be_focused()
    expect(texts(writer, answer)).to_have_value("Half a thou")
    assert abs(texts(writer, answer).bounding_box()["y"] - top) < 2
    form.get_by_role("link", name="Look at it").click()
    expect(form).to_have_url(re.compile(proposed.get_absolute_url()))
    sign(proposed, by=noor, role="Security")
    expect(form.locator(".seats")).to_contain_text("Noor Haddad, Security")
    expect(writer.locator("#proposal")).to_contain_text("1 of 2 signatures")
    writer.locator(f"#row-{answer.pk} .tick-button").click()
    expect(writer.get_by_role("dialog", name="Change what is proposed?")).to_be_visible()


def test_other_pages_of_the_audit_follow(look, alice, ed, audit, answer):
    history = look(ed, f"{audit.get_absolute_url()}history/")
    propose = look(alice, f"{audit.get_absolute_url()}sign-offs/new/")
    propose.get_by_label("Statement").fill("Half a sta")
    expect(propose.locator(".obstacles").first).to_contain_text(answer.item.title)

    answer.record("done", by=ed)

    expect(history.locator("main .timeline li").first).to_contain_text("from open to done")
    expect(propose.locator(".obstacles").first).not_to_contain_text(answer.item.title)
    expect(propose.get_by_label("Statement")).to_have_value("Half a sta")
    assert Answer.objects.get(pk=answer.pk).state == "done"
