"""The SDK before 1.0, unmodified, in an environment of its own: scripts/old-sdk makes it."""

import json
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
PYTHON = PROJECT / ".venv-sdk0/bin/python"


@pytest.fixture
def told(fake):
    """What the SDK made of the double's answers; it is tried again once on the way."""
    assert PYTHON.exists(), "run scripts/old-sdk: the SDK before 1.0 is not there"
    fake.plan("overloaded", headers={"retry-after-ms": "5"})
    done = subprocess.run(
        [
            PYTHON,
            PROJECT / "tests/fakes/sdk0/try_it.py",
            fake.api_url,
            fake.key(),
            fake.key("credits-exhausted"),
        ],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_sdk_before_1_0_gets_every_answer(fake, told):
    assert told["version"].startswith("0.")
    assert told["plain"] == told["streamed"] == told["asynchronous"] == fake.world.speech.text
    assert told["models"] == [model.id for model in fake.world.models]
    assert told["tokens"] > 0
    assert told["unknown_model"].startswith("NotFoundError 404")
    assert told["no_credit"].startswith("BadRequestError 400")


def test_the_sdk_before_1_0_sends_the_older_header_and_version(fake, told):
    assert {seen.header("anthropic-version") for seen in fake.requests} == {"2023-06-01"}
    assert all(seen.header("x-api-key") for seen in fake.requests)
    assert [seen.status for seen in fake.requests][:2] == [529, 200]
