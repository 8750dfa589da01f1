"""Whether a sign-off is in force for a release: what a deploy pipeline gates on."""

import datetime as dt

import pytest
import time_machine

from audits.models import Audit, Project, Team
from audits.models.go_conditions import Asked
from tests.audits.helpers import build_edition, propose, refuse, settle, sign
from tests.audits.views.counting import queries_of


@pytest.fixture
def signed(settled_audit, noor):
    """Signed by noor for v1."""
    return sign(propose(settled_audit, by=noor, release="v1"), by=noor)


def test_nobody_has_decided_yet(machine, gate, audit):
    answer = machine.get(gate, release="v1").json()

    assert answer["in_force"] is False
    assert answer["reason"] == "Nobody has decided on an audit yet."
    assert answer["audits"] == []


def test_sign_off_in_force_says_all_that_a_pipeline_may_want(machine, gate, bound, signed, noor):
    answer = machine.get(gate, release="v1").json()

    (decided,) = answer["audits"]
    assert answer["in_force"] is True
    assert answer["reason"] == "Signed and in force: “First launch”."
    assert decided["decision"] == "go"
    assert decided["revision"] == 1
    assert decided["digest"] == signed.digest
    assert decided["release"] == "v1"
    assert decided["release_bound"] is True
    assert decided["valid_until"] == str(dt.date.today() + dt.timedelta(days=90))
    assert [(who["name"], who["role"]) for who in decided["signed_by"]] == [
        ("Noor Haddad", "Approver")
    ]


def test_sign_off_for_another_release_is_not_in_force(machine, gate, bound, signed):
    answer = machine.get(gate, release="v2").json()

    assert answer["in_force"] is False
    assert answer["reason"] == ("“First launch”, revision 1, was signed for v1, not for v2.")


def test_sign_off_that_is_bound_to_no_release_is_in_force_for_any(machine, gate, signed):
    assert machine.get(gate, release="v2").json()["in_force"] is True


def test_sign_off_that_another_release_ended_is_not_in_force(
    machine, gate, releases, bound, signed
):
    machine.post(releases, {"name": "v2"})

    answer = machine.get(gate, release="v1").json()

    assert answer["in_force"] is False
    assert "has expired: Pipeline registered the release v2" in answer["reason"]


def test_sign_off_is_not_in_force_after_its_last_day_though_no_tick_came(
    machine, gate, bound, signed
):
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=92)):
        answer = machine.get(gate, release="v1").json()

    assert answer["in_force"] is False
    assert "held until" in answer["reason"]


def test_refused_audit_is_a_no_go(machine, gate, settled_audit, noor):
    refuse(propose(settled_audit, by=noor), by=noor)

    answer = machine.get(gate, release="v1").json()

    assert answer["in_force"] is False
    assert answer["reason"] == "“First launch”, revision 1, was refused."
    assert answer["audits"][0]["decision"] == "no_go"


def test_signed_revision_stays_in_force_while_the_next_is_worked_on(
    machine, gate, signed, settled_audit, noor
):
    Audit.objects.get(pk=settled_audit.pk).reopen("A new model.", by=noor)

    assert machine.get(gate, release="v1").json()["in_force"] is True


def test_next_revision_that_is_refused_takes_the_former_out_of_force(
    machine, gate, signed, settled_audit, noor
):
    audit = Audit.objects.get(pk=settled_audit.pk).reopen("A new model.", by=noor)
    refuse(propose(audit or settled_audit, by=noor), by=noor)

    answer = machine.get(gate, release="v1").json()

    assert answer["in_force"] is False
    assert [each["revision"] for each in answer["audits"]] == [2]


def test_conditions_of_the_go_are_counted_and_those_that_are_late(
    machine, gate, settled_audit, noor, tomorrow
):
    days = [tomorrow, tomorrow + dt.timedelta(days=9)]
    asked = [Asked(f"Rotate the key due {day}.", noor, day) for day in days]
    sign(propose(settled_audit, by=noor, decision="conditional_go", conditions=asked), by=noor)

    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=3)):
        answer = machine.get(gate, release="v1").json()

    assert answer["audits"][0]["decision"] == "conditional_go"
    assert answer["audits"][0]["conditions"] == {"open": 2, "late": 1}
    assert answer["conditions_late"] == 1
    assert answer["in_force"] is True


def test_one_audit_may_be_asked_for(machine, gate, signed, launch, project, edition, alice):
    other = Audit.objects.start(project, "Second launch", [edition], by=alice)

    answer = machine.get(gate, release="v1", audit=str(other.pk)).json()

    assert answer["in_force"] is False
    assert machine.get(gate, release="v1").json()["in_force"] is True


def test_audit_of_another_project_is_not_found(machine, gate, launch):
    other = launch("Agent", 3).audits.get()

    assert machine.get(gate, release="v1", audit=str(other.pk)).status_code == 404


def test_answer_costs_the_same_with_many_audits(machine, gate, project, noor):
    def add(title: str) -> None:
        audit = Audit.objects.start(project, title, [build_edition(title)], by=noor)
        settle(audit, by=noor)
        sign(propose(audit, by=noor), by=noor)

    add("first")
    before = queries_of(machine.client, f"{gate}?release=v1")
    add("second")

    assert queries_of(machine.client, f"{gate}?release=v1") == before


def test_other_teams_projects_are_not_found(machine, mallory):
    reef = Team.objects.get(name="Reef")
    project = Project.objects.create(team=reef, name="Secret")

    answer = machine.get(f"/api/v1/projects/{project.pk}/sign-off", release="v1")

    assert answer.status_code == 404
    assert answer.json()["error"] == "There is no such thing, or it is not of the token's team."
