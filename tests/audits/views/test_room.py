"""The room of a review: its page, its parts, and what is sent from it."""

import uuid
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audits.live.viewers import Claim, Kind, Viewer
from audits.models import AgendaPoint, Answer, Audit, Evidence, Presence, Review
from audits.models.decisions import Decision
from audits.models.leading import show
from audits.views import live_reviews, room_parts
from audits.views.live_parts import EDITOR, TOKEN, VARIANTS
from tests.audits.reviewing import add_point, come_as_guest, planned, running, seat
from tests.audits.views.markup import HTMX, Page


@pytest.fixture
def review(audit, ed) -> Review:
    return running(audit, ed)


@pytest.fixture
def point(review, ed) -> AgendaPoint:
    """The first, which ed shows."""
    first = review.points.select_related("answer").first()
    show(review, first.pk, by=ed)
    return first


@pytest.fixture
def guest(review) -> Client:
    client = Client()
    come_as_guest(client, seat(review))
    return client


def room(review: Review) -> str:
    return reverse("room", args=[review.pk])


def decide(client: Client, point: AgendaPoint, htmx=False, **sent):
    address = reverse("room-decide", args=[point.review_id, point.pk])
    return client.post(address, sent, headers=HTMX if htmx else {})


def test_room_shows_what_the_lead_shows(review, point, browser, vic):
    page = Page(browser(vic).get(room(review)))

    for text in (point.title, "It is open.", "Ed Fox leads", "1 of 2", "What to do."):
        assert text in page.text


def test_open_blocker_is_called_one_once(review, point, browser, vic):
    text = Page(browser(vic).get(room(review))).text

    assert "Open blocker" in text
    assert "Blocker" not in text


def test_whoever_breaks_away_sees_where_the_lead_is(review, point, browser, vic):
    second = review.points.last()

    page = Page(browser(vic).get(room(review), {"point": second.pk}))

    assert "Ed Fox is at 1 of 2" in page.text
    assert room(review) in page.links()


@pytest.mark.parametrize("asked", ["x", "99999", "9" * 30, "-1", "²"])
def test_point_that_is_not_on_the_agenda_leads_to_what_is_shown(
    review, point, browser, vic, asked
):
    page = Page(browser(vic).get(room(review), {"point": asked}))

    assert "You follow Ed Fox" in page.text


def test_guest_sees_the_room_without_an_account_and_no_way_to_decide(review, point, guest):
    response = guest.get(room(review))

    page = Page(response)
    assert response.status_code == 200
    assert point.title in page.text
    assert review.audit.get_absolute_url() not in page.links()
    assert "room-decide-" not in response.text


def test_guest_decides_nothing_and_leads_nothing(review, point, guest):
    before = Audit.objects.get(pk=review.audit_id).events_count

    for name, args in (("room-show", []), ("room-lead", []), ("room-decide", [point.pk])):
        response = guest.post(reverse(name, args=[review.pk, *args]), {"decision": "done"})
        assert response.status_code == 403
    assert Audit.objects.get(pk=review.audit_id).events_count == before


def test_lead_moves_everybody_without_scripts(review, browser, ed):
    second = review.points.last()

    response = browser(ed).post(reverse("room-show", args=[review.pk]), {"point": second.pk})

    assert response["Location"] == room(review)
    assert Review.objects.get(pk=review.pk).point == second


def test_lead_is_taken_and_the_page_has_the_controls_at_once(review, browser, alice):
    response = browser(alice).post(reverse("room-lead", args=[review.pk]), headers=HTMX)

    assert 'data-variant="lead"' in response.text
    assert TOKEN not in response.text


def test_decision_is_shown_with_who_took_it(review, point, browser, ed):
    response = decide(browser(ed), point, decision="done", version=point.answer.version)

    assert response["Location"] == room(review)
    assert Answer.objects.get(pk=point.answer_id).state == "done"
    assert "1 of 2 decided" in Page(browser(ed).get(room(review))).text


def test_whoever_decides_away_from_the_others_stays_there(review, point, browser, alice):
    second = review.points.last()

    response = decide(browser(alice), second, decision="done", at=second.pk)

    assert response["Location"] == f"{room(review)}?point={second.pk}"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"decision": "not_applicable"}, "Say why the item does not apply."),
        ({"decision": "fix", "due": "2099-01-01", "reason": "typed"}, "Name who fixes it."),
        ({"decision": "fix", "due": "soon", "reason": "typed"}, "Enter a valid date."),
        ({"decision": "done", "version": "x"}, "The page sent no proper version"),
        ({}, "This field is required."),
    ],
)
def test_refused_decision_keeps_what_was_typed_and_says_why(point, browser, ed, sent, says):
    response = decide(browser(ed), point, htmx=True, **sent)

    assert response.status_code == 422
    assert says in Page(response).text
    assert sent.get("reason", "") in response.text


