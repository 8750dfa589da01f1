"""Databases that the processes of a run share, to be copied: making one takes longer than most
tests."""

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

PROJECT = Path(__file__).resolve().parents[1]
SQLITE, STATIC = "countersign.sqlite3", "static"
PREPARE = """
from django.core.management import call_command
from audits.serving.statics import collect_static_files
call_command("load_checklists")
collect_static_files()
"""


def migrated() -> dict[str, str]:
    """The environment of a database with its tables, and no more than the migrations put there."""
    return _made("migrated", "migrate")


def prepared() -> dict[str, str]:
    """The environment of one that has the checklists too, and a folder with the static files."""
    return _made("prepared", "shell", "-c", PREPARE, source=migrated())


def _made(name: str, *command: str, source: dict[str, str] | None = None) -> dict[str, str]:
    """Whoever asks first makes it; the others wait."""
    variables = _shared(name)
    folder = Path(variables["DATA_DIR"])
    with _alone(folder.with_suffix(".lock")):
        if not folder.exists():
            folder.mkdir()
            try:
                fill(variables, source)
                subprocess.run(
                    [sys.executable, "manage.py", *command],
                    cwd=PROJECT,
                    env=os.environ | variables,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            except BaseException:
                shutil.rmtree(folder)
                drop(variables)
                raise
    return variables


def _shared(name: str) -> dict[str, str]:
    return environment(_of_the_run() / name, f"{_of_the_run().name}-{name}")


def environment(folder: Path | str, name: str) -> dict[str, str]:
    """Of a database, and a queue, of that name; the database is a file of `folder` where the
    tests run on SQLite."""
    variables = {"DATA_DIR": str(folder), "CELERY_QUEUE": name}
    if server := os.environ.get("DATABASE_URL"):
        variables["DATABASE_URL"] = urlsplit(server)._replace(path=f"/{name}").geturl()
    return variables


def fill(variables: dict[str, str], source: dict[str, str] | None) -> None:
    """Make the database of `variables`, as a copy of that of `source`; with its static files."""
    if source and Path(source["DATA_DIR"], STATIC).exists():
        shutil.copytree(Path(source["DATA_DIR"], STATIC), Path(variables["DATA_DIR"], STATIC))
    if "DATABASE_URL" in variables:
        template = f' TEMPLATE "{source["CELERY_QUEUE"]}"' if source else ""
        _administer(f'CREATE DATABASE "{variables["CELERY_QUEUE"]}"{template}')
    elif source:
        shutil.copy(Path(source["DATA_DIR"], SQLITE), variables["DATA_DIR"])


def drop(variables: dict[str, str]) -> None:
    if "DATABASE_URL" in variables:
        _administer(f'DROP DATABASE IF EXISTS "{variables["CELERY_QUEUE"]}" WITH (FORCE)')


def drop_shared() -> None:
    """At the end of the run, whoever made them."""
    for name in ("migrated", "prepared"):
        variables = _shared(name)
        if Path(variables["DATA_DIR"]).exists():
            drop(variables)


def _administer(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)


def _of_the_run() -> Path:
    """The folder that all its processes know."""
    folder = Path(os.environ["DATA_DIR"])
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@contextmanager
def _alone(path: Path):
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
