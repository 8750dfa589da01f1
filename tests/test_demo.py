import json
import stat

import pytest
import yaml
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from audits.models import Answer, Audit, Event, Evidence, Membership, Round, Team, User
from audits.models.progress import Progress, by_section
from audits.models.snapshots import build
from audits.reports.summary import summarise
from tests.audits.views.markup import Page

DEMO = django_settings.BASE_DIR / "fixtures" / "demo.yaml"


@pytest.fixture
def data_dir(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.REPORTS_DIR = tmp_path / "reports"
    return tmp_path


@pytest.fixture
def empty_site(data_dir, capsys):
    call_command("load_checklists")
    capsys.readouterr()
    return data_dir


@pytest.fixture
def demo(empty_site, capsys):
    call_command("load_demo")
    return empty_site


def credentials(data_dir) -> dict:
    return json.loads((data_dir / "demo-credentials.json").read_text())


def stored(data_dir) -> list:
    return [path for path in (data_dir / "uploads").rglob("*") if path.is_file()]


def test_credentials_are_for_the_owner_of_the_files_eyes_alone(demo):
    mode = (demo / "demo-credentials.json").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_credentials_that_lay_open_before_are_made_anew(empty_site):
    path = empty_site / "demo-credentials.json"
    path.write_text("{}")
    path.chmod(0o644)

    call_command("load_demo")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


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


def test_every_start_makes_another_password(demo, capsys):
    output = capsys.readouterr().out

    password = credentials(demo)["password"]
    assert password not in output
    assert password not in DEMO.read_text()
    assert len(password) >= 16


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


def test_site_with_an_account_gets_no_demo(empty_site):
    User.objects.create_user("ada@harbour.example")

    call_command("load_demo")

    assert User.objects.count() == 1
    assert not (empty_site / "demo-credentials.json").exists()


def is_empty(data_dir) -> bool:
    return not (
        User.objects.exists()
        or Team.objects.exists()
        or Event.objects.exists()
        or stored(data_dir)
        or (data_dir / "demo-credentials.json").exists()
    )


def test_nothing_is_left_of_a_demo_whose_credentials_cannot_be_written(empty_site, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("audits.management.commands.load_demo.json.dump", full)

    with pytest.raises(CommandError, match=r"could not be made: .*No space left on device"):
        call_command("load_demo")

    assert is_empty(empty_site)


def changed_demo(tmp_path, change):
    content = yaml.safe_load(DEMO.read_text())
    change(content)
    path = tmp_path / "demo.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def name_a_strange_item(content):
    content["projects"][-1]["audits"][-1]["steps"].append(
        {"item": "no-such-item", "by": "mei", "state": "done"}
    )


def name_a_strange_checklist(content):
    content["projects"][-1]["audits"][-1]["editions"] = ["no-such-list"]


def sign_over_a_blocker(content):
    content["projects"][0]["audits"][0]["sign_off"] = {
        "by": "ada",
        "decision": "go",
        "statement": "",
        "release": "",
        "signed": [{"by": "noor", "role": "Security", "says": ""}],
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (name_a_strange_item, "no item of the audit has the id no-such-item"),
        (name_a_strange_checklist, "no checklist no-such-list is loaded; run load_checklists"),
        (sign_over_a_blocker, "so nobody can sign it"),
    ],
)
def test_nothing_is_left_of_a_demo_that_fails_half_way(empty_site, change, sentence):
    path = changed_demo(empty_site, change)

    with pytest.raises(CommandError, match=sentence):
        call_command("load_demo", path)

    assert is_empty(empty_site)


def test_demo_without_checklists_says_what_to_do_first(data_dir):
    with pytest.raises(CommandError, match="run load_checklists first"):
        call_command("load_demo")


@pytest.mark.parametrize("content", [None, "team: [", "\xff"])
def test_demo_from_a_file_that_cannot_be_read_is_one_line(data_dir, content):
    path = data_dir / "other.yaml"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))

    with pytest.raises(CommandError, match="The demo could not be made: "):
        call_command("load_demo", path)