def test_conflict_is_answered_with_both_versions(point, browser, ed, alice):
    seen = point.answer.version
    point.answer.record("not_applicable", by=alice, reason="It runs at night.")

    response = decide(
        browser(ed), point, htmx=True, decision="defer", reason="Monday.", seen="", version=seen
    )
    assert response.status_code == 200
    response = decide(browser(ed), point, htmx=True, decision="done", seen="", version=seen)

    page = Page(response)
    assert response.status_code == 409
    for text in ("Not applicable", "Defer", "Done", "while you wrote"):
        assert text in page.text
    assert Answer.objects.get(pk=point.answer_id).state == "not_applicable"


def test_conflict_of_two_fixes_shows_who_and_until_when(point, browser, ed, alice, noor, tomorrow):
    point.answer, point.key = None, "topic:1"
    point.save()
    Decision("fix", by=alice, owner=noor, due=tomorrow).on(point)

    sent = {"decision": "fix", "owner": ed.pk, "due": tomorrow.isoformat(), "seen": ""}
    page = Page(decide(browser(ed), point, htmx=True, **sent))

    assert page.response.status_code == 409
    for text in ("Owner", "Noor Haddad", "Ed Fox", tomorrow.isoformat()):
        assert text in page.text


def test_waiting_page_says_when_it_begins(audit, ed, browser, vic):
    review = planned(audit, ed, place="https://meet.example/launch")

    page = Page(browser(vic).get(room(review)))

    assert "Not begun" in page.text
    assert "https://meet.example/launch" in page.links()


@pytest.mark.parametrize("state", ["ended", "cancelled"])
def test_review_that_is_over_says_so(review, browser, vic, state):
    now = timezone.now()
    Review.objects.filter(pk=review.pk).update(state=state, ended_at=now, outcome="none")

    response = browser(vic).get(room(review))

    assert response.status_code == 200
    assert ("Minutes" if state == "ended" else "was cancelled") in Page(response).text


def test_text_that_looks_like_the_placeholder_gets_no_token(review, point, browser, ed):
    AgendaPoint.objects.filter(pk=point.pk).update(title=f'{TOKEN}"><form>')

    response = browser(ed).get(room(review))

    assert TOKEN not in response.text
    assert TOKEN in Page(response).text


def test_point_that_is_taken_off_meanwhile_is_drawn_as_it_was_read(review, point, ed):
    other = review.points.exclude(pk=point.pk).first()
    drawn = room_parts.Room(review, EDITOR, other.pk)
    other.take_off(by=ed)
    assert not AgendaPoint.objects.filter(title=other.title).exists()

    assert f'id="note-form-{other.pk}"' in drawn.parts()["room-stage"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_queries_do_not_grow_with_the_agenda_or_the_evidence(review, point, ed, variant):
    Evidence.objects.attach_note(point.answer, "Seen.", by=ed)
    here(review, ed)
    before = queries_of(review, variant)
    for position, answer in enumerate(review.audit.answers.order_by("position")[2:], start=3):
        add_point(review, answer, position)
        Evidence.objects.attach_note(point.answer, f"Seen {position}.", by=ed)
    here(review, review.audit.created_by)

    assert queries_of(review, variant) <= before
    assert before < 30


def queries_of(review: Review, variant: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        room_parts.parts(review, variant)
    return len(captured)


def here(review: Review, user) -> None:
    now = timezone.now()
    about = {"process": uuid.uuid4(), "audit": review.audit, "since": now, "beat_at": now}
    Presence.objects.create(user=user, participant=seat(review, user), **about)


def test_one_change_is_drawn_once_a_variant_for_fifty_people(review, point, ed, monkeypatch):
    drawn: Counter[str] = Counter()
    parts = room_parts.parts

    def counted(review, variant, *rest):
        drawn[variant] += 1
        return parts(review, variant, *rest)

    monkeypatch.setattr(room_parts, "parts", counted)
    variants = ["editor"] * 30 + ["viewer"] * 10 + ["guest"] * 10
    viewers = [viewer(review, variant) for variant in variants]
    viewers[0] = viewer(review, "editor", user=ed.pk)

    told = live_reviews.news(viewers)

    assert drawn == {"lead": 1, "editor": 1, "viewer": 1, "guest": 1}
    assert sum(len(entry.viewers) for entry in told) == 50


def viewer(review: Review, variant: str, user: int | None = None) -> Viewer:
    claim = Claim(session="", user=user)
    return Viewer(Kind.REVIEW, review.audit_id, claim, variant, seen=None, review=review.pk)
