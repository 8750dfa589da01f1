"""What keeps the product from starting is one line, with the remedy, and no traceback."""

import os
import socket
import stat
import subprocess
import sys

import pytest

from audits.serving import checks, libraries
from tests.serve.served import PROJECT


def refused(**environment: str) -> str:
    """The one line that `serve` ends with."""
    finished = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=PROJECT,
        env=os.environ | {"PORT": "0", "DATABASE_URL": ""} | environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    return line


def test_taken_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        line = refused(DATA_DIR=str(tmp_path), PORT=str(port))
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in line
    assert "PORT=8001 make serve" in line


def test_prices_that_cannot_be_read(tmp_path):
    (tmp_path / "prices.yaml").write_text("as_of: 2026-11-21\nmodels: []\n")
    line = refused(DATA_DIR=str(tmp_path / "var"), PRICES_FILE=str(tmp_path / "prices.yaml"))
    assert "prices.yaml: models: List should have at least 1 item" in line
    assert "See fixtures/prices.yaml for the form" in line
    # Whatever became of it: the folder that it made is for this user alone.
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


@pytest.mark.parametrize("key", ["", "from-the-environment"])
def test_data_folder_that_cannot_be(tmp_path, key):
    (tmp_path / "file").touch()
    line = refused(DATA_DIR=str(tmp_path / "file" / "var"), SECRET_KEY=key)
    assert f"DATA_DIR {tmp_path}/file/var cannot be written: Not a directory" in line


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("PORT", "http", "write a whole number"),
        ("PORT", "70000", "ports end at 65535"),
        ("HOST", "nowhere.invalid", "is no address of this machine"),
        ("WEB_PROCESSES", "0", "must be at least 1"),
        ("DEMO", "perhaps", "write 1 or 0"),
        ("DATABASE_URL", "mysql://host/name", "postgresql://user:password@host:port/name"),
        ("DATABASE_URL", "postgres://u:p/w@host/name", "must be percent-encoded"),
        ("DATABASE_URL", "postgres://u:secret@127.0.0.1:1/x", "Check DATABASE_URL"),
        ("CELERY_BROKER_URL", "sqs://", "write redis://host:6379/0 or amqp://"),
        ("SECRET_KEY_FILE", "/nowhere/key", "cannot be read: No such file or directory"),
        ("PUBLIC_URL", "countersign.example.org", "begins with https://"),
        ("SIGNATURE_LEVEL", "B-LT", "write one of B-B, B-T, B-LTA"),
        ("SIGNATURE_LEVEL", "B-T", "set TIMESTAMP_URL"),
        ("TIMESTAMP_URL", "https://tsa.example.org", "TIMESTAMP_TRUST_FILE to a file with it"),
        ("SIGNING_CERTIFICATE", "hello", "is set without SIGNING_KEY"),
        ("SIGNING_PKCS12", "/nowhere/seal.p12", "which cannot be read: No such file or directory"),
    ],
)
def test_fault_in_the_environment(tmp_path, name, value, remedy):
    line = refused(DATA_DIR=str(tmp_path), **{name: value})
    assert remedy in line
    assert "secret" not in line.replace("secret-key", "")


def test_damaged_database(tmp_path):
    (tmp_path / "countersign.sqlite3").write_text("no database " * 100)
    assert "file is not a database" in refused(DATA_DIR=str(tmp_path))


def test_missing_library_names_the_package_to_install(monkeypatch):
    monkeypatch.setitem(libraries.PACKAGES, "libnowhere.so.9", "libnowhere9")
    with pytest.raises(checks.Fault, match="apt-get install --no-install-recommends libnowhere9"):
        checks.check_libraries()
