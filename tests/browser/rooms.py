"""Browsers in the room of one review."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audits.models import AgendaPoint, Review
from audits.models.leading import show
from tests.audits.reviewing import running
from tests.browser.looking import MOMENT_MS


@pytest.fixture
def review(audit, alice) -> Review:
    return running(audit, alice, answers=3)


@pytest.fixture
def points(review) -> list[AgendaPoint]:
    return list(review.points.select_related("answer"))


@pytest.fixture
def enter(new_page, sign_in, review):
    """`enter(ed)`: Ed's browser in the room, once its stream stands."""

    def _enter(user, **where):
        page = new_page(**where)
        page.set_default_timeout(MOMENT_MS)
        sign_in(page, user)
        with page.expect_response(lambda answer: "/live/reviews/" in answer.url):
            page.goto(reverse("room", args=[review.pk]))
        return page

    return _enter


def sees(page, text):
    expect(page.locator("#room-bar")).to_contain_text(text, timeout=MOMENT_MS)


@pytest.fixture
def away(enter, review, alice, ed, points):
    """Ed's browser, at the first point, alone; the others see the second."""
    show(review, points[1].pk, by=alice)
    page = enter(ed)
    page.locator(f"#room-go-{points[0].pk}").click()
    sees(page, "Alice Berg is at 2 of 3")
    return page
