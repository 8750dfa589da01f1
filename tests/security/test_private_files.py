import sqlite3
import stat
from contextlib import closing, suppress

import pytest

from tests.serve.served import wait_for

pytestmark = pytest.mark.slow


def open_to_others(folder) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # a message of the broker that was taken meanwhile
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                found.append(str(path.relative_to(folder)))
    return found


def sealed_reports(folder) -> int:
    """How many the worker made, signed and stored: of what the demo signed."""
    database = f"file:{folder / 'countersign.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        return connection.execute("SELECT COUNT(*) FROM audits_reportfile").fetchone()[0]


def test_nothing_in_a_data_folder_that_was_there_before_is_open_to_other_users(serve, tmp_path):
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)

    served = serve(DEMO="1", DATABASE_URL="", CELERY_BROKER_URL="", DATA_DIR=str(folder))
    served.wait_until_ready()
    wait_for(lambda: sealed_reports(folder), 60)

    assert open_to_others(folder) == []
