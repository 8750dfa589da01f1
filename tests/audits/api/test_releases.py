"""Registering a release by a machine."""

import pytest

from audits.models import Audit, Project, Release
from audits.models.activity import latest, sentence
from tests.audits.helpers import propose, sign
from tests.audits.racing import at_once


def test_new_release_is_registered_under_the_name_of_the_token(machine, releases, project):
    answer = machine.post(releases, {"name": " v1.4.0 "})

    assert answer.status_code == 201
    assert answer.json() == {
        "project": str(project.pk),
        "name": "v1.4.0",
        "at": answer.json()["at"],
        "by": "Pipeline",
        "ended": [],
    }
    assert project.releases.get().name == "v1.4.0"


def test_latest_release_is_not_registered_twice(machine, releases, project):
    machine.post(releases, {"name": "v1.4.0"})

    answer = machine.post(releases, {"name": "v1.4.0"})

    assert answer.status_code == 200
    assert project.releases.count() == 1


def test_earlier_release_may_come_again(machine, releases, project):
    for name in ("v1", "v2"):
        machine.post(releases, {"name": name})

    assert machine.post(releases, {"name": "v1"}).status_code == 201
    assert project.releases.first().name == "v1"


def test_release_ends_what_was_signed_for_another_and_says_so(
    machine, releases, bound, settled_audit, noor
):
    sign(propose(settled_audit, by=noor, release="v1"), by=noor)

    answer = machine.post(releases, {"name": "v2"})

    assert answer.json()["ended"] == [
        {
            "audit": str(settled_audit.pk),
            "title": "First launch",
            "revision": 1,
            "release": "v1",
        }
    ]
    assert Audit.objects.get(pk=settled_audit.pk).state == "void"


def test_release_that_was_signed_for_ends_nothing(machine, releases, bound, settled_audit, noor):
    sign(propose(settled_audit, by=noor, release="v1"), by=noor)

    answer = machine.post(releases, {"name": "v1"})

    assert answer.json()["ended"] == []
    assert Audit.objects.get(pk=settled_audit.pk).state == "signed"


def test_team_reads_of_it_in_the_activity(machine, releases, harbour):
    machine.post(releases, {"name": "v1"})

    event = latest(harbour)[0][0]
    assert f"{event.actor_name} {sentence(event)}" == (
        "Pipeline registered the release v1 of “Support assistant”"
    )


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "a\u202eb", "x" * 101, "\ud800"])
def test_name_that_makes_no_sense_is_refused_with_the_place(machine, releases, name):
    answer = machine.post(releases, {"name": name})

    assert answer.status_code == 422
    assert "name" in answer.json()["faults"][0]["where"]
    assert not Release.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b'"v1"', b"[1]"])
def test_body_that_is_no_release_is_refused(machine, releases, body):
    answer = machine.post(releases, body)

    assert answer.status_code in (400, 422)
    assert answer.json()["error"]
    assert not Release.objects.exists()


def test_body_that_is_no_json_is_called_so(machine, releases):
    answer = machine.post(releases, b"name=v1")

    assert answer.status_code == 400
    assert "not JSON" in answer.json()["error"]


def test_body_that_is_too_large_is_refused(machine, releases):
    answer = machine.post(releases, b'{"name": "' + b"x" * (6 * 1024 * 1024) + b'"}')

    assert answer.status_code == 400
    assert answer.json()["error"] == "The request is malformed or too large."


@pytest.mark.django_db(transaction=True)
def test_two_identical_releases_at_once_are_one(harbour, alice):
    project = Project.objects.create(team=harbour, name="Support assistant")

    def register() -> bool:
        return Release.objects.register(project, "v1", by=alice).is_new

    outcomes = at_once(*[register] * 8)

    assert sorted(outcomes) == [False] * 7 + [True]
    assert project.releases.count() == 1


def test_registering_costs_the_same_beside_many_releases(
    machine, releases, django_assert_max_num_queries
):
    for number in range(5):
        machine.post(releases, {"name": f"v{number}"})

    with django_assert_max_num_queries(14):
        machine.post(releases, {"name": "v9"})
