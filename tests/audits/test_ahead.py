"""What a project has ahead of it, and how that sorts and filters the portfolio."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits.models import Action, Audit, Review
from audits.models.ahead import of_person, of_projects
from audits.models.go_conditions import Asked
from tests.audits.helpers import propose, sign
from tests.audits.portfolios import finish, names
from tests.audits.reviewing import planned, running
from tests.audits.test_actions import promise


def late(audit: Audit, owner) -> Action:
    action = promise(audit, owner)
    Action.objects.filter(pk=action.pk).update(due=timezone.localdate() - dt.timedelta(days=1))
    return action


def in_hours(hours: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=hours)


def go_on_a_condition(audit: Audit, ed, noor) -> None:
    """Signed on one condition, which is late tomorrow."""
    asked = [Asked("Test it under load.", ed, timezone.localdate())]
    sign(propose(audit, by=ed, decision="conditional_go", conditions=asked), by=noor)


def tomorrow():
    return time_machine.travel(timezone.now() + dt.timedelta(days=1))


def test_next_review_is_the_nearest_of_all_audits_of_the_project(project, audit, edition, ed):
    other = Audit.objects.start(project, "Second", [edition], by=ed)
    planned(audit, ed, starts_at=in_hours(5))
    nearest = planned(other, ed, starts_at=in_hours(2))

    assert of_projects([project.pk])[project.pk].review == nearest


def test_review_under_way_comes_before_what_is_planned(project, audit, edition, ed):
    other = Audit.objects.start(project, "Second", [edition], by=ed)
    planned(audit, ed, starts_at=in_hours(1))
    under_way = running(other, ed, starts_at=in_hours(9))

    assert of_projects([project.pk])[project.pk].review == under_way


def test_action_items_and_late_conditions_are_counted_by_project(
    project, settled_audit, launch, ed, noor
):
    go_on_a_condition(settled_audit, ed, noor)
    other = launch("Agent", 3)
    late(other.audits.get(), ed)
    promise(other.audits.get(), noor)
    promise(other.audits.get(), noor).close("Done.", by=noor)

    with tomorrow():
        found = of_projects([project.pk, other.pk])

    first, second = found[project.pk], found[other.pk]
    assert (first.actions_open, first.conditions_late) == (0, 1)
    assert (second.actions_open, second.actions_late, second.conditions_late) == (2, 1, 0)


@pytest.mark.parametrize("number", [1, 7])
def test_projects_cost_three_queries(launch, ed, number, django_assert_num_queries):
    projects = [launch(f"Agent {each}", each) for each in range(number)]
    for project in projects:
        late(project.audits.get(), ed)
        planned(project.audits.get(), ed)

    with django_assert_num_queries(3):
        of_projects([project.pk for project in projects])


def test_late_promise_burns_like_a_blocker(launch, alice, ed):
    finish(launch("Calm", 1), alice)
    late(finish(launch("Late", 90), alice), ed)

    assert names(alice) == ["Late", "Calm"]


def test_late_condition_burns_too_and_is_found(settled_audit, launch, alice, ed, noor):
    finish(launch("Calm", 1), alice)
    go_on_a_condition(settled_audit, ed, noor)

    with tomorrow():
        assert names(alice) == ["Support assistant", "Calm"]
        assert names(alice, "late") == ["Support assistant"]


def test_filters_find_late_action_items_and_planned_reviews(launch, alice, ed):
    late(launch("Late", 1).audits.get(), ed)
    promise(launch("In time", 1).audits.get(), ed)
    planned(launch("Planned", 1).audits.get(), ed)
    over = planned(launch("Cancelled", 1).audits.get(), ed)
    Review.objects.filter(pk=over.pk).update(state="cancelled")

    assert names(alice, "late") == ["Late"]
    assert names(alice, "review") == ["Planned"]


def test_home_says_what_is_yours_to_do(audit, launch, ed, noor, browser):
    late(audit, ed)
    promise(audit, ed)
    promise(audit, noor)
    planned(audit, ed)

    page = browser(ed).get("/").content.decode()

    (mine,) = of_person(ed)
    assert (mine["open"], mine["late"]) == (2, 1)
    assert "2 action items</a>" in page
    assert "3 action items</a>" in page
    assert f"/actions/?show=late&amp;project={audit.project_id}" in page
    assert "Ed Fox</span>" in page
