import json
import os
import subprocess
import sys

import pytest

from audits.reports.signing import sign
from audits.reports.verify_command import main
from tests.audits.reports import seals
from tests.audits.reports.signing import sign_off
from tests.serve.served import PROJECT


@pytest.fixture
def files(sealed, unsigned, identity, tmp_path):
    """A folder with what an auditor was given, and more."""
    (tmp_path / "report.pdf").write_bytes(sealed)
    (tmp_path / "altered.pdf").write_bytes(sealed.replace(b"(Go)", b"(No)"))
    (tmp_path / "draft.pdf").write_bytes(unsigned)
    (tmp_path / "certificate.pem").write_bytes(identity.pem)
    (tmp_path / "note.txt").write_text("hello")
    return tmp_path


@pytest.fixture
def run(files, capsys):
    def run(*arguments):
        status = main([str(files / each) if "." in each else each for each in arguments])
        return status, capsys.readouterr()

    return run


def test_valid_is_0(run):
    status, told = run("report.pdf", "--trust", "certificate.pem")
    assert status == 0
    assert "✗" not in told.out
    assert told.out.splitlines()[-1] == "Valid: these are the very bytes that were sealed."


def test_it_says_who_signed_in_which_role_and_when(run):
    _, told = run("report.pdf", "--trust", "certificate.pem")
    line = "Security: Noor Haddad <noor@harbour.example>, 2026-11-21T09:12:07Z, by password"
    assert line in told.out


def test_altered_is_1(run):
    status, told = run("altered.pdf", "--trust", "certificate.pem")
    assert status == 1
    assert "✗ The signature was made over other bytes." in told.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("report.pdf",),
        ("draft.pdf", "--trust", "certificate.pem"),
        ("note.txt", "--trust", "certificate.pem"),
        ("nowhere.pdf", "--trust", "certificate.pem"),
        ("report.pdf", "--trust", "nowhere.pem"),
        ("report.pdf", "--trust", "note.txt"),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_not_verifiable_is_2_with_words(run, arguments):
    status, told = run(*arguments)
    assert status == 2
    assert told.out or told.err


def test_a_file_that_cannot_be_read_is_named(run, files):
    _, told = run("nowhere.pdf")
    assert f"{files}/nowhere.pdf cannot be read: No such file or directory." in told.err


def test_json_tells_the_same(run):
    status, told = run("report.pdf", "--trust", "certificate.pem", "--json")
    found = json.loads(told.out)
    assert (status, found["status"]) == (0, "valid")
    assert found["sealed"]["sign_offs"][0]["role"] == "Security"
    assert {check["name"] for check in found["checks"]} >= {"signature", "trust", "history"}


def test_json_tells_what_cannot_be_read(run):
    status, told = run("nowhere.pdf", "--json")
    assert (status, json.loads(told.out)["status"]) == (2, "unverifiable")


def test_help_tells_the_exit_statuses(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert "altered" in told
    assert "--trust" in told


def test_it_needs_neither_django_nor_settings_nor_a_database(files):
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from audits.reports.verify_command import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    environment = {key: value for key, value in os.environ.items() if "DJANGO" not in key}
    done = subprocess.run(
        [sys.executable, "-c", program, "report.pdf", "--trust", "certificate.pem"],
        cwd=files, env=environment | {"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_it_runs_as_a_module(files):
    done = subprocess.run(
        [sys.executable, "-m", "audits.reports.verify", str(files / "altered.pdf")],
        cwd=PROJECT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "Altered: " in done.stdout


def test_a_refusal_is_told_as_one(files, identity, now, run):
    snapshot = seals.proposed()
    seal = seals.seal_of(snapshot, sign_off(), sign_off("Mei Tanaka", "Product", "no_go"))
    refused = sign(seals.unsigned(snapshot, seal), identity, reason="No go", at=now)
    (files / "refused.pdf").write_bytes(refused)
    status, told = run("refused.pdf", "--trust", "certificate.pem")
    assert status == 0
    assert "revision 1: No go" in told.out
    assert "Product: Mei Tanaka <mei@harbour.example>" in told.out
    assert told.out.count(", refused") == 1


def test_without_a_time_stamp_it_says_whose_clock_it_is(run):
    _, told = run("report.pdf", "--trust", "certificate.pem")
    assert "No time-stamp: the times are those of the server" in told.out
