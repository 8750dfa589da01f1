"""Stores behind the network, each as a real local server."""

import json
import socket
import time
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from audits.net.addresses import ANYWHERE
from audits.net.door import Door, Limits
from audits.probes.references import SecretFault, Stores, parse, resolve
from audits.probes.secrets import Secret
from audits.probes.stores import base
from audits.probes.stores.settings import AWS, Google, Vault
from tests.audits.net.servers import nobody
from tests.audits.probes import stores as servers
from tests.audits.probes.stores import VALUE, store

DOOR = Door(private=ANYWHERE)
LATEST = "gcp-sm:projects/launch/secrets/claude/versions/latest"


def read(text, stores):
    return resolve(parse(text), stores, DOOR)


def fault_of(text, stores):
    with pytest.raises(SecretFault) as caught:
        read(text, stores)
    assert VALUE not in str(caught.value)
    return str(caught.value)


# Vault.


@pytest.fixture
def vault():
    with store(servers.vault) as server:
        yield Vault(server.url, Secret("good-token"))


@pytest.mark.parametrize("text", ["vault:secret/claude#key", "vault:secret/deep/er#key"])
def test_vault_gives_a_field(vault, text):
    assert read(text, Stores(vault=vault)) == Secret(VALUE)


def test_vault_of_version_1_gives_a_field(vault):
    assert read("vault:old/claude#key", Stores(vault=replace(vault, kv=1))) == Secret(VALUE)


def test_vault_lets_a_role_in(vault):
    role = replace(vault, token=Secret(""), role_id="role", secret_id=Secret("its-secret"))

    assert read("vault:secret/claude#key", Stores(vault=role)) == Secret(VALUE)


def test_vault_is_told_the_namespace():
    with store(servers.vault) as server:
        vault = Vault(server.url, Secret("good-token"), namespace="launch")
        read("vault:secret/claude#key", Stores(vault=vault))

    assert server.requests[0][2]["X-Vault-Namespace"] == "launch"


@pytest.mark.parametrize(
    ("text", "changes", "says"),
    [
        ("vault:secret/claude#key", {"token": Secret("wrong")}, "Vault refused. Its token"),
        ("vault:secret/claude#key", {"token": Secret("")}, "no VAULT_TOKEN and no VAULT_ROLE_ID"),
        (
            "vault:secret/claude#key",
            {"token": Secret(""), "role_id": "role", "secret_id": Secret("wrong")},
            "refused the AppRole",
        ),
        ("vault:secret/nothing#key", {}, "no secret at secret/nothing"),
        ("vault:secret/deleted#key", {}, "no version of secret/deleted"),
        ("vault:secret/claude#other", {}, "no field other in it"),
        ("vault:secret/claude#count", {}, "something else than a text in the field count"),
        ("vault:old/claude#key", {}, "no secret at old/claude"),
        ("vault:secret/claude#key", {"address": ""}, "VAULT_ADDR does"),
    ],
)
def test_vault_says_what_is_wrong(vault, text, changes, says):
    assert says in fault_of(text, Stores(vault=replace(vault, **changes)))


@pytest.mark.parametrize(
    ("status", "said", "says"),
    [
        (503, {"errors": ["Vault is sealed"]}, "Vault is sealed"),
        (500, b"oops", "answered with status 500"),
        (200, b"<html>", "no JSON object"),
        (200, b"[]", "no JSON object"),
        (200, {"data": "text"}, "no version of"),
        (302, b"", "answered with status 302"),
    ],
)
def test_what_vault_should_not_answer_is_told(status, said, says):
    with store(lambda *asked: (status, said)) as server:
        stores = Stores(vault=Vault(server.url, Secret("good-token")))
        assert says in fault_of("vault:secret/claude#key", stores)


# AWS.


@pytest.fixture
def aws():
    with store(servers.aws) as server:
        yield AWS("eu-central-1", "AKIAGOOD", Secret("good-secret"), endpoint=server.url)


@pytest.mark.parametrize("text", ["aws-sm:claude/plain", "aws-sm:claude/fields#key"])
def test_aws_gives_a_secret(aws, text):
    assert read(text, Stores(aws=aws)) == Secret(VALUE)


