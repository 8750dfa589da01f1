"""An installation of its own: a folder, a database, and the environment that names them."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from bench.processes import PROJECT

# Only the database varies: the same embedded queue and cache beside either.
EMBEDDED = {"REDIS_URL": "", "CELERY_BROKER_URL": "", "HOST": "127.0.0.1", "PORT": "0"}
EMBEDDED["DJANGO_SETTINGS_MODULE"] = "config.settings"


class Ground:
    """Use as a context: a database that it made on a server is dropped at the end."""

    def __init__(
        self, folder: Path, name: str, server: str, source: "Ground | None" = None
    ) -> None:
        """`server` is the URL of a PostgreSQL server, or empty for SQLite; with `source`,
        database and folder are copies of that one's, which nobody uses."""
        self.folder = folder / f"{name}-{'postgresql' if server else 'sqlite'}"
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700, parents=True)
        self.server, self.source = server, source
        self.database = f"countersign_bench_{uuid.uuid4().hex}"
        url = urlsplit(server)._replace(path=f"/{self.database}").geturl() if server else ""
        self.environment = EMBEDDED | {
            "DATA_DIR": str(self.data),
            "DATABASE_URL": url,
            "CELERY_QUEUE": self.database,
        }

    def __enter__(self) -> "Ground":
        source = self.source
        if source:
            shutil.copytree(source.data, self.data, dirs_exist_ok=True)
        if self.server:
            template = f' TEMPLATE "{source.database}"' if source else ""
            _administer(self.server, f'CREATE DATABASE "{self.database}"{template}')
        return self

    def __exit__(self, *_: object) -> None:
        if self.server:
            _administer(self.server, f'DROP DATABASE "{self.database}" WITH (FORCE)')

    def count_connections(self) -> int:
        """Those to the database on its server, but for the one that asks."""
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            row = connection.execute(asked, [self.database]).fetchone()
            return int(row[0]) if row else 0

    def run(self, *arguments: str) -> str:
        """`python …` to its end on this ground; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def ask(self, *arguments: str) -> dict:
        """Run a module of ours with Django; the object that it prints as JSON at the end."""
        return json.loads(self.run("-m", "bench.with_django", *arguments).splitlines()[-1])


def _administer(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
