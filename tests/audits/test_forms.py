import pytest

from audits import access
from audits.forms.answers import CommentForm, PlanForm, StateForm
from audits.forms.audits import AuditForm
from audits.forms.projects import EnvironmentForm, ProjectForm
from audits.forms.teams import InviteForm
from audits.models import Environment, Project
from checklist.models import Edition
from tests.audits.helpers import build_edition


def test_text_as_long_as_the_browser_let_it_be_is_taken():
    text = "\r\n".join(["x" * 9_999, "y" * 10_000])

    form = CommentForm({"text": text})

    assert form.is_valid(), form.errors
    assert len(form.cleaned_data["text"]) == 20_000


def test_text_longer_than_that_is_an_error_of_the_field():
    assert "text" in CommentForm({"text": "x" * 20_001}).errors


@pytest.mark.parametrize("name", ["name", "description"])
def test_nul_in_a_project_is_an_error_of_the_field(name):
    form = ProjectForm({"name": "Assistant", "description": ""} | {name: "a\0b"})

    assert "Null characters are not allowed." in form.errors[name]


def test_environment_of_the_same_name_is_an_error_and_not_a_crash(project):
    Environment.objects.create(project=project, kind="production", name="eu-west")

    form = EnvironmentForm(
        {"kind": "staging", "name": "eu-west"}, instance=Environment(project=project)
    )

    assert not form.add()
    assert form.errors["name"] == ["This project has an environment of that name already."]


def test_another_project_may_have_an_environment_of_the_same_name(project, harbour):
    Environment.objects.create(project=project, kind="production", name="eu-west")
    other = Project.objects.create(team=harbour, name="Other")

    form = EnvironmentForm(
        {"kind": "production", "name": "eu-west"}, instance=Environment(project=other)
    )

    assert form.add()


def test_approver_is_chosen_among_those_who_may_approve(harbour, alice, ed, noor, vic):
    offered = StateForm(team=harbour).fields["approver"].queryset

    assert set(offered) == {alice, noor}


def test_owner_of_an_item_is_any_member(harbour, alice, ed, noor, vic, mallory):
    offered = PlanForm(team=harbour).fields["owner"].queryset

    assert set(offered) == {alice, ed, noor, vic}


def test_approver_of_another_team_is_not_a_choice(harbour, mallory):
    form = StateForm({"state": "risk_accepted", "approver": mallory.pk}, team=harbour)

    assert "approver" in form.errors


def test_audit_is_started_over_the_latest_edition(project, alice):
    build_edition(version="1.0.0")
    latest = build_edition(version="1.1.0")

    offered = (
        AuditForm(projects=Project.objects.all(), editions=access.editions(alice))
        .fields["editions"]
        .queryset
    )

    assert list(offered) == [latest]


def test_audit_is_started_only_in_a_project_that_was_offered(project, edition):
    form = AuditForm(
        {"project": project.pk, "title": "x", "editions": [edition.pk]},
        projects=Project.objects.none(),
        editions=Edition.objects.all(),
    )

    assert "project" in form.errors


def test_audit_without_a_checklist_is_told_so(project, edition):
    form = AuditForm(
        {"project": project.pk, "title": "x"},
        projects=Project.objects.all(),
        editions=Edition.objects.all(),
    )

    assert form.errors["editions"] == ["Choose at least one checklist."]


@pytest.mark.parametrize(
    "emails", ["", " \n", "nobody", "a@b", "a\0@example.org", "x@y.example\n@"]
)
def test_invitation_needs_addresses(emails):
    assert "emails" in InviteForm({"emails": emails, "role": "editor"}).errors


@pytest.mark.parametrize(
    "emails",
    [
        "A@x.example\r\nb@x.example",
        "a@x.example, b@x.example",
        "Ann <a@x.example>; b@x.example;\n",
    ],
)
def test_addresses_are_taken_as_people_paste_them(emails):
    form = InviteForm({"emails": f"{emails}\na@X.example", "role": "editor"})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["emails"] == ["a@x.example", "b@x.example"]


def test_wrong_address_is_named_with_its_line():
    form = InviteForm({"emails": "a@x.example\n\nbob", "role": "editor"})

    assert form.errors["emails"] == ["Line 3: “bob” is no e-mail address."]


def test_more_addresses_than_somebody_looked_through_are_refused():
    form = InviteForm(
        {"emails": "\n".join(f"m{n}@x.example" for n in range(51)), "role": "viewer"}
    )

    assert form.errors["emails"] == ["These are 51 addresses; 50 at once is the most."]


def test_owner_who_left_the_team_stays_a_choice_and_says_so(harbour, ed):
    harbour.memberships.get(user=ed).end(by=ed)

    choices = [label for _, label in PlanForm(team=harbour, owner=ed).fields["owner"].choices]

    assert "Ed Fox, no longer in the team" in choices
