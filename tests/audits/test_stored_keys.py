"""Which keys a team gets at, and where they may be sent."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from audits.models import Environment, ProbeRun, Project
from audits.models.keys import KeyReference
from audits.models.sealed_values import seal
from audits.models.stored_keys import value_of
from audits.probes.references import SecretFault, Stores
from audits.probes.secrets import Secret
from audits.probes.stores.settings import Vault
from audits.simulator.world import ApiKey
from tests.audits.probes.stores import store

VALUE = "sk-ant-api03-canary"


@pytest.fixture(autouse=True)
def stores(settings, tmp_path):
    settings.SECRETS_KEY = tmp_path / "secrets.key"
    settings.SECRET_STORES = Stores(environ={"CLAUDE_KEY": VALUE})
    settings.KEY_HOSTS = ["api.anthropic.com"]
    settings.KEY_GRANTS = []


@pytest.fixture
def environment(harbour):
    project = Project.objects.create(team=harbour, name="Helpdesk")
    return Environment.objects.create(project=project, kind="production", name="Production")


@pytest.fixture
def key(environment, alice):
    """A key of the environment, after the environment's own fields were changed."""

    def key(reference="env:CLAUDE_KEY", purpose="api", sealed="", **changes):
        for name, value in changes.items():
            setattr(environment, name, value)
        environment.save()
        return KeyReference.objects.add(
            environment,
            by=alice,
            purpose=purpose,
            reference="" if sealed else reference,
            sealed_value=sealed,
            header="Authorization" if purpose == "app" else "",
        )

    return key


def fault_of(key):
    with pytest.raises(SecretFault) as caught:
        value_of(key)
    assert VALUE not in str(caught.value)
    return str(caught.value)


def test_a_reference_leads_to_its_key(key):
    assert value_of(key()) == Secret(VALUE)


def test_a_sealed_value_leads_to_its_key(key):
    assert value_of(key(sealed=seal(Secret(VALUE)))) == Secret(VALUE)


def test_a_sealed_value_goes_where_the_team_wants_it(key):
    found = value_of(key(sealed=seal(Secret(VALUE)), api_url="https://gateway.example"))

    assert found == Secret(VALUE)


def test_a_sealed_value_of_another_installation_is_told(key, settings, tmp_path):
    row = key(sealed=seal(Secret(VALUE)))
    settings.SECRETS_KEY = tmp_path / "another.key"

    assert "add the value anew" in fault_of(row)


def test_what_is_no_reference_any_more_is_told(key):
    row = key()
    row.reference = "heroku:claude"

    assert "A reference begins with" in fault_of(row)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example",
        "http://api.anthropic.com",
        "https://api.anthropic.com.evil.example",
        "https://api.anthropic.com./",
        "https://evil.example/api.anthropic.com",
    ],
)
def test_a_key_out_of_a_store_is_not_sent_elsewhere(key, url):
    assert "KEY_HOSTS" in fault_of(key(api_url=url))


def test_a_key_out_of_a_store_does_not_go_to_the_app_either(key):
    row = key(purpose="app", chat_url="https://app.example/chat", chat_template='"{{message}}"')

    assert "is not sent to https://app.example" in fault_of(row)


@pytest.mark.parametrize("host", ["api.anthropic.com", "gateway.example"])
def test_a_key_out_of_a_store_pays_for_no_chat_of_the_app(key, settings, host):
    settings.KEY_HOSTS = ["api.anthropic.com", "gateway.example"]
    urls = {"api_url": f"https://{host}", "chat_url": f"https://{host}/v1/messages"}

    assert "daily cap" in fault_of(key(purpose="app", **urls))


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (["gateway.example"], "https://gateway.example/claude"),
        (["gateway.example"], "https://gateway.example:8443"),
        (["http://gateway.internal"], "http://gateway.internal:8080"),
        (["api.anthropic.com"], "simulator:claude"),
    ],
)
def test_hosts_that_the_operator_lists_are_sent_the_key(key, settings, hosts, url):
    settings.KEY_HOSTS = hosts

    assert value_of(key(api_url=url)) == Secret(VALUE)


def test_a_reference_that_is_granted_to_another_team_is_refused(key, settings):
    settings.KEY_GRANTS = [("env:CLAUDE_*", "00000000-0000-0000-0000-000000000000")]

    assert "KEY_GRANTS" in fault_of(key())


@pytest.mark.parametrize(
    ("pattern", "good"),
    [("env:CLAUDE_KEY", True), ("env:*", True), ("env:claude_key", False), ("file:*", False)],
)
def test_grants_are_patterns(key, settings, harbour, pattern, good):
    settings.KEY_GRANTS = [(pattern, str(harbour.pk))]

    if good:
        assert value_of(key()) == Secret(VALUE)
    else:
        assert "KEY_GRANTS" in fault_of(key())


def test_the_simulators_keys_take_no_grant(key, settings):
    settings.KEY_GRANTS = [("env:*", "00000000-0000-0000-0000-000000000000")]

    assert value_of(key(reference="simulator:production")).reveal().startswith("sk-ant-")


def looked(key, alice) -> ProbeRun:
    """A run of the probe that needs nothing but keys, as it ended."""
    watch = key.environment.watches.get(probe="key-valid")
    ProbeRun.objects.ask(watch, by=alice).execute()
    return ProbeRun.objects.filter(watch=watch).latest("queued_at")


def test_a_run_whose_store_is_away_says_so_and_the_next_has_the_key(key, settings, alice, fake):
    fake.world.add_key(ApiKey(VALUE))
    settings.KEY_HOSTS = ["http://127.0.0.1"]
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    row = key(reference="vault:secret/claude#key", api_url=fake.api_url)
    with store(lambda *asked: (200, {"data": {"data": {"key": VALUE}}})) as vault:
        away = Vault("http://127.0.0.1:9", Secret("token"))
        settings.SECRET_STORES = Stores(vault=away)
        missed = looked(row, alice)
        row.refresh_from_db()
        fault = row.fault
        settings.SECRET_STORES = Stores(vault=replace(away, address=vault.url))
        found = looked(row, alice)

    row.refresh_from_db()
    assert missed.verdict == "error"
    assert "Vault could not be connected to: Connection refused" in missed.says
    assert "Connection refused" in fault
    assert found.verdict != "error"
    assert (row.fault, len(row.fingerprint)) == ("", 64)
