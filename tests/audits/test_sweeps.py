"""Files that nobody needs any more."""

import datetime as dt
import os

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from audits import tasks
from audits.models import Evidence, Team, contents
from audits.models.evidence import BYTES_WAIT
from audits.models.expiry import Days
from audits.models.pieces import replace, share
from audits.models.sweeps import FOLDERS, discard_removed, discard_unnamed

pytestmark = pytest.mark.usefixtures("chains_hold")

NAME = "ab" + "c" * 30


@pytest.fixture
def file(answer, a_file, ed) -> Evidence:
    return Evidence.objects.attach_file(answer, a_file, by=ed)


@pytest.fixture
def later(django_capture_on_commit_callbacks):
    def sweep(after=BYTES_WAIT):
        with (
            time_machine.travel(timezone.now() + after),
            django_capture_on_commit_callbacks(execute=True),
        ):
            return discard_removed()

    return sweep


def exists(name) -> bool:
    return default_storage.exists(name)


def test_bytes_of_a_removed_file_wait_an_hour(file, ed, later):
    file.remove("Wrong.", by=ed)

    assert later(BYTES_WAIT - dt.timedelta(minutes=1)) == 0
    assert exists(file.file.name)
    assert later() == 1
    assert not exists(file.file.name)


def test_bytes_stay_while_another_answer_rests_on_them(audit, file, ed, later):
    share(file, [audit.answers.get(position=3).pk], by=ed)
    file.remove("Not here.", by=ed)

    assert later() == 0
    assert exists(file.file.name)

    Evidence.objects.current().get().remove("Nor there.", by=ed)
    assert later() == 1
    assert not exists(file.file.name)


def test_bytes_of_a_former_version_go_with_the_piece(file, ed, later):
    replace(file, contents.note("New."), Days(), by=ed, seen_version=1)
    assert later() == 0

    Evidence.objects.current().get().remove("All wrong.", by=ed)

    assert later() == 1


def test_a_sealed_revision_keeps_its_files(sealed_audit, ed, noor, later):
    sealed_audit.reopen("Another look.", by=noor)
    file = Evidence.objects.get(kind="file")
    file.remove("Out of date.", by=ed)

    assert later() == 0
    assert exists(file.file.name)


@pytest.fixture
def left_behind(harbour):
    """`left_behind(days)`: a file without a row, stored so long ago, of a team that is older."""
    Team.objects.update(created_at=timezone.now() - dt.timedelta(days=30))

    def leave(days: float, name: str = f"ab/{NAME}") -> str:
        default_storage.save(name, ContentFile(b"x"))
        at = (timezone.now() - dt.timedelta(days=days)).timestamp()
        os.utime(default_storage.path(name), (at, at))
        return name

    return leave


def sweep_all() -> int:
    return sum(discard_unnamed(turn) for turn in range(len(FOLDERS)))


def test_a_file_without_a_row_goes_after_a_day(left_behind):
    name = left_behind(1.1)

    assert sweep_all() == 1
    assert not exists(name)


def test_a_file_that_may_still_get_its_row_stays(left_behind):
    name = left_behind(0.9)

    assert sweep_all() == 0
    assert exists(name)


def test_a_file_that_a_row_names_stays_however_old(left_behind, file):
    at = (timezone.now() - dt.timedelta(days=20)).timestamp()
    os.utime(default_storage.path(file.file.name), (at, at))

    assert sweep_all() == 0
    assert exists(file.file.name)


def test_what_is_older_than_the_database_stays(left_behind):
    name = left_behind(40)

    assert sweep_all() == 0
    assert exists(name)


def test_what_was_not_stored_by_us_stays(left_behind):
    name = left_behind(5, "ab/readme.txt")

    assert sweep_all() == 0
    assert exists(name)


def test_the_tick_counts_what_it_deleted_in_the_log(left_behind, monkeypatch, caplog):
    left_behind(2)
    monkeypatch.setattr("time.time", lambda: FOLDERS.index("ab") * 10.0)

    tasks.sweep()

    assert "Deleted 1 files that no evidence names" in caplog.text
