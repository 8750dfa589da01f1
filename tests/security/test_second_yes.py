"""No burst and no hostile input reaches production without a second yes."""

import pytest

from audits.models import Environment, ProbeRun
from audits.models.errors import Refused
from tests.audits.probing import FakeProbe, only

CHAT = "https://app.example/chat"


@pytest.fixture
def rude(monkeypatch) -> FakeProbe:
    probe = FakeProbe("rude", intrusive=True)
    only(monkeypatch, probe)
    return probe


@pytest.fixture
def staging(rude, project) -> Environment:
    """One that names the chat endpoint of production as its own."""
    project.environments.create(name="eu-west", kind="production", chat_url=CHAT)
    return project.environments.create(name="trial", kind="staging", chat_url=f"{CHAT}?v=2")


def test_production_under_the_name_of_staging_is_production(staging, ed):
    with pytest.raises(Refused, match="second yes"):
        ProbeRun.objects.ask(staging.watches.get(), by=ed)


@pytest.mark.parametrize(
    "spelling",
    [
        "https://app.example:443/chat",
        "https://app.example:8443/chat",
        "http://app.example/chat",
        "https://APP.Example./chat",
        "https://app.example.:443/chat",
    ],
)
def test_another_spelling_of_productions_host_is_production(staging, ed, spelling):
    staging.change(by=ed, chat_url=spelling)

    with pytest.raises(Refused, match="second yes"):
        ProbeRun.objects.ask(staging.watches.get(), by=ed)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("https://bücher.example/", "https://xn--bcher-kva.example:443/"),
        ("https://XN--bcher-kva.example./", "https://BÜCHER.example/"),
    ],
)
def test_host_of_letters_and_its_ascii_are_one(staging, ed, ours, theirs):
    staging.project.environments.get(name="eu-west").change(by=ed, chat_url=ours)
    staging.change(by=ed, chat_url=theirs)

    with pytest.raises(Refused, match="second yes"):
        ProbeRun.objects.ask(staging.watches.get(), by=ed)


def test_run_that_waited_while_it_became_production_sends_nothing(staging, rude, ed):
    staging.change(by=ed, chat_url="https://staging.example/chat")
    run = ProbeRun.objects.ask(staging.watches.get(), by=ed)
    staging.change(by=ed, chat_url=CHAT)

    ProbeRun.objects.get(pk=run.pk).execute()

    assert (ProbeRun.objects.get(pk=run.pk).verdict, rude.targets) == ("inconclusive", [])


def test_environment_of_its_own_host_needs_none(staging, ed):
    staging.change(by=ed, chat_url="https://staging.example/chat")

    assert ProbeRun.objects.ask(staging.watches.get(), by=ed).state == "queued"
