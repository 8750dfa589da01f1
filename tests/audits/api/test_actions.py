"""A team's action items, read by a machine."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Action, Audit, Team
from tests.audits.test_actions import promise
from tests.audits.views.counting import queries_of

PATH = "/api/v1/actions"


@pytest.fixture
def actions(audit, answer, ed) -> dict[str, Action]:
    """One that is open and about an item, one late, one done."""
    late = promise(audit, ed, "Late")
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Action.objects.filter(pk=late.pk).update(due=yesterday)
    done = promise(audit, ed, "Done").close("It is up.", by=ed)
    return {"open": promise(audit, ed, "Open", answer=answer), "late": late, "done": done}


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (None, ["Late", "Open"]),
        ("open", ["Late", "Open"]),
        ("late", ["Late"]),
        ("closed", ["Done"]),
        ("all", ["Late", "Done", "Open"]),
    ],
)
def test_state_chooses(machine, actions, state, found):
    answer = machine.get(PATH, **({"state": state} if state else {})).json()

    assert [each["title"] for each in answer["actions"]] == found
    assert (answer["count"], answer["page"], answer["pages"]) == (len(found), 1, 1)


def test_item_says_all_that_a_board_may_want(machine, actions, audit, settings):
    (found,) = [each for each in machine.get(PATH).json()["actions"] if each["title"] == "Open"]

    assert found["owner"] == "Ed Fox"
    assert (found["audit"], found["item"], found["late"]) == (str(audit.pk), "item-1", False)
    assert found["link"] == settings.PUBLIC_URL + actions["open"].get_absolute_url()


def test_closed_item_says_what_came_of_it(machine, actions):
    (found,) = machine.get(PATH, state="closed").json()["actions"]

    assert (found["state"], found["closing"], found["closed_by"]) == (
        *("done", "It is up."),
        "Ed Fox",
    )


def test_one_project_is_asked_for(machine, actions, harbour, edition, ed):
    other = harbour.projects.create(name="Agent")
    promise(Audit.objects.start(other, "Pilot", [edition], by=ed), ed, "There")

    answer = machine.get(PATH, project=str(other.pk)).json()

    assert [each["title"] for each in answer["actions"]] == ["There"]


def test_other_teams_promise_nothing_here(machine, mallory, edition):
    project = Team.objects.get(name="Reef").projects.create(name="Theirs")
    promise(Audit.objects.start(project, "Their audit", [edition], by=mallory), mallory)

    assert machine.get(PATH, state="all").json()["count"] == 0


@pytest.mark.parametrize("query", [{"state": "x"}, {"page": "0"}, {"project": "x"}])
def test_query_that_makes_no_sense_is_refused(machine, query):
    assert machine.get(PATH, **query).status_code == 422


def test_a_hundred_cost_as_many_queries_as_one(machine, audit, answer, ed):
    promise(audit, ed, answer=answer)
    few = queries_of(machine.client, PATH)
    for number in range(101):
        promise(audit, ed, f"Number {number}", answer=answer)

    assert queries_of(machine.client, PATH) == few
    assert machine.get(PATH, page=2).json()["pages"] == 2
