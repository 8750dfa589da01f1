"""What must hold before anything starts; every fault is one line that says how to mend it."""

import socket
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from audits.models import guards, signing
from audits.probes.prices import PricesFault
from audits.serving.libraries import missing_packages

# Days before its end at which a certificate is spoken of at each start.
SOON = 30


class Fault(Exception):
    """The product cannot start; the text is one line for the operator."""


def check_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise Fault(
            f"DATA_DIR {path} cannot be written: {error.strerror}. "
            "Choose another DATA_DIR, or make this one writable."
        ) from None


def check_libraries() -> None:
    if missing := missing_packages():
        raise Fault(
            "the PDF renderer lacks native libraries. On Debian or Ubuntu: "
            f"sudo apt-get install --no-install-recommends {' '.join(missing)}"
        )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    if port > 65535:
        raise Fault(f"PORT is {port}; ports end at 65535.")
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family)
    except OSError as error:
        raise Fault(f"HOST {host!r} is no address of this machine: {error.strerror}.") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Now and not when the server starts: two that start together must not both go on.
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise Fault(
            f"cannot listen on {host} port {port}: {error.strerror}. "
            "Stop what uses it, or choose another: PORT=8001 make serve"
        ) from None
    return listener


def check_prices() -> None:
    try:
        guards.prices()
    except PricesFault as fault:
        raise Fault(f"PRICES_FILE: {fault}") from None


def check_signing() -> str:
    """Make the key that seals reports, if need be; what there is to say about it, or nothing."""
    try:
        certificate = signing.identity().certificate
    except signing.SigningUnavailable as unavailable:
        raise Fault(f"reports could not be sealed. {unavailable}") from None
    left = certificate.not_valid_after_utc - timezone.now()
    if left.days >= SOON:
        return ""
    if left.days < 0:
        return (
            f"The signing certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d}: "
            "no report can be sealed until it is renewed."
        )
    return f"The signing certificate expires in {left.days} days: renew it before."


def migrate() -> None:
    """Bring the database's tables up to date; nothing but a look when they are."""
    try:
        if unapplied_migrations():
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise Fault(
            f"the database cannot be used: {reason}. Check DATABASE_URL (or the files in "
            "DATA_DIR), and that the server runs and lets this user make tables."
        ) from None


def unapplied_migrations() -> list[str]:
    """The names of the migrations that the database lacks. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _ in plan]
