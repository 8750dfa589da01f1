"""Which projects the portfolio shows, in which order; the page itself is in views/."""

import pytest

from audits.models import Answer, Audit, Team
from audits.models.portfolio import ORDERS, Wanted, live, portfolio
from tests.audits.helpers import seal, settle
from tests.audits.portfolios import finish, names


def test_what_burns_is_first_and_of_that_the_nearest_launch(launch, alice):
    for name, days in [("Later", 30), ("Yesterday", -1), ("Undated", None), ("Sooner", 3)]:
        launch(name, days)

    assert names(alice) == ["Yesterday", "Sooner", "Later", "Undated"]


def test_what_does_not_burn_follows_and_what_is_launched_comes_last(launch, alice):
    for name, days in [("Over", -1), ("Soon", 1), ("Undated", None)]:
        finish(launch(name, days), alice)
    launch("Burning", 90)

    assert names(alice) == ["Burning", "Soon", "Undated", "Over"]


def test_conflict_burns_like_a_blocker(launch, alice):
    finish(launch("Calm", 1), alice)
    audit = finish(launch("Conflict", 90), alice)
    audit.answers.filter(position=1).update(verdict=Answer.Verdict.FAIL)
    audit.recount()
    audit.save()

    assert names(alice) == ["Conflict", "Calm"]


def test_blockers_of_a_second_open_audit_burn_too(launch, alice, edition):
    finish(launch("Calm", 1), alice)
    project = launch("Two audits", 90)
    newest = Audit.objects.start(project, "Second", [edition], by=alice)
    settle(newest, by=alice)

    assert names(alice) == ["Two audits", "Calm"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("launch", ["Soon", "late", "Undated", "Over"]),
        ("name", ["late", "Over", "Soon", "Undated"]),
        ("activity", ["Over", "Undated", "late", "Soon"]),
    ],
)
def test_other_orders(launch, alice, sort, order):
    for name, days in [("Soon", 1), ("late", 9), ("Undated", None), ("Over", -1)]:
        launch(name, days)

    assert names(alice, sort=sort) == order


def test_by_readiness_the_least_ready_is_first_and_what_has_no_audit_last(launch, alice):
    launch("No audit", 1, audits=0)
    finish(launch("Ready", 1), alice)
    half = launch("Half", 1).audits.get()
    half.answers.get(position=1).record("done", by=alice)
    launch("Not begun", 1)

    assert names(alice, sort="readiness") == ["Not begun", "Half", "Ready", "No audit"]


def test_work_on_an_audit_brings_its_project_to_the_front_of_the_latest(launch, alice):
    first = launch("First", 1)
    launch("Second", 1)
    first.audits.get().answers.get(position=1).record("done", by=alice)

    assert names(alice, sort="activity") == ["First", "Second"]


@pytest.mark.parametrize("sort", ORDERS)
def test_no_order_leaves_a_project_out_or_shows_it_twice(launch, alice, sort):
    for number, days in enumerate([1, -1, None]):
        launch(f"Project {number}", days, audits=number)

    assert sorted(names(alice, sort=sort)) == ["Project 0", "Project 1", "Project 2"]


def test_row_shows_the_open_audit_that_was_started_last(launch, alice):
    project = launch("Agent", 1, audits=2)

    (found,) = portfolio(alice, Wanted())

    assert found.current == project.audits.get(title="Agent 2").pk


def test_row_shows_an_open_audit_rather_than_a_newer_one_that_is_sealed(launch, alice, noor):
    project = launch("Agent", 1, audits=2)
    newer = project.audits.get(title="Agent 2")
    settle(newer, by=alice)
    seal(newer, by=noor)

    (found,) = portfolio(alice, Wanted())

    assert found.current == project.audits.get(title="Agent 1").pk


def test_sealed_audit_lives_until_another_is_started(sealed_audit, edition, alice):
    assert list(live()) == [sealed_audit]

    newer = Audit.objects.start(sealed_audit.project, "Second", [edition], by=alice)

    assert list(live()) == [newer]


@pytest.mark.parametrize("sort", ORDERS)
def test_other_teams_projects_are_never_shown(launch, mallory, alice, sort, edition):
    launch("Ours", 1)
    reef = Team.objects.get(name="Reef").projects.create(name="Theirs")
    Audit.objects.start(reef, "Their audit", [edition], by=mallory)

    assert names(alice, sort=sort) == ["Ours"]
    assert names(mallory, sort=sort) == ["Theirs"]
