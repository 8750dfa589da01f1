"""What a reference looks like, and the stores that need no network."""

import os
import time

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from audits.net.door import Door
from audits.probes.references import ReferenceFault, SecretFault, Stores, parse, resolve
from audits.probes.secrets import Secret
from audits.probes.stores import keyrings
from audits.simulator.keys import key_of
from tests.audits.probes.stores import VALUE

GOOD = [
    "env:CLAUDE_KEY",
    "file:/run/secrets/claude-key",
    "file:team-a/claude_key.txt",
    "keyring:countersign/production",
    "vault:secret/claude#key",
    "vault:kv/team/claude#api_key",
    "aws-sm:claude/production",
    "aws-sm:arn:aws:secretsmanager:eu-central-1:123456789012:secret:claude-AbCdEf#key",
    "gcp-sm:projects/launch/secrets/claude/versions/latest",
    "gcp-sm:projects/example.org:launch/secrets/claude/versions/3",
    "simulator:production",
]
BAD = [
    "",
    "CLAUDE_KEY",
    "env:",
    "env:CLAUDE KEY",
    "env:CLAUDE_KEY\nX",
    "env:$(id)",
    "ENV:CLAUDE_KEY",
    "https://example.org/key",
    "file:",
    "file:/run/secrets/../../etc/shadow",
    "file:/run/secrets/a\0b",
    "keyring:production",
    "keyring:a/b/c",
    "vault:secret/claude",
    "vault:claude#key",
    "vault:secret/../sys/seal#key",
    "vault:secret/claude?version=1#key",
    "vault:secret/%2e%2e/sys#key",
    "vault:secret/a//b#key",
    "aws-sm:a b",
    "aws-sm:a#",
    "gcp-sm:claude",
    "gcp-sm:projects/p/secrets/s/versions/1:destroy",
    "gcp-sm:projects/p/secrets/s/versions/../x",
    "simulator:Production",
    "env:" + "A" * 500,
]


def fault_of(text, stores):
    with pytest.raises(SecretFault) as caught:
        resolve(parse(text), stores, Door())
    return str(caught.value)


@pytest.mark.parametrize("text", GOOD)
def test_good_references_are_read_and_written_alike(text):
    assert str(parse(f" {text}\n")) == text


@pytest.mark.parametrize("text", BAD)
def test_other_texts_are_refused_with_an_example(text):
    with pytest.raises(ReferenceFault, match=" as in "):
        parse(text)


@pytest.mark.parametrize("text", [VALUE, "env:" + VALUE, "sk-ant-admin01-x"])
def test_a_key_in_the_place_of_a_reference_is_refused_without_repeating_it(text):
    with pytest.raises(ReferenceFault) as caught:
        parse(text)
    assert "sk-ant" not in str(caught.value)


# The environment.


def test_a_variable_with_the_prefix_is_read():
    stores = Stores(environ={"CLAUDE_KEY": f"{VALUE}\n"})

    assert resolve(parse("env:CLAUDE_KEY"), stores, Door()) == Secret(VALUE)


@pytest.mark.parametrize(
    ("text", "stores", "says"),
    [
        (
            "env:SECRET_KEY",
            Stores(environ={"SECRET_KEY": VALUE}),
            "Only variables that begin with",
        ),
        ("env:CLAUDE_KEY", Stores(environ={"CLAUDE_KEY": VALUE}, env_prefix=""), "no variables"),
        ("env:CLAUDE_KEY", Stores(), "environment has no CLAUDE_KEY"),
        ("env:CLAUDE_KEY", Stores(environ={"CLAUDE_KEY": "  "}), "is empty"),
        ("env:CLAUDE_KEY", Stores(environ={"CLAUDE_KEY": VALUE + "\nX: 1"}), "is no key"),
        ("env:CLAUDE_KEY", Stores(environ={"CLAUDE_KEY": VALUE + "ключ"}), "is no key"),
        ("env:CLAUDE_KEY", Stores(environ={"CLAUDE_KEY": VALUE * 200}), "is no key"),
        ("env:CLAUDE_KEY", Stores(environ={"CLAUDE_KEY": f"{VALUE} of mine"}), "is no key"),
    ],
)
def test_other_variables_are_refused(text, stores, says):
    fault = fault_of(text, stores)

    assert says in fault
    assert VALUE not in fault


