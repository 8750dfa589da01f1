"""The settings of outgoing connections and of secret stores."""

import ipaddress

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config import environment, networking, secret_stores
from tests.audits.net.servers import root_pem


def test_private_networks_are_ranges_by_comma(monkeypatch):
    monkeypatch.setenv("PRIVATE_NETWORKS", "10.20.0.0/16, fd00::/8")

    assert environment.networks("PRIVATE_NETWORKS") == [
        ipaddress.ip_network("10.20.0.0/16"),
        ipaddress.ip_network("fd00::/8"),
    ]


@pytest.mark.parametrize("text", ["10.20.0.1/16", "internal", "10.0.0.0/33", "10.0.0.*"])
def test_what_is_no_range_is_refused(monkeypatch, text):
    monkeypatch.setenv("PRIVATE_NETWORKS", f"10.0.0.0/8,{text}")

    with pytest.raises(ImproperlyConfigured, match="Write ranges like"):
        environment.networks("PRIVATE_NETWORKS")


def test_further_trust_is_read_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "root.pem").write_text(root_pem())
    monkeypatch.setenv("NETWORK_TRUST_FILE", str(tmp_path / "root.pem"))

    assert networking.trust() == root_pem().strip()


@pytest.mark.parametrize("text", ["root.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate_is_refused(monkeypatch, text):
    monkeypatch.setenv("NETWORK_TRUST", text)

    with pytest.raises(ImproperlyConfigured, match="NETWORK_TRUST holds no certificates"):
        networking.trust()


def test_a_bad_encryption_key_is_not_shown(monkeypatch):
    monkeypatch.setenv("ENCRYPTION_KEYS", f"{Fernet.generate_key().decode()},nearly-a-key")

    with pytest.raises(ImproperlyConfigured, match="number 2 is no key") as caught:
        secret_stores.encryption_keys()
    assert "nearly" not in str(caught.value)


def test_grants_are_patterns_with_a_team(monkeypatch):
    team = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
    monkeypatch.setenv("KEY_GRANTS", f"env:CLAUDE_ACME_*={team},vault:secret/a=b#key={team}")

    assert secret_stores.grants() == [("env:CLAUDE_ACME_*", team), ("vault:secret/a=b#key", team)]


@pytest.mark.parametrize("text", ["env:*", "env:*=Acme", "=1b4e28ba-2fa1-11d2-883f-0016d3cca427"])
def test_what_is_no_grant_is_refused(monkeypatch, text):
    monkeypatch.setenv("KEY_GRANTS", text)

    with pytest.raises(ImproperlyConfigured, match="write pattern=team"):
        secret_stores.grants()


def test_stores_are_closed_but_for_variables_with_the_prefix(monkeypatch):
    for name in ("VAULT_ADDR", "AWS_REGION", "GOOGLE_APPLICATION_CREDENTIALS", "SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)

    stores = secret_stores.stores()

    assert (stores.env_prefix, stores.folder) == ("CLAUDE_", None)
    assert (stores.vault.address, stores.aws.region, stores.google.credentials) == ("", "", None)


def test_a_vault_whose_address_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("VAULT_ADDR", "vault.internal")

    with pytest.raises(ImproperlyConfigured, match="VAULT_ADDR is no address"):
        secret_stores.stores()
