"""What the demo holds, loaded once: these only look at it."""

import stat

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from audits.models import Answer, Audit, Event, Evidence, Membership, Round, Team, User
from audits.models.progress import Progress, by_section
from audits.models.snapshots import build
from audits.reports.summary import summarise
from tests.audits.views.markup import Page
from tests.audits.worlds import folders
from tests.audits.worlds import ground as ground
from tests.demo_files import credentials, stored


@pytest.fixture(scope="module")
def loaded(ground):
    """Where its files are; its rows are in a transaction around those of the tests."""

    def load() -> None:
        call_command("load_checklists")
        call_command("load_demo")

    with (
        override_settings(DATA_DIR=ground.folder, **folders(ground.folder)),
        ground.holding(load),
    ):
        yield ground.folder


@pytest.fixture
def demo(loaded, db):
    return loaded


def test_credentials_are_for_the_owner_of_the_files_eyes_alone(demo):
    mode = (demo / "demo-credentials.json").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_credentials_sign_in_without_a_mail(demo, mailoutbox):
    known = credentials(demo)
    client = Client()

    response = client.post(
        "/account/login/", {"login": known["email"], "password": known["password"]}
    )

    assert response["Location"] == "/"
    assert "Support assistant" in Page(client.get("/")).text
    assert mailoutbox == []


def test_password_opens_the_account_of_each_role(demo):
    known = credentials(demo)

    assert set(known["people"]) == set(Membership.Role.values)
    assert set(known["everybody"].values()) == set(User.objects.values_list("email", flat=True))
    for email in known["everybody"].values():
        assert User.objects.get(email=email).check_password(known["password"])


def test_people_in_every_role_share_one_team(demo):
    team = Team.objects.get()

    roles = team.memberships.values_list("role", flat=True)
    assert set(roles) == set(Membership.Role.values)


def test_audits_are_in_different_states(demo):
    assert set(Audit.objects.values_list("state", flat=True)) == {
        *("open", "proposed", "signed", "refused"),
    }
    assert set(Answer.objects.values_list("state", flat=True)) == set(Answer.State.values)
    # No probe has run yet, so none is evidence.
    kinds = set(Evidence.Kind.values) - {Evidence.Kind.RUN}
    assert set(Evidence.objects.values_list("kind", flat=True)) == kinds
    assert Answer.objects.overdue().exists()
    assert Audit.objects.filter(answers__in=Answer.objects.blocking()).exists()
    assert any(answer.awaits_approver for answer in Answer.objects.all())


def test_every_chain_of_it_holds(demo, capsys):
    capsys.readouterr()

    call_command("verify_events")

    assert "every chain holds" in capsys.readouterr().out


def test_sign_offs_are_in_different_states(demo):
    rounds = {row.state: row for row in Round.objects.all()}

    assert set(rounds) == {"proposed", "signed", "refused"}
    assert (len(rounds["proposed"].given), rounds["proposed"].rules_then.seats) == (1, 3)
    assert rounds["signed"].decision == "conditional_go"
    assert rounds["signed"].go_conditions.exists()
    assert rounds["refused"].was_refused


def test_report_counts_every_audit_as_its_page_does(demo):
    for audit in Audit.objects.all():
        shown = sum(by_section(audit).values(), Progress())

        summary = summarise(build(audit, by=audit.created_by, at=timezone.now()))

        printed = vars(summary.figures) | {"overdue": len(summary.overdue)}
        for machine in ("checked", "passed"):  # which the page tells item by item
            del printed[machine]
        names = {"items": "total", "open_blockers": "blockers"}
        assert {names.get(name, name): number for name, number in printed.items()} == vars(shown)


def test_second_load_changes_nothing(demo, capsys):
    before = (User.objects.count(), Event.objects.count(), credentials(demo), stored(demo))
    capsys.readouterr()

    call_command("load_demo")

    after = (User.objects.count(), Event.objects.count(), credentials(demo), stored(demo))
    assert after == before
    assert "There are accounts already: no demo." in capsys.readouterr().out
