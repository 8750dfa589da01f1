"""The embedded cache: one file for all processes of a machine."""

import json
import sqlite3
import time
from functools import cached_property
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

TABLE = """
CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires REAL)
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_expires ON entry (expires);
"""


class FileCache(BaseCache):
    """A cache in the SQLite file LOCATION, for what all processes must agree on: rate limits.

    Values are JSON and not pickle, so that who can write the file cannot run code. Nothing is
    thrown away before it has expired, whoever fills it. Django keeps an instance a thread.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.location = location

    @cached_property
    def connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.location, timeout=20, isolation_level=None)
        _keep_a_log(connection)
        connection.executescript(f"PRAGMA synchronous=NORMAL; BEGIN IMMEDIATE; {TABLE} COMMIT;")
        return connection

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return self._write("INSERT OR IGNORE", key, value, timeout, version)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._write("INSERT OR REPLACE", key, value, timeout, version)

    def _write(self, verb: str, key: str, value: Any, timeout: Any, version: int | None) -> bool:
        entry = self._key(key, version), json.dumps(value), self.get_backend_timeout(timeout)
        with self.connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM entry WHERE expires <= ?", [time.time()])
            written = connection.execute(f"{verb} INTO entry VALUES (?, ?, ?)", entry)
        return written.rowcount > 0

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        found = self.connection.execute(
            "SELECT value FROM entry WHERE key = ? AND (expires IS NULL OR expires > ?)",
            [self._key(key, version), time.time()],
        ).fetchone()
        return json.loads(found[0]) if found else default

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        touched = self.connection.execute(
            "UPDATE entry SET expires = ? WHERE key = ? AND (expires IS NULL OR expires > ?)",
            [self.get_backend_timeout(timeout), self._key(key, version), time.time()],
        )
        return touched.rowcount > 0

    def delete(self, key: str, version: int | None = None) -> bool:
        gone = self.connection.execute(
            "DELETE FROM entry WHERE key = ?", [self._key(key, version)]
        )
        return gone.rowcount > 0

    def clear(self) -> None:
        self.connection.execute("DELETE FROM entry")

    def _key(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Set WAL. Of several that make the file at once SQLite refuses some, without a wait."""
    for _ in range(100):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(0.05)
    connection.execute("PRAGMA journal_mode=WAL")
