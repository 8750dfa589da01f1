import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Event, TeamEvent
from audits.models.activity import PAGE, Place, latest, people, sentence


def pages(team, **asked) -> list[list[str]]:
    """Every page, each event as its source and key."""
    found, after = [], None
    while True:
        page, after = latest(team, before=after, **asked)
        found.append([f"{type(event).__name__} {event.pk}" for event in page])
        if after is None:
            return found


def test_what_happened_in_the_team_and_in_its_audits_stands_together(audit, answer, ed):
    answer.record("done", by=ed)

    page, after = latest(audit.project.team)

    assert [sentence(event) for event in page[:3]] == [
        "set “Item 1” from open to done",
        "joined the team as editor",
        "started the audit over launch 1.0.0: 6 items",
    ]
    assert after is None


def test_nothing_of_another_team_is_told(audit, mallory):
    page, _ = latest(mallory.teams.get())

    assert [str(event) for event in page] == ["Mallory Reed founded the team “Reef”"]


def test_pages_hold_every_event_once_even_those_of_one_moment(audit, alice):
    team, at = audit.project.team, timezone.now()
    for _ in range(PAGE + 10):
        team.log("project.made", by=alice, name="x")
    audit.log_many("audit.renamed", [(None, {"before": "a", "after": "b"})] * 70, by=alice)
    TeamEvent.objects.filter(verb="project.made").update(at=Event.objects.last().at)

    found = pages(team)

    everything = [key for page in found for key in page]
    assert [len(page) for page in found] == [PAGE, PAGE, len(everything) - 2 * PAGE]
    assert len(set(everything)) == len(everything) == team.events.count() + audit.events.count()
    assert at <= Event.objects.last().at


def test_one_person_can_be_asked_for(audit, answer, ed):
    answer.record("done", by=ed)

    page, _ = latest(audit.project.team, by=ed)

    assert [event.verb for event in page] == ["answer.recorded", "member.joined"]


def test_people_are_those_of_the_team_and_who_left(harbour, alice, ed, mallory):
    harbour.memberships.get(user=ed).end(by=alice)

    assert set(people(harbour)) == {alice, ed}


def test_place_is_read_as_it_was_written(harbour):
    place = Place(dt.datetime(2026, 11, 21, 4, 34, 0, 123456, tzinfo=dt.UTC), True, 7)

    assert Place.read(str(place)) == place


@pytest.mark.parametrize("text", ["", "x", "1-2-3", "1-1-", "9" * 40, f"{'9' * 17}-1-1", "١-1-1"])
def test_made_up_place_is_none(text):
    assert Place.read(text) is None
