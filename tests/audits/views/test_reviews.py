"""Planning a review and its page, as people do it."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Action, AgendaPoint, Answer, Review
from tests.audits.helpers import settle
from tests.audits.reviewing import planned
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture
def review(audit, ed) -> Review:
    """With the agenda that is proposed: items 1 and 4, open blockers."""
    return Review.objects.plan(
        audit, by=ed, title="Launch review", starts_at=timezone.now() + dt.timedelta(days=1)
    )


def body(ed, **changes) -> dict:
    asked = {
        "title": "Launch review",
        "starts_at": (timezone.now() + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        "planned_minutes": 45,
        "place": "https://meet.example/launch",
        "facilitator": ed.pk,
        "roles": ["Approver"],
    }
    return asked | changes


def order(review) -> list[str]:
    return list(review.points.values_list("title", flat=True))


def test_planning_leads_to_the_page_with_its_agenda(audit, browser, ed):
    client = browser(ed)

    response = client.post(f"/audits/{audit.pk}/reviews/new/", body(ed), follow=True)

    page = Page(response)
    assert response.redirect_chain[0][0] == audit.reviews.get().get_absolute_url()
    assert "1 Item 1" in page.text
    assert "4 Item 4" in page.text
    assert "UTC" in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "This field is required."),
        ({"starts_at": "2020-01-01T10:00"}, "This time is over"),
        ({"starts_at": "soon"}, "Write date and time as"),
        ({"starts_at": "2090-01-01T10:00"}, "more than a year ahead"),
        ({"planned_minutes": 1}, "greater than or equal to 5"),
        ({"place": "https://me:secret@meet.example/"}, "user name or password"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["Nobody"]}, "Select a valid choice"),
        ({"facilitator": "0"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_planned(audit, browser, ed, changes, said):
    response = browser(ed).post(f"/audits/{audit.pk}/reviews/new/", body(ed, **changes))

    assert response.status_code == 422
    assert said in Page(response).text
    assert not audit.reviews.exists()


def test_viewer_cannot_be_the_facilitator(audit, browser, ed, vic):
    response = browser(ed).post(f"/audits/{audit.pk}/reviews/new/", body(ed, facilitator=vic.pk))

    assert response.status_code == 422


def test_two_who_edit_at_once_are_shown_both_versions(review, browser, ed, alice):
    address = f"/reviews/{review.pk}/edit/"
    browser(alice).post(address, body(ed, title="Theirs", version=1))

    response = browser(ed).post(address, body(ed, title="Mine", version=1))

    page = Page(response)
    assert response.status_code == 409
    assert "Alice Berg changed the review while you wrote" in page.text
    assert Review.objects.get().title == "Theirs"
    assert page.value("version") == "2"


def test_edit_that_was_sent_twice_changes_nothing_the_second_time(review, browser, ed):
    address, sent = f"/reviews/{review.pk}/edit/", body(ed, version=1)
    browser(ed).post(address, sent)

    response = browser(ed).post(address, sent)

    assert response.status_code == 302
    assert review.audit.events.filter(verb="review.changed").count() == 1


def test_cancelled_review_says_why(review, browser, ed):
    address = f"/reviews/{review.pk}/cancel/"

    response = browser(ed).post(address, {"reason": "The release is late."}, follow=True)

    assert "The release is late." in Page(response).text
    assert Review.objects.get().state == "cancelled"
    assert browser(ed).post(f"/reviews/{review.pk}/start/").status_code == 409


def test_starting_leads_into_the_room(review, browser, ed):
    response = browser(ed).post(f"/reviews/{review.pk}/start/")

    assert response["Location"] == f"/reviews/{review.pk}/room/"
    assert Review.objects.get().lead == ed


def test_who_comes_second_to_start_goes_in_too(review, browser, ed, alice):
    browser(alice).post(f"/reviews/{review.pk}/start/")

    response = browser(ed).post(f"/reviews/{review.pk}/start/")

    assert response["Location"] == f"/reviews/{review.pk}/room/"
    assert Review.objects.get().lead == alice


def test_point_is_moved_by_a_button_and_the_page_comes_back_to_it(review, browser, ed):
    second = review.points.get(position=2)

    response = browser(ed).post(f"/reviews/{review.pk}/agenda/{second.pk}/move/", {"step": "up"})

    assert response["Location"].endswith(f"#point-{second.pk}")
    assert order(review) == ["4 Item 4", "1 Item 1"]


def test_what_is_taken_off_can_be_put_back(review, browser, ed):
    client, first = browser(ed), review.points.get(position=1)
    client.post(f"/reviews/{review.pk}/agenda/{first.pk}/take-off/")
    assert order(review) == ["4 Item 4"]

    client.post(f"/reviews/{review.pk}/agenda/back/", {"key": first.key})

    assert order(review) == ["1 Item 1", "4 Item 4"]


def test_own_topic_and_any_item_are_added(review, browser, ed):
    client = browser(ed)
    client.post(f"/reviews/{review.pk}/agenda/topics/", {"title": "Who is on call?"})

    client.post(f"/reviews/{review.pk}/agenda/items/", {"item": "3 Item 3"})

    assert order(review) == ["1 Item 1", "4 Item 4", "Who is on call?", "3 Item 3"]


def test_item_that_there_is_not_is_said_beside_the_field(review, browser, ed):
    response = browser(ed).post(f"/reviews/{review.pk}/agenda/items/", {"item": "99 Luft"})

    assert response.status_code == 422
    assert "No item of this audit has the number" in Page(response).text


def test_page_counts_what_is_new_since_it_was_planned(review, audit, browser, ed):
    Answer.objects.get(audit=audit, position=2).rate("blocker", "It is grave.", by=ed)

    page = Page(browser(ed).get(review.get_absolute_url()))

    assert "1 new since you planned:" in page.text


def test_page_without_a_word_to_say_offers_the_roll_call(audit, browser, ed):
    settle(audit, by=ed)
    review = planned(audit, ed)

    page = Page(browser(ed).get(review.get_absolute_url()))

    assert "Nothing needs talk: go straight to the roll call." in page.text
    assert "6 items done" in page.text


def test_roles_say_who_could_speak_and_who_of_them_is_not_invited(review, browser, ed, noor):
    page = Page(browser(ed).get(review.get_absolute_url()))

    assert "Noor Haddad" in page.text
    assert "none of them is invited yet" in page.text


def test_number_of_queries_does_not_grow_with_the_agenda(review, audit, browser, ed):
    client, address = browser(ed), review.get_absolute_url()
    before = queries_of(client, address)
    for answer in audit.answers.filter(position__in=(2, 3, 5, 6)):
        AgendaPoint.objects.add_answer(review, answer, by=ed)
        Action.objects.create(
            team=audit.project.team,
            audit=audit,
            answer=answer,
            title="See to it",
            owner=ed,
            due=timezone.localdate(),
            created_by=ed,
            created_at=timezone.now(),
        )

    assert queries_of(client, address) == before


def test_list_shows_what_is_ahead_before_what_is_over(audit, browser, ed):
    planned(audit, ed, title="First one").cancel("Not now.", by=ed)
    planned(audit, ed, title="Second one")

    text = Page(browser(ed).get(f"/audits/{audit.pk}/reviews/")).text

    assert text.index("Second one") < text.index("First one")


def test_viewer_sees_the_agenda_and_none_of_its_buttons(review, browser, vic):
    page = Page(browser(vic).get(review.get_absolute_url()))

    assert "1 Item 1" in page.text
    assert not [form for form in page.all("form") if "agenda" in (form.get("action") or "")]
    assert "Start the review" not in page.text
