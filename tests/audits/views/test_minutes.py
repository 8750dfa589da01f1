"""The page of the minutes, and their file."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.access_reviews import GUEST
from audits.models import Action, Audit, Participant, Review, Word, review_ends
from audits.models.snapshots import state_seen
from tests.audits.reviewing import running
from tests.audits.views.markup import Page

pytestmark = pytest.mark.django_db

BAD = "<script>alert(1)</script> # x\n\n## y"


@pytest.fixture
def review(settled_audit, ed, noor) -> Review:
    review = running(settled_audit, ed)
    Word.objects.say(review, by=noor, role="Approver", decision="go", statement="*Fine*.")
    review.points.filter(position=1).update(note=BAD, title="A [title](x)", decision="defer")
    seen = state_seen(Audit.objects.get())
    return review_ends.end(review, outcome="go", by=ed, seen=seen, statement="We launch.")


def page_of(review: Review) -> str:
    return reverse("review-minutes", args=[review.pk])


def text_of(review: Review) -> str:
    return reverse("review-minutes-text", args=[review.pk])


def test_members_read_the_minutes(review, browser, vic):
    page = Page(browser(vic).get(page_of(review)))

    for told in ("We launch.", "Fine", "A [title](x)", "Defer", review.minutes_digest):
        assert told in page.text


def test_days_are_told_as_everywhere(settled_audit, browser, ed):
    held = running(settled_audit, ed)
    Action.objects.add(settled_audit, "Call them", ed, dt.date(2099, 3, 9), by=ed, review=held)
    seen = state_seen(Audit.objects.get())
    review = review_ends.end(held, outcome="none", by=ed, seen=seen)

    assert "Call them Ed Fox 9 Mar 2099" in Page(browser(ed).get(page_of(review))).text


def test_what_was_written_does_nothing_on_the_page(review, browser, vic):
    response = browser(vic).get(page_of(review))

    assert "<script>alert" not in response.text


def test_the_page_shows_what_was_frozen_and_not_the_rows_of_today(review, browser, vic, noor):
    noor.name = "Somebody Else"
    noor.save()
    review.points.update(note="Another note", title="Another title")

    text = Page(browser(vic).get(page_of(review))).text

    assert "Noor Haddad" in text
    assert "Another" not in text


def test_the_file_is_markdown(review, browser, vic):
    response = browser(vic).get(text_of(review))

    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert 'filename="minutes-launch-review-1.md"' in response["Content-Disposition"]
    lines = response.text.splitlines()
    assert "### 1. A \\[title\\](x)" in lines
    assert "> ## y" in lines
    assert "## y" not in lines


@pytest.mark.parametrize("address", [page_of, text_of])
def test_strangers_find_no_minutes(review, browser, mallory, address):
    assert browser(mallory).get(address(review)).status_code == 404


@pytest.mark.parametrize("address", [page_of, text_of])
def test_review_that_has_not_ended_has_none(audit, browser, ed, address):
    assert browser(ed).get(address(running(audit, ed))).status_code == 404


def guests(client, review: Review, guest: Participant) -> None:
    session = client.session
    session[GUEST] = {str(review.pk): [str(guest.pk), guest.link_number]}
    session.save()


def test_guest_reads_them_while_the_link_holds(review, client, ed):
    guest = review.participants.create(
        name="Gus Guest",
        email="gus@example.net",
        link_number=1,
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    guests(client, review, guest)

    response = client.get(page_of(review))

    assert response.status_code == 200
    assert not Page(response).all("a", href=review.audit.get_absolute_url())
    Participant.objects.update(withdrawn_at=review.ended_at)
    assert client.get(page_of(review)).status_code == 410


def test_queries_do_not_grow_with_the_agenda(review, browser, vic, django_assert_max_num_queries):
    client = browser(vic)

    with django_assert_max_num_queries(12):
        client.get(page_of(review))
