"""What scripts/run-tests makes of tests that fail once, or always."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
ONCE = """
import pathlib
import pytest

@pytest.mark.parametrize("number", range({}))
def test_fails_once(number):
    mark = pathlib.Path(__file__).with_name(str(number))
    seen = mark.exists()
    mark.touch()
    assert seen
"""
SKIPPED = """
@pytest.mark.skip
def test_skipped():
    pass
"""


@pytest.fixture
def run(tmp_path):
    """`run(text, name, **environment)`: the exit status of these tests, and what was said."""

    def _run(text: str, name: str = "test_it.py", **environment: str):
        (tmp_path / name).write_text(text)
        if SKIPPED in text:
            (tmp_path / "conftest.py").write_text("from tests.conftest import *  # noqa: F403")
        command = ["scripts/run-tests", sys.executable, "-m", "pytest", "-q", "-c", "/dev/null"]
        # As if nobody ran these tests.
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTEST_", "DJANGO_", "SECOND_LOOK"))
        }
        done = subprocess.run(
            [*command, "--rootdir", tmp_path, "--confcutdir", tmp_path, tmp_path],
            cwd=PROJECT,
            env=inherited | environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    return _run


def test_what_passes_alone_passes_and_is_named(run):
    status, said = run(ONCE.format(3), SECOND_LOOK="1")

    assert status == 0
    assert "FAILED ONCE, PASSED ALONE:" in said
    assert said.rstrip().endswith("test_it.py::test_fails_once[2]")


def test_what_fails_twice_fails(run):
    status, said = run("def test_it():\n    assert 0\n", SECOND_LOOK="1")

    assert status == 1
    assert said.count("FAILED ") == 2


@pytest.mark.parametrize(
    ("text", "name", "environment"),
    [
        (ONCE.format(4), "test_it.py", {"SECOND_LOOK": "1"}),
        (ONCE.format(1), "test_races.py", {"SECOND_LOOK": "1"}),
        (ONCE.format(1) + SKIPPED, "test_it.py", {"SECOND_LOOK": "1"}),
        (ONCE.format(1), "test_it.py", {}),
    ],
    ids=["four", "of a race", "beside a skipped one", "at somebody's desk"],
)
def test_failure_has_no_second_look(run, text, name, environment):
    status, said = run(text, name, **environment)

    assert status != 0
    assert "second look" not in said


def test_no_test_of_this_kind_is_no_failure(run):
    assert run("")[0] == 0
