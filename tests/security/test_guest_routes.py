"""Every route of the product with a guest's session: one review, and nothing else."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.live.viewers import Kind, Viewer
from audits.models import Evidence, Review
from audits.views import live, live_rights
from tests.audits.everything import everything
from tests.audits.reviewing import come_as_guest, running, seat
from tests.audits.views.markup import Page
from tests.audits.views.routes import OURS, PUBLIC, SCHEMAS

# What a guest may look at, of their review.
SEES = {"room", "review-decide", "review-calendar", "guest-review"}
# The same, of another one that was held.
MINUTES = {"review-minutes", "review-minutes-text"}
# What they may say there, and taking leave.
SAYS = {"note-edit", "note-merge", "poll-vote", "guest-leave"}
# Of the review, and of the team alone: a guest has a seat, and is told that it is not for them.
FORBIDDEN = (
    {name for name in OURS if OURS[name].path.startswith(("reviews/", "live/reviews/"))}
    - SEES
    - SAYS
    - MINUTES
)
METHODS = ("get", "post", "put", "patch", "delete")
NOT_THEIRS = sorted(set(OURS) - PUBLIC - SCHEMAS - SEES - SAYS - FORBIDDEN)


@pytest.fixture
def things(things):
    Review.objects.filter(pk=things.review.pk).update(
        state="running", lead=things.member.user, started_at=timezone.now()
    )
    return things


@pytest.fixture
def guest(things) -> Client:
    client = Client()
    come_as_guest(client, things.participant)
    return client


def answered(client: Client, method: str, path: str) -> tuple:
    response = getattr(client, method)(path)
    return response.status_code, response.headers.get("Location")


def test_a_guest_is_a_stranger_to_everything_else(things, guest):
    """All in one test, since each would need all of this to stand there."""
    before, paths = everything(), {name: things.address(name) for name in NOT_THEIRS}

    otherwise = {
        (name, method)
        for name, path in paths.items()
        for method in ("get", "post")
        if answered(guest, method, path) != answered(Client(), method, path)
    }

    assert otherwise == set()
    assert everything() == before


def test_a_guest_neither_plans_nor_decides_nor_signs_nor_leads(things, guest):
    before = everything()

    statuses = {
        (name, method): getattr(guest, method)(things.address(name)).status_code
        for name in FORBIDDEN - {"review-live"}
        for method in METHODS
    }

    assert {what: is_ for what, is_ in statuses.items() if is_ not in (302, 403, 405)} == {}
    assert everything() == before


@pytest.mark.parametrize("name", sorted(SEES))
def test_a_guest_sees_their_review(things, guest, name):
    assert guest.get(things.address(name)).status_code == 200


def test_a_guest_of_one_review_is_a_stranger_to_another_and_reads_the_minutes_of_theirs(things):
    client = Client()
    come_as_guest(client, seat(things.met, name="Olga Other"))

    for name in SEES | SAYS | FORBIDDEN:
        for method in ("get", "post"):
            path = things.address(name)
            assert answered(client, method, path) == answered(Client(), method, path), name
    for name in MINUTES:
        assert client.get(things.address(name)).status_code == 200


def test_calendar_file_of_a_guest_leads_to_what_they_may_see(things, guest):
    text = guest.get(things.address("review-calendar")).text.replace("\r\n ", "")

    assert things.address("guest-review") in text
    assert guest.get(things.review.get_absolute_url()).status_code == 302


def test_link_that_nobody_named_does_not_tell_a_guest_its_way(audit, ed):
    point = running(audit, ed).points.first()
    for title in ("", "Runbook"):
        Evidence.objects.attach_link(
            point.answer, "https://docs.example/d/s3cret", by=ed, title=title
        )
    client = Client()
    come_as_guest(client, seat(point.review))

    text = client.get(reverse("room", args=[point.review_id]), {"point": point.pk}).text

    assert "docs.example" in text
    assert "Runbook" in text
    assert "s3cret" not in text


@pytest.mark.parametrize("name", ["room", "review-decide", "guest-review"])
def test_a_guests_pages_lead_nowhere_else(things, guest, name):
    page = Page(guest.get(things.address(name)))

    links = {each["href"] for each in page.all("a") if each.get("href", "").startswith("/")}
    forms = {each["action"] for each in page.all("form") if each.get("action")}
    ours = f"/reviews/{things.review.pk}/"
    assert {path for path in links | forms if not path.startswith((ours, "/theme/"))} == set()


def test_a_guest_who_is_withdrawn_is_out_at_once(things, guest):
    things.participant.withdraw(by=things.member.user)
    before = everything()

    for name in SEES | SAYS | {"review-live"}:
        for method in ("get", "post"):
            assert getattr(guest, method)(things.address(name)).status_code in (405, 410), name

    assert everything() == before


def viewer_of(things, client: Client) -> Viewer:
    """The guest's stream of the room."""
    claim = live_rights.claim_of_guest(things.participant, client.session.session_key)
    review = things.review
    return Viewer(Kind.REVIEW, review.audit_id, claim, "guest", seen=None, review=review.pk)


def test_one_guest_does_not_take_everybodys_place(things, guest, monkeypatch):
    held = {number: viewer_of(things, guest) for number in range(live.GUEST_MOST)}
    monkeypatch.setattr(live.HUB, "viewers", held)

    assert guest.get(things.address("review-live")).status_code == 503

    held.pop(0)
    assert guest.get(things.address("review-live")).status_code == 200


def test_room_of_another_tab_ends_when_a_guest_leaves(things, guest):
    viewer = viewer_of(things, guest)
    assert live_rights.gone([viewer]) == {}

    guest.post(things.address("guest-leave"))

    assert live_rights.gone([viewer]) == {viewer: "session"}


def test_a_guest_is_refused_without_the_token_of_a_form(things):
    client = Client(enforce_csrf_checks=True)
    come_as_guest(client, things.participant)
    before = everything()

    for name in sorted(SAYS):
        assert client.post(things.address(name), {"choice": "0"}).status_code == 403

    assert everything() == before
