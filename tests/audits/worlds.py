"""Worlds that the tests of a module share: what is dear to build is built once, and each test
takes back what it did there."""

import copy
import inspect
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings


class Ground:
    """Where the worlds of a module stand."""

    def __init__(self, blocker, folder: Path):
        self.blocker, self.folder = blocker, folder

    @contextmanager
    def holding(self, build: Callable[[], Any]) -> Iterator[Any]:
        """What `build` returns, in a transaction of which those of the tests are savepoints."""
        around = transaction.atomic()
        around._from_testcase = True  # or no durable block could be opened in it
        with self.blocker.unblock(), around:
            with override_settings(**folders(self.folder)):
                built = build()
            # Never to run; and a ring that waits here would be taken for that of a test.
            connection.run_on_commit.clear()
            with self.blocker.block():
                yield built
            transaction.set_rollback(True)


@pytest.fixture(scope="module")
def ground(django_db_setup, django_db_blocker, tmp_path_factory) -> Ground:
    return Ground(django_db_blocker, tmp_path_factory.mktemp("world"))


def folders(root: Path) -> dict[str, Path]:
    """Where uploads and reports lie."""
    return {"MEDIA_ROOT": root / "uploads", "REPORTS_DIR": root / "reports"}


def share(module: dict, *wanted: str) -> None:
    """These fixtures, and all that they ask for, are made once for the module: each test has a
    copy of its own, of files and objects as of rows. What else the module tests meets them in the
    database too; real transactions have no place in it."""
    functions = sources(wanted, module)

    @pytest.fixture(scope="module", autouse=True)
    def world(ground):
        with ground.holding(lambda: make(functions)) as made:
            yield made

    @pytest.fixture
    def own(world, ground, db, stores, tmp_path):
        shutil.copytree(ground.folder, tmp_path, dirs_exist_ok=True)
        return copy.deepcopy(world)

    module |= {"world": world, "own": own}
    for name in functions:
        module[name] = pytest.fixture(name=name)(lambda own, name=name: own[name])


def sources(wanted: tuple[str, ...], module: dict) -> dict[str, Callable]:
    """Of each fixture its function, after those that it asks for."""
    known, found = within_reach(module), {}
    for name in wanted:
        if name != "db":
            function = inspect.unwrap(known[name])
            found |= sources(asked_for(function), module) | {name: function}
    return found


def within_reach(module: dict) -> dict[str, Any]:
    """What the module and the conftest of each folder above it define."""
    found: dict[str, Any] = {}
    package = ""
    for part in module["__name__"].split(".")[:-1]:
        package += f"{part}."
        if conftest := sys.modules.get(f"{package}conftest"):
            found |= vars(conftest)
    return found | module


def asked_for(function: Callable) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def make(functions: dict[str, Callable]) -> dict[str, Any]:
    made: dict[str, Any] = {"db": None}
    for name, function in functions.items():
        made[name] = function(*(made[asked] for asked in asked_for(function)))
    return made
