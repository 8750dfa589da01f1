"""What you may not see is a 404, what you see but may not do is a 403."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from audits import access
from audits.models import Audit, Evidence, Report
from tests.audits.worlds import share

VIEWS = {
    "team": lambda user, x: access.team_for_view(user, x.team.pk),
    "project": lambda user, x: access.project_for_view(user, x.project.pk),
    "audit": lambda user, x: access.audit_for_view(user, x.audit.pk),
    "answer": lambda user, x: access.answer_for_view(user, x.audit.pk, x.answer.pk),
    "evidence": lambda user, x: access.evidence_for_view(user, x.evidence.pk),
    "report": lambda user, x: access.report_for_view(user, x.report.pk),
}
EDITS = {
    "team": lambda user, x: access.team_for_edit(user, x.team.pk),
    "project": lambda user, x: access.project_for_edit(user, x.project.pk),
    "environment": lambda user, x: access.environment_for_edit(
        user, x.project.pk, x.environment.pk
    ),
    "audit": lambda user, x: access.audit_for_edit(user, x.audit.pk),
    "answer": lambda user, x: access.answer_for_edit(user, x.audit.pk, x.answer.pk),
    "evidence": lambda user, x: access.evidence_for_edit(user, x.evidence.pk),
}
MANAGEMENT = {
    "team": lambda user, x: access.team_for_management(user, x.team.pk),
    "member": lambda user, x: access.membership_for_management(user, x.team.pk, x.member.pk),
}
APPROVAL = {"audit": lambda user, x: access.audit_for_approval(user, x.audit.pk)}


share(globals(), "sealed_audit", "ed", "noor", "vic", "mallory")


class Things:
    """One of everything that team Harbour owns."""

    def __init__(self, audit):
        self.audit = audit
        self.project = audit.project
        self.team = audit.project.team
        self.environment = self.project.environments.create(kind="production", name="eu-west")
        self.answer = audit.answers.get(position=1)
        self.evidence = Evidence.objects.first()
        self.report = Report.objects.get()
        self.member = self.team.memberships.first()


@pytest.fixture
def sealed_things(sealed_audit) -> Things:
    return Things(sealed_audit)


@pytest.fixture
def things(sealed_audit, noor) -> Things:
    """In an audit that is open again, so that nothing but a role stands against an edit."""
    return Things(sealed_audit.reopen("Another look.", by=noor))


def verbs(*tables):
    cases = {f"{name}-{n}": verb for n, table in enumerate(tables) for name, verb in table.items()}
    return pytest.mark.parametrize("fetch", cases.values(), ids=cases.keys())


@verbs(VIEWS, EDITS, MANAGEMENT, APPROVAL)
def test_another_teams_things_do_not_exist_for_a_stranger(things, mallory, fetch):
    with pytest.raises(Http404):
        fetch(mallory, things)


@verbs(VIEWS)
def test_viewer_sees_everything_of_the_team(things, vic, fetch):
    assert fetch(vic, things)


@verbs(EDITS, MANAGEMENT, APPROVAL)
def test_viewer_is_told_whom_to_ask(things, vic, fetch):
    with pytest.raises(PermissionDenied, match=r"Your role .*: ask an (owner|approver)"):
        fetch(vic, things)


@verbs(EDITS)
def test_editor_may_edit(things, ed, fetch):
    assert fetch(ed, things)


@verbs(VIEWS)
def test_what_is_sealed_can_be_seen(sealed_things, vic, fetch):
    assert fetch(vic, sealed_things)


@verbs(MANAGEMENT, APPROVAL)
def test_editor_may_neither_manage_nor_approve(things, ed, fetch):
    with pytest.raises(PermissionDenied):
        fetch(ed, things)


@verbs(VIEWS, EDITS, APPROVAL)
def test_approver_may_edit_and_approve(things, noor, fetch):
    assert fetch(noor, things)


@verbs(VIEWS, EDITS, MANAGEMENT, APPROVAL)
def test_owner_may_do_everything(things, alice, fetch):
    assert fetch(alice, things)


@verbs(VIEWS, EDITS, APPROVAL)
def test_member_who_left_sees_nothing_any_more(things, harbour, noor, fetch):
    harbour.memberships.get(user=noor).end(by=noor)

    with pytest.raises(Http404):
        fetch(noor, things)


@pytest.mark.parametrize("listed", [access.teams, access.teams_for_edit, access.projects])
def test_lists_hold_nothing_of_another_team(things, mallory, listed):
    assert things.team.name not in [str(row) for row in listed(mallory)]
    assert things.project.name not in [str(row) for row in listed(mallory)]


def test_viewer_may_not_choose_a_project_to_start_an_audit_in(things, vic):
    assert not access.projects_for_edit(vic).exists()


def test_membership_of_a_stranger_is_a_404(things, mallory):
    with pytest.raises(Http404):
        access.membership(mallory, things.team)


def test_owner_cannot_reach_a_member_through_another_team(things, mallory):
    reef = access.teams(mallory).get()

    with pytest.raises(Http404):
        access.membership_for_management(mallory, reef.pk, things.member.pk)


def test_answer_is_found_only_under_its_own_audit(things, alice, project, edition):
    other = Audit.objects.start(project, "Other", [edition], by=alice)

    with pytest.raises(Http404):
        access.answer_for_view(alice, other.pk, things.answer.pk)


def test_person_in_two_teams_finds_each_thing_once(things, mallory, harbour):
    harbour.admit(mallory, "editor")

    assert access.audit_for_edit(mallory, things.audit.pk) == things.audit
    assert access.projects(mallory).count() == 1