def test_stores_do_not_print_what_they_hold():
    assert VALUE not in repr(Stores(environ={"CLAUDE_KEY": VALUE}))


# Files.


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "secrets"
    inside.mkdir()
    (inside / "claude").write_text(VALUE + "\n")
    (tmp_path / "outside").write_text(VALUE)
    return inside


def test_files_of_the_folder_are_read_by_path_and_by_name(folder):
    stores = Stores(folder=folder)

    assert resolve(parse(f"file:{folder}/claude"), stores, Door()) == Secret(VALUE)
    assert resolve(parse("file:claude"), stores, Door()) == Secret(VALUE)


def test_links_within_the_folder_are_followed(folder):
    (folder / "data").mkdir()
    (folder / "data" / "key").write_text(VALUE)
    (folder / "key").symlink_to("data/key")

    assert resolve(parse("file:key"), Stores(folder=folder), Door()) == Secret(VALUE)


def test_links_out_of_the_folder_are_not(folder):
    (folder / "link").symlink_to(folder.parent / "outside")

    assert "outside of SECRETS_DIR" in fault_of("file:link", Stores(folder=folder))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/etc/passwd", "outside of SECRETS_DIR"),
        ("none", "There is no file none"),
        ("folder", "Is a directory"),
        ("pipe", "no file"),
        ("large", "more than 8192 bytes"),
        ("binary", "something else than a key"),
        ("loop", "links without end"),
        ("empty", "is empty"),
    ],
)
def test_other_files_are_refused(folder, name, says):
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "large").write_text(VALUE * 300)
    (folder / "binary").write_bytes(b"\xff\xfe")
    (folder / "loop").symlink_to("loop")
    (folder / "empty").write_text("")

    fault = fault_of(f"file:{name}", Stores(folder=folder))

    assert says in fault
    assert VALUE not in fault


def test_without_a_folder_no_file_is_read(folder):
    assert "SECRETS_DIR names" in fault_of(f"file:{folder}/claude", Stores())


# The keyring.


class Ring(KeyringBackend):
    priority = 1
    wait = 0

    def get_password(self, service, username):
        time.sleep(self.wait)
        return {("countersign", "production"): VALUE}.get((service, username))

    set_password = delete_password = None


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    yield keyring.get_keyring()
    keyring.set_keyring(before)


RINGS = Stores(keyring_services=("countersign",))


def test_a_password_of_the_keyring_is_read(ring):
    assert resolve(parse("keyring:countersign/production"), RINGS, Door()) == Secret(VALUE)


def test_services_that_the_operator_did_not_name_are_refused(ring):
    assert "KEYRING_SERVICES" in fault_of("keyring:chrome/ada", RINGS)


def test_who_has_no_password_there_is_told(ring):
    assert "no password of staging" in fault_of("keyring:countersign/staging", RINGS)


def test_a_machine_without_keyring_is_told(ring):
    keyring.set_keyring(fail.Keyring())

    assert "NoKeyringError" in fault_of("keyring:countersign/production", RINGS)


def test_a_locked_keyring_ends_with_its_time(ring, monkeypatch):
    ring.wait = 30  # longer than the machine may stand still
    monkeypatch.setattr(keyrings, "LIMITS", keyrings.LIMITS.__class__(total_s=0.1))

    assert "within 0.1 s" in fault_of("keyring:countersign/production", RINGS)


# The simulator.


def test_keys_of_the_simulator_are_those_that_it_knows():
    assert resolve(parse("simulator:staging"), Stores(), Door()) == Secret(key_of("staging"))


def test_a_key_that_the_simulator_does_not_know_is_told():
    assert "it has production" in fault_of("simulator:nobody", Stores())
