"""What a team declares of an environment, and what is refused."""

from decimal import Decimal

import pytest

from audits.models import Environment, KeyReference, LedgerEntry, ProbeRun, Watch
from audits.models.environment_terms import host_of
from audits.models.errors import Outdated, Refused
from tests.audits.probing import FakeProbe, only


@pytest.fixture
def environment(monkeypatch, project) -> Environment:
    only(monkeypatch, FakeProbe("looker"))
    return project.environments.create(name="eu-west", kind="production")


def refusal(environment: Environment, ed, **fields) -> str:
    with pytest.raises(Refused) as refused:
        environment.change(by=ed, **fields)
    assert refused.value.field in fields
    return str(refused.value)


def test_change_keeps_what_is_declared_and_tells_the_team(environment, ed, harbour):
    changed = environment.change(
        by=ed,
        api_url="https://api.anthropic.com/",
        models="claude-sonnet-4-5-20250929, claude-haiku-4-5",
        budget_amount="250",
        chat_template='{"text": "{{message}}"}',
    )

    assert changed.api_url == "https://api.anthropic.com"
    assert changed.models == ["claude-sonnet-4-5-20250929", "claude-haiku-4-5"]
    assert changed.budget_amount == Decimal("250.00")
    assert (changed.version, changed.changed_by) == (2, ed)
    assert harbour.events.first().sentence == (
        "changed the environment “eu-west” of “Support assistant”: Models, Monthly budget, "
        "Chat request"
    )


def test_what_says_the_same_is_no_change(environment, ed, harbour):
    environment.change(by=ed, p95_ms=10_000)

    assert not harbour.events.filter(verb="environment.changed").exists()


def test_second_of_two_who_change_it_sees_the_first(environment, ed, alice):
    environment.change(by=alice, p95_ms=500, seen_version=1)

    with pytest.raises(Outdated, match="Alice Berg changed the environment"):
        environment.change(by=ed, p95_ms=700, seen_version=1)


def test_change_has_everything_looked_at_anew(environment, ed):
    Watch.objects.update(next_at="2036-01-01T00:00Z")

    changed = environment.change(by=ed, p95_ms=500)

    assert Watch.objects.get().next_at == changed.changed_at


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ftp://example.org", "begins with https://"),
        ("example.org", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://ada:secret@example.org", "Leave the user and the password out"),
        ("https://example.org/#top", "Leave out the #"),
        ("https://example.org:99999", "no address"),
        ("https://[::1", "no address"),
        ("simulator:other", "begins with https://"),
        ("https://example.org/\u202ex", "nobody can see"),
        ("https://example.org/" + "x" * 300, "300 is the most"),
    ],
)
def test_address_that_is_none_is_refused(environment, ed, address, says):
    assert says in refusal(environment, ed, page_url=address)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("api_url", "", "such as https://api.anthropic.com"),
        ("api_url", "https://api.anthropic.com/?beta=1", "Leave out the ?"),
        ("chat_template", '{"text": "hello"}', "where the user's text goes"),
        ("chat_template", '{"text": {{message}}}', "no JSON"),
        ("chat_template", "text={{message}}", "no JSON"),
        ("models", "claude sonnet; drop", "no id of a model"),
        ("models", [f"claude-{number}" for number in range(21)], "20 is the most"),
        ("budget_amount", "0", "above 0"),
        ("budget_amount", "-1", "above 0"),
        ("budget_amount", "1.005", "two decimal places"),
        ("budget_amount", "NaN", "Write an amount"),
        ("budget_amount", "many", "Write an amount"),
        ("budget_currency", "usd", "three letters"),
        ("budget_currency", "€", "three letters"),
        ("daily_cap", "", "from 0 to 1,000"),
        ("daily_cap", "1001", "from 0 to 1,000"),
        ("api_version", "latest", "such as 2023-06-01"),
        ("credential", "cookie", "Choose one of"),
        ("chat_method", "DELETE", "Choose one of"),
        ("kind", "moon", "Choose one of"),
        ("name", " ", "Give the environment a name"),
        ("workspace_id", "a b", "workspace's id"),
        ("rotation_days", 0, "from 1 to 3,650"),
        ("p95_ms", "soon", "from 1 to 600,000"),
        ("rate_burst", 500, "from 1 to 200"),
    ],
)
def test_setting_that_does_not_hold_is_refused_in_words(environment, ed, field, value, says):
    assert says in refusal(environment, ed, **{field: value})


def test_one_address_of_the_simulators_makes_it_simulated(environment, ed):
    assert environment.change(by=ed, health_url="simulator:app/health").simulated
    assert not environment.change(by=ed, health_url="").simulated


def test_name_that_another_one_has_is_refused(environment, project, ed):
    other = project.environments.create(name="us-east", kind="staging")

    assert "of that name already" in refusal(other, ed, name="eu-west")


def test_removed_environment_leaves_what_it_cost_in_the_ledger(environment, ed, harbour):
    run = ProbeRun.objects.ask(environment.watches.get(), by=ed)
    entry = LedgerEntry.objects.create(
        environment=environment, run=run, model="claude-haiku-4-5", reserved=Decimal("0.01")
    )

    environment.remove(by=ed)

    entry.refresh_from_db()
    assert (entry.environment, entry.environment_name, entry.run) == (None, "eu-west", None)
    assert harbour.events.first().verb == "environment.removed"


def test_key_is_bound_to_the_host_that_it_was_added_for(environment, ed):
    key = KeyReference.objects.add(environment, by=ed, purpose="api", sealed_value="sealed")

    assert key.host == "api.anthropic.com"


def test_other_port_and_plain_http_are_other_hosts():
    addresses = ("https://a.example/v1", "http://a.example/v1", "https://a.example:8443")

    assert [host_of(address) for address in addresses] == [
        "a.example",
        "http://a.example",
        "a.example:8443",
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"sealed_value": "sealed", "label": "sk-ant-api03-abcdefgh"}, "looks like a key"),
        ({"sealed_value": "sealed", "purpose": "root"}, "Choose one of"),
        ({}, "either a reference or a value"),
        ({"reference": "sk-ant-api03-abcdefgh"}, "env:"),
        ({"sealed_value": "sealed", "reference": "env:CLAUDE_KEY"}, "either a reference"),
        ({"sealed_value": "sealed", "purpose": "app", "header": "X"}, "a chat endpoint first"),
    ],
)
def test_key_that_does_not_hold_is_refused_in_words(environment, ed, given, says):
    with pytest.raises(Refused, match=says):
        KeyReference.objects.add(environment, by=ed, **{"purpose": "api"} | given)


def test_environment_has_one_admin_key(environment, ed):
    KeyReference.objects.add(environment, by=ed, purpose="admin", sealed_value="sealed")

    with pytest.raises(Refused, match="There is one already"):
        KeyReference.objects.add(environment, by=ed, purpose="admin", sealed_value="other")


def test_header_of_the_app_needs_a_name_that_is_one(environment, ed):
    environment.change(by=ed, chat_url="https://app.example/chat")

    with pytest.raises(Refused, match="name of the header"):
        KeyReference.objects.add(
            environment, by=ed, purpose="app", header="X Y:", sealed_value="sealed"
        )


@pytest.mark.parametrize("host", ["api.anthropic.com", "API.Anthropic.com.:443"])
def test_api_itself_is_no_chat_endpoint(environment, ed, host):
    assert "past the daily cap" in refusal(environment, ed, chat_url=f"https://{host}/v1/messages")
