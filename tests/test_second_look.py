"""What scripts/run-tests makes of tests that fail once, or always."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
ONCE = """
import os
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
CRASH = """
def test_crashes_once():
    mark = pathlib.Path(__file__).with_name("crashed")
    if not mark.exists():
        mark.touch()
        os._exit(1)
"""
NEIGHBOUR = """
left = []

def test_neighbour():
    left.append(1)

def test_fails_beside_its_neighbour():
    assert not left
"""


@pytest.fixture
def run(tmp_path):
    """`run(text, name, **environment)`: the exit status of these tests, and what was said."""

    def _run(text: str, name: str = "test_it.py", **environment: str):
        (tmp_path / name).write_text(text)
        if SKIPPED in text or CRASH in text:
            (tmp_path / "conftest.py").write_text("from tests.conftest import *  # noqa: F403")
        command = [PROJECT / "scripts/run-tests", sys.executable, "-m", "pytest", "-q"]
        # As if nobody ran these tests.
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTEST_", "DJANGO_", "SECOND_LOOK"))
        }
        done = subprocess.run(
            [*command, "-c", "/dev/null", "--rootdir", tmp_path, "-n", str(int(CRASH in text))],
            cwd=tmp_path,
            env=inherited | {"PYTHONPATH": str(PROJECT)} | environment,
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


@pytest.mark.parametrize("text", ["def test_it():\n    assert 0\n", NEIGHBOUR])
def test_what_fails_twice_fails(run, text):
    status, said = run(text, SECOND_LOOK="1")

    assert status == 1
    assert said.count("FAILED ") == 2


@pytest.mark.parametrize(
    ("text", "name", "environment", "expected"),
    [
        (ONCE.format(4), "test_it.py", {"SECOND_LOOK": "1"}, 1),
        (ONCE.format(1), "test_races.py", {"SECOND_LOOK": "1"}, 1),
        (ONCE.format(1) + "# Barrier(2)", "test_it.py", {"SECOND_LOOK": "1"}, 1),
        (ONCE.format(1) + SKIPPED, "test_it.py", {"SECOND_LOOK": "1"}, 6),
        (ONCE.format(1) + CRASH, "test_it.py", {"SECOND_LOOK": "1"}, 6),
        ("import nothing_of_the_kind", "test_it.py", {"SECOND_LOOK": "1"}, 2),
        ("", "test_it.py", {"SECOND_LOOK": "1"}, 5),
        (ONCE.format(1), "test_it.py", {}, 1),
    ],
    ids=[
        *("four", "of races", "a race", "beside a skipped one", "beside a crash"),
        *("not collected", "none at all", "at somebody's desk"),
    ],
)
def test_failure_has_no_second_look(run, text, name, environment, expected):
    status, said = run(text, name, **environment)

    assert status == expected
    assert "second look" not in said


def test_no_test_of_this_kind_is_no_failure(run):
    assert run("")[0] == 0
