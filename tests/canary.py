"""A key that may turn up nowhere but at the server that it is meant for, and how it is sought."""

import base64
import json
import logging
import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.db import connection

from audits.models.keys import KeyReference
from audits.models.sealed_values import seal
from audits.probes.secrets import Secret
from audits.simulator.keys import key_named

KEY = key_named("canary")
# What a masked key may show is shorter than that.
WINDOW = 12
PREFIX = "sk-ant-api03-"
# A gateway's own key: nothing in its form tells that it is one.
GATEWAY_PREFIX = "gw-"
GATEWAY_KEY = f"{GATEWAY_PREFIX}9f3cT7wq2LmX5vRz8KbYd4Hn"
VARIABLE = "CLAUDE_CANARY"
WAYS = ("env", "file", "sealed")


def plant(
    environment, *, by, way, monkeypatch, folder: Path, purpose="api", header="", canary=KEY
):
    """The canary as a key of the environment, by one of WAYS. `folder` becomes SECRETS_DIR; it
    lies outside of DATA_DIR."""
    monkeypatch.setenv(VARIABLE, canary)
    (folder / "canary").write_text(f"{canary}\n")
    monkeypatch.setattr(settings, "SECRET_STORES", replace(settings.SECRET_STORES, folder=folder))
    where = {
        "env": {"reference": f"env:{VARIABLE}"},
        "file": {"reference": "file:canary"},
        "sealed": {"sealed_value": seal(Secret(canary))},
    }[way]
    return KeyReference.objects.add(
        environment, by=by, purpose=purpose, header=header, label=f"By {way}", **where
    )


def _forms(key: str, prefix: str) -> set[bytes]:
    """The key in pieces and in the spellings in which something could carry it away."""
    secret = key.removeprefix(prefix)
    pieces = {secret[start : start + WINDOW] for start in range(len(secret) - WINDOW + 1)}
    forms = {piece.encode() for piece in pieces} | {piece[::-1].encode() for piece in pieces}
    forms |= {piece.encode().hex().encode() for piece in pieces}
    forms |= {b"".join(b"%%%02X" % char for char in piece.encode()) for piece in pieces}
    # Without the backslashes, of which every quoting doubles the number.
    forms |= {b"".join(b"u%04x" % char for char in piece.encode()) for piece in pieces}
    for start in range(len(secret) - WINDOW):
        # Of base64 only whole groups of three bytes are the same whatever stands around them.
        forms.add(base64.b64encode(secret[start : start + WINDOW].encode()))
    return forms


FORMS = sorted(_forms(KEY, PREFIX) | _forms(GATEWAY_KEY, GATEWAY_PREFIX))


def traces(data: bytes | str) -> list[bytes]:
    """What is left of a canary in it; empty for nothing."""
    data = data.encode(errors="replace") if isinstance(data, str) else data
    return _forms_in(data) or _forms_in(data.replace(b"\\", b""))


def _forms_in(data: bytes) -> list[bytes]:
    # One after the other: an expression of all of them tries hundreds at each byte.
    return [form for form in FORMS if form in data]


def dump() -> Iterator[tuple[str, bytes]]:
    """Every table of the database with its rows, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = [
                [bytes(it) if isinstance(it, memoryview) else it for it in row] for row in cursor
            ]
            yield f"table {table}", repr(rows).encode()


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below it: what a backup would take."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield f"file {path.relative_to(folder)}", path.read_bytes()


def raised(error: BaseException) -> Iterator[tuple[str, str]]:
    """An exception with all that led to it, told or suppressed."""
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        each = todo.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        todo += [each.__cause__, each.__context__]
        text = "".join(traceback.format_exception(each))
        yield f"exception {type(each).__name__}", f"{text}{each!r}{each.args!r}"


def pages(client, start: Iterable[str], most: int = 150) -> Iterator[tuple[str, bytes]]:
    """Every page that links lead to from these, by GET."""
    todo, seen = list(start), set()
    while todo and len(seen) < most:
        url = todo.pop(0)
        if url in seen:
            continue
        seen.add(url)
        response = client.get(url)
        body = b"".join(response) if response.streaming else response.content
        yield f"page {url}", body + json.dumps(dict(response.headers)).encode()
        for found in re.findall(rb'(?:href|hx-get)="(/[^"#?]*)', body):
            if not found.startswith((b"/static/", b"/account/", b"/live/")):
                todo.append(found.decode())


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """What the loggers say meanwhile with LOG_LEVEL=DEBUG, and what was passed to them."""
    lines: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{self.format(record)} {record.args!r} {vars(record)!r}")

    keeper, root = Keeper(logging.DEBUG), logging.getLogger()
    apart = [each for each in map(logging.getLogger, logging.root.manager.loggerDict)
             if not each.propagate]  # fmt: skip
    level = root.level
    root.setLevel(logging.DEBUG)
    for each in (root, *apart):
        each.addHandler(keeper)
    try:
        yield lines
    finally:
        root.setLevel(level)
        for each in (root, *apart):
            each.removeHandler(keeper)
