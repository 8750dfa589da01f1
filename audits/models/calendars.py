"""A review as a calendar file: RFC 5545, with the methods of RFC 5546."""

import datetime as dt

from django.utils import timezone
from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from audits.models.lifecycle import ReviewState
from audits.models.participants import Participant
from audits.models.reviews import Review

REMINDER = dt.timedelta(minutes=10)
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def for_mail(participant: Participant, *, method: str, link: str) -> bytes:
    """As an invitation, a change or a cancellation to one person. It names nobody else who is
    invited: guests need not know one another's addresses."""
    event = _event(participant.review, method, link)
    event.add("attendee", _attendee(participant))
    return _file(event, method)


def to_download(review: Review, *, link: str) -> bytes:
    """To be put into a calendar by hand."""
    method = CANCEL if review.state == ReviewState.CANCELLED else PUBLISH
    return _file(_event(review, method, link), method)


def _file(event: Event, method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Countersign//Reviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def _event(review: Review, method: str, link: str) -> Event:
    """One that replaces what a calendar has of the same review: its UID stays, and SEQUENCE
    grows with each change of what is shown."""
    event = Event()
    event.add("uid", str(review.pk))
    event.add("sequence", review.calendar_sequence)
    event.add("dtstamp", timezone.now().astimezone(dt.UTC))
    event.add("dtstart", review.starts_at.astimezone(dt.UTC))
    event.add("dtend", review.ends_at.astimezone(dt.UTC))
    event.add("summary", review.title)
    event.add("description", _description(review, link))
    event.add("url", link)
    event.add("location", review.place or link)
    event.add("organizer", _address(review.facilitator.email, review.facilitator_name))
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    if method != CANCEL:
        event.add_component(_alarm(review))
    return event


def _description(review: Review, link: str) -> str:
    about = f"Review of “{review.audit.title}”, {review.audit.project.name}."
    place = f"\nPlace: {review.place}" if review.place else ""
    return f"{about}\nAgenda and room: {link}{place}"


def _alarm(review: Review) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", review.title)
    alarm.add("trigger", -REMINDER)
    return alarm


def _attendee(participant: Participant) -> vCalAddress:
    address = _address(participant.email, participant.name)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText("NEEDS-ACTION")
    # Answers would go to the facilitator's mailbox, where they help: nobody reads them here.
    address.params["RSVP"] = vText("TRUE")
    return address


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    # A parameter has no way to hold a double quote or a control character (RFC 5545, 3.2).
    readable = "".join(each if each.isprintable() else " " for each in name)
    address.params["CN"] = vText(" ".join(readable.replace('"', "'").split()))
    return address
