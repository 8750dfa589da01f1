"""Loading the demo: all of it or nothing."""

import stat

import pytest
import yaml
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from audits.models import Event, Team, User
from tests.audits.worlds import folders
from tests.demo_files import credentials, stored

DEMO = django_settings.BASE_DIR / "fixtures" / "demo.yaml"


@pytest.fixture
def data_dir(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    for name, folder in folders(tmp_path).items():
        setattr(settings, name, folder)
    return tmp_path


@pytest.fixture
def empty_site(data_dir, capsys):
    call_command("load_checklists")
    capsys.readouterr()
    return data_dir


def test_credentials_that_lay_open_before_are_made_anew(empty_site):
    path = empty_site / "demo-credentials.json"
    path.write_text("{}")
    path.chmod(0o644)

    call_command("load_demo")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_start_makes_another_password(empty_site, capsys):
    call_command("load_demo")

    output = capsys.readouterr().out
    password = credentials(empty_site)["password"]
    assert password not in output
    assert password not in DEMO.read_text()
    assert len(password) >= 16


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