def test_aws_is_sent_the_session_token():
    with store(lambda *asked: (200, {"SecretString": VALUE})) as server:
        aws = AWS("eu-central-1", "AKIA", Secret("secret"), Secret("session"), server.url)
        read("aws-sm:claude/plain", Stores(aws=aws))

    assert server.requests[0][2]["X-Amz-Security-Token"] == "session"


@pytest.mark.parametrize(
    ("text", "changes", "says"),
    [
        ("aws-sm:claude/plain", {"access_key_id": "AKIAOTHER"}, "see AWS_ACCESS_KEY_ID"),
        ("aws-sm:claude/plain", {"secret_access_key": Secret("x")}, "see AWS_SECRET_ACCESS_KEY"),
        ("aws-sm:claude/plain", {"region": ""}, "named no AWS account"),
        ("aws-sm:claude/none", {}, "has no secret claude/none"),
        ("aws-sm:claude/denied", {}, "may not do secretsmanager:GetSecretValue"),
        ("aws-sm:claude/plain#key", {}, "leave out the #key"),
        ("aws-sm:claude/fields#other", {}, "no field other"),
        ("aws-sm:claude/fields#n", {}, "something else than a text"),
        ("aws-sm:claude/binary", {}, "no field SecretString"),
    ],
)
def test_aws_says_what_is_wrong(aws, text, changes, says):
    assert says in fault_of(text, Stores(aws=replace(aws, **changes)))


# Google.


@pytest.fixture(scope="module")
def private_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def account(tmp_path, private_key):
    """Writes the file of a service account whose sign-in is at that address."""

    def account(url, **changes):
        path = tmp_path / "account.json"
        told = {
            "type": "service_account",
            "client_email": "probe@launch.example",
            "private_key": private_key,
            "token_uri": f"{url}/token",
        }
        given = {name: value for name, value in (told | changes).items() if value}
        path.write_text(json.dumps(given))
        return Stores(google=Google(path, url))

    return account


def test_google_gives_a_secret(account):
    with store(servers.google) as server:
        assert read(LATEST, account(server.url)) == Secret(VALUE)


@pytest.mark.parametrize(
    ("text", "changes", "says"),
    [
        ("gcp-sm:projects/launch/secrets/none/versions/1", {}, "has no such secret or version"),
        ("gcp-sm:projects/launch/secrets/denied/versions/1", {}, "Secret Manager Secret Accessor"),
        ("gcp-sm:projects/launch/secrets/binary/versions/1", {}, "without a text in it"),
        (LATEST, {"private_key": "none"}, "does not accept the service account"),
        (LATEST, {"client_email": None}, "does not accept the service account"),
    ],
)
def test_google_says_what_is_wrong(account, text, changes, says):
    with store(servers.google) as server:
        fault = fault_of(text, account(server.url, **changes))

    assert says in fault
    assert "PRIVATE KEY" not in fault


def test_a_sign_in_that_google_refuses_is_told(account):
    with store(lambda *asked: (400, {"error": "invalid_grant"})) as server:
        assert "does not accept the service account" in fault_of(LATEST, account(server.url))


def test_without_a_service_account_google_is_not_asked():
    assert "GOOGLE_APPLICATION_CREDENTIALS does" in fault_of(LATEST, Stores())


# None of them there.


@pytest.fixture
def deaf(monkeypatch):
    monkeypatch.setattr(base, "LIMITS", Limits(3, 3))
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def everything_at(url, account):
    return replace(
        account(url),
        vault=Vault(url, Secret("token")),
        aws=AWS("eu-central-1", "AKIA", Secret("secret"), endpoint=url),
    )


STORES = ["vault:secret/claude#key", "aws-sm:claude/plain", LATEST]


@pytest.mark.parametrize("text", STORES)
def test_a_store_that_hangs_ends_with_its_time(deaf, account, text):
    began = time.monotonic()
    assert "did not answer within 3 s" in fault_of(text, everything_at(deaf, account))
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("text", STORES)
def test_a_store_that_is_not_there_is_told(account, text):
    with nobody() as port:
        away = everything_at(f"http://127.0.0.1:{port}", account)
        assert "Connection refused" in fault_of(text, away)


@pytest.mark.parametrize("text", STORES)
def test_a_store_is_not_looked_for_where_metadata_is(account, text):
    assert "no setting allows it" in fault_of(
        text, everything_at("http://169.254.169.254", account)
    )
