"""A review as a calendar file, read back with a library that did not write it in our stead."""

import datetime as dt

import pytest
from icalendar import Calendar

from audits.models import Participant, Review, calendars
from tests.audits import reviewing

AT = dt.datetime(2030, 3, 31, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
LINK = "https://countersign.example/reviews/1/"


@pytest.fixture
def review(audit, ed):
    return reviewing.planned(audit, ed, planned_minutes=45, place="Room 7, 2nd floor")


@pytest.fixture
def gus(review, ed):
    return Participant.objects.invite_guest(
        review, name="Gus Guest", email="gus@partner.example", by=ed
    )


def event_of(file: bytes):
    calendar = Calendar.from_ical(file)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def mailed(participant, method=calendars.REQUEST):
    return calendars.for_mail(participant, method=method, link=LINK)


def test_an_invitation_says_when_in_utc_where_and_who(review, gus):
    Review.objects.filter(pk=review.pk).update(starts_at=AT)
    review.refresh_from_db()
    gus.review = review

    calendar, event = event_of(mailed(gus))

    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert event["UID"] == str(review.pk)
    assert event["SEQUENCE"] == 0
    assert event["DTSTART"].dt == AT.astimezone(dt.UTC)
    assert event["DTSTART"].to_ical() == b"20300331T213000Z"
    assert event["DTEND"].dt - event["DTSTART"].dt == dt.timedelta(minutes=45)
    assert event["LOCATION"] == "Room 7, 2nd floor"
    assert event["ORGANIZER"] == "mailto:ed@harbour.example"
    assert event["ORGANIZER"].params["CN"] == "Ed Fox"
    assert event["ATTENDEE"] == "mailto:gus@partner.example"
    assert event["STATUS"] == "CONFIRMED"
    assert LINK in event["DESCRIPTION"]
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == dt.timedelta(minutes=-10)


def test_an_invitation_names_nobody_else_who_is_invited(review, gus, ed, vic):
    Participant.objects.invite_members(review, [vic], by=ed)

    assert b"vic@harbour.example" not in mailed(gus)


def test_a_change_keeps_the_uid_and_counts_on(review, gus, ed):
    before = event_of(mailed(gus))[1]
    terms = review.terms.__class__(**{**vars(review.terms), "place": "Room 8"})
    gus.review = review.change(terms, by=ed)

    after = event_of(mailed(gus))[1]

    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_a_cancellation_says_so_and_rings_no_more(review, gus, ed):
    gus.review = review.cancel("No need.", by=ed)

    calendar, event = event_of(mailed(gus, calendars.CANCEL))

    assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert event["SEQUENCE"] == 1
    assert not event.walk("VALARM")


def test_the_file_to_download_is_published_to_nobody_by_name(review, gus):
    calendar, event = event_of(calendars.to_download(review, link=LINK))

    assert calendar["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in event


NASTY = (
    "Größe; 7,5 → “all”, \\n \\ and: more",
    "日本語の" * 30,
    "x" * 150,
    'Quote " and ; comma, colon:',
    "Ünder 🚀 launch",
)


@pytest.mark.parametrize("title", NASTY, ids=range(len(NASTY)))
def test_whatever_a_title_holds_is_read_back_as_it_was(review, gus, title):
    Review.objects.filter(pk=review.pk).update(title=title, place=title)
    gus.review = Review.objects.get(pk=review.pk)

    file = mailed(gus)

    assert event_of(file)[1]["SUMMARY"] == title
    assert event_of(file)[1]["LOCATION"] == title
    assert max(map(len, file.split(b"\r\n"))) <= 75
    assert b"\n" not in file.replace(b"\r\n", b"")


INJECTION = "Launch\r\nATTENDEE:mailto:evil@evil.example\r\nBEGIN:VALARM"


def test_no_text_becomes_a_line_of_its_own(review, gus):
    """The forms refuse line ends; the file would not be fooled by them either."""
    changes = {"title": INJECTION, "place": INJECTION, "facilitator_name": INJECTION}
    Review.objects.filter(pk=review.pk).update(**changes)
    Participant.objects.filter(pk=gus.pk).update(name=INJECTION)
    gus = Participant.objects.get(pk=gus.pk)

    file = mailed(gus)

    names = [line.split(b":")[0].split(b";")[0] for line in unfolded(file)]
    assert names.count(b"ATTENDEE") == 1
    assert names.count(b"BEGIN") == 3
    assert event_of(file)[1]["ATTENDEE"] == "mailto:gus@partner.example"


@pytest.mark.parametrize(
    "name", ['Gus "the Guest"', "Gus; X=Y", "Gus: mailto", "Güs, Guest", "^n"]
)
def test_a_name_stays_within_its_parameter(review, gus, name):
    gus.name = name

    attendee = event_of(mailed(gus))[1]["ATTENDEE"]

    assert attendee == "mailto:gus@partner.example"
    assert attendee.params["CN"] == name.replace('"', "'")
    assert attendee.params["PARTSTAT"] == "NEEDS-ACTION"


def unfolded(file: bytes) -> list[bytes]:
    return file.replace(b"\r\n ", b"").split(b"\r\n")
