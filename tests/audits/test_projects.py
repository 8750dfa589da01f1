import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Project
from audits.models.errors import Outdated


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (12, "in 12 days"),
        (2, "in 2 days"),
        (1, "tomorrow"),
        (0, "today"),
        (-1, "yesterday"),
        (-20, "20 days ago"),
    ],
)
def test_launch_is_as_far_away_as_words_say(days, words):
    project = Project(launch_date=timezone.localdate() + dt.timedelta(days=days))

    assert project.launch_in_words == words
    assert project.has_launched == (days < 0)


def test_project_without_a_launch_date_is_still_to_come():
    assert not Project().has_launched
    assert Project().launch_in_words == ""


def written(**changes) -> dict:
    return {"name": "Agent", "description": "Reads.", "launch_date": None} | changes


@pytest.fixture
def agent(harbour, alice) -> Project:
    return Project(team=harbour, **written()).make(by=alice)


def test_change_is_told_to_the_team(agent, ed):
    day = dt.date(2030, 2, 1)

    agent.change(by=ed, **written(name="Agent two", description="Writes.", launch_date=day))

    told = agent.last_event()
    assert (told.actor, told.sentence) == (
        ed,
        "changed the project “Agent”: name from Agent to Agent two, description, "
        "launch date from none to 2030-02-01",
    )


def test_change_of_a_page_that_is_out_of_date_is_refused(agent, ed, noor):
    agent.change(by=ed, **written(name="Of ed"), seen_version=1)

    with pytest.raises(Outdated, match="Ed Fox changed the project"):
        agent.change(by=noor, **written(name="Of noor"), seen_version=1)

    assert Project.objects.get().name == "Of ed"


def test_change_to_what_is_saved_already_is_none(agent, ed, noor):
    agent.change(by=ed, **written(name="Of ed"), seen_version=1)

    agent.change(by=noor, **written(name="Of ed"), seen_version=1)

    assert Project.objects.get().version == 2
    assert agent.last_event().actor == ed
