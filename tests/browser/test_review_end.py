"""From the roll call to the seal, in browsers of their own."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from audits.models import Audit, GoCondition, Review
from audits.models.quorum import Role
from tests.audits.helpers import require
from tests.audits.reviewing import running
from tests.audits.views.decided import PASSWORD, give_password


@pytest.fixture
def review(settled_audit, harbour, alice, noor) -> Review:
    """Under way, nothing in the way, and both roles are asked."""
    require(harbour, Role("Product"), Role("Security"), by=alice, four_eyes=True)
    for person in (alice, noor):
        give_password(person)
    return running(settled_audit, alice, roles=["Product", "Security"])


@pytest.fixture
def enter(new_page, sign_in, review):
    """`enter(noor)`: Noor's browser where it is decided."""

    def _enter(user, **where):
        page = new_page(**where)
        sign_in(page, user)
        page.goto(reverse("review-decide", args=[review.pk]))
        return page

    return _enter


def speak(page, role: str, decision: str = "Go"):
    word = page.get_by_role("form", name="Your word")
    word.get_by_label(role).check()
    word.get_by_text(decision, exact=True).click()
    word.get_by_role("button", name="Say it").click()
    expect(page.get_by_text(f"Your word as {role} is in.")).to_be_visible()


def sign(page, role: str = ""):
    """In the role; without one, in the only one that is left."""
    form = page.get_by_role("form", name="Your signature")
    if role:
        form.get_by_label(role).check()
    form.get_by_label("Type “sign revision 1” to confirm").fill("sign revision 1")
    form.get_by_label("Your password").fill(PASSWORD)
    form.get_by_role("button", name="Sign revision 1").click()


def test_two_speak_one_ends_it_and_both_sign_until_it_is_sealed(enter, alice, noor, review):
    first, second = enter(alice), enter(noor)

    speak(first, "Product")
    # The other sees it without a reload.
    expect(second.locator("#room-roll")).to_contain_text("Alice Berg")
    expect(second.locator("#room-outcome")).to_contain_text("Security has not spoken yet.")
    speak(second, "Security")
    expect(first.locator("#room-outcome")).to_contain_text("possible now")

    first.get_by_role("link", name="End the review…").click()
    first.locator("#id_outcome").get_by_text("Go", exact=True).click()
    first.get_by_label("Statement").fill("We launch on Monday.")
    first.get_by_role("button", name="End the review").click()
    expect(first.get_by_role("heading", name="The review has ended")).to_be_visible()

    expect(second.get_by_role("heading", name="How the review ended")).to_be_visible()
    expect(second.get_by_role("heading", name="The review has ended")).to_be_visible()
    sign(second, "Security")
    expect(first.locator("#room-outcome")).to_contain_text("1 of 2 signatures")
    sign(first)

    for page in (first, second):
        expect(page.locator("#room-outcome")).to_contain_text("Sealed")
        expect(page.get_by_role("form", name="Your signature")).to_have_count(0)
    assert Audit.objects.get().state == "signed"
    first.get_by_role("link", name="Minutes", exact=True).click()
    expect(first.get_by_text("We launch on Monday.")).to_be_visible()


def test_conditional_go_asks_for_its_conditions_and_is_signed(enter, alice, noor):
    first, second = enter(alice), enter(noor)
    speak(first, "Product")
    speak(second, "Security", "Conditional go")

    first.get_by_role("link", name="End the review…").click()
    first.locator("#id_outcome").get_by_text("Conditional go", exact=True).click()
    first.get_by_role("button", name="Add a condition").click()
    row = first.get_by_role("group", name="Condition 1")
    row.get_by_label("What is to be done").fill("Test the limits under load.")
    row.get_by_label("Who sees to it").select_option(label=str(alice))
    row.get_by_label("Until").fill(str(timezone.localdate() + dt.timedelta(days=3)))
    first.get_by_role("button", name="End the review").click()
    expect(first.get_by_role("heading", name="The review has ended")).to_be_visible()

    sign(second, "Security")
    expect(first.locator("#room-outcome")).to_contain_text("1 of 2 signatures")
    sign(first)

    expect(second.locator("#room-outcome")).to_contain_text("Sealed")
    assert GoCondition.objects.get().owner == alice
    first.get_by_role("link", name="Minutes", exact=True).click()
    expect(first.get_by_text("Test the limits under load.")).to_be_visible()


def test_no_go_is_proposed_to_be_refused_and_sealed_with_its_reason(enter, alice, noor, harbour):
    require(harbour, Role("Security"), by=alice)
    first, second = enter(alice), enter(noor)

    first.get_by_role("link", name="End the review…").click()
    first.get_by_text("No-go", exact=True).click()
    first.get_by_label("Statement").fill("The limits are not known.")
    first.get_by_role("button", name="End the review").click()
    expect(first.get_by_role("heading", name="The review has ended")).to_be_visible()
    first.get_by_role("button", name="Propose it to be refused").click()

    second.get_by_role("link", name="Refuse revision 1…").click()
    second.get_by_label("Reason").fill("Security agrees: the limits are not known.")
    second.get_by_label("Type “refuse revision 1” to confirm").fill("refuse revision 1")
    second.get_by_label("Your password").fill(PASSWORD)
    second.get_by_role("button", name="Refuse revision 1").click()

    expect(first.locator("#room-outcome")).to_contain_text("Sealed")
    assert Audit.objects.get().state == "refused"


def test_what_somebody_types_stays_when_another_speaks(enter, alice, noor):
    first, second = enter(alice), enter(noor)
    reason = second.get_by_role("form", name="Your word").get_by_label("Statement")
    reason.fill("I have read ")

    speak(first, "Product")

    expect(second.locator("#room-roll")).to_contain_text("Alice Berg")
    expect(reason).to_have_value("I have read ")
    expect(reason).to_be_focused()


def test_the_pages_of_the_end_can_be_used_by_everybody(enter, alice, assert_accessible, review):
    page = enter(alice)
    assert_accessible(page)
    page.goto(reverse("review-end", args=[review.pk]))
    assert_accessible(page)
    page.get_by_text("No decision: adjourned").click()
    page.get_by_role("button", name="End the review").click()
    expect(page.get_by_role("heading", name="The review has ended")).to_be_visible()
    assert_accessible(page)
    page.goto(reverse("review-minutes", args=[review.pk]))
    assert_accessible(page)
