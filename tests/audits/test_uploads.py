import errno
import hashlib
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import DatabaseError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audits.models import Audit, Evidence
from audits.models.errors import Refused
from audits.models.evidence import BYTES_WAIT
from audits.models.sweeps import discard_removed
from audits.models.uploads import StorageFailed, own_name, sniff
from tests.audits.helpers import seal, settle


def stored_files() -> list:
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]


def test_file_is_kept_byte_for_byte_with_its_sha256(answer, ed, a_file):
    evidence = Evidence.objects.attach_file(answer, a_file, by=ed)

    data = b"requests per minute: 50\n"
    assert evidence.file.open("rb").read() == data
    assert (evidence.size_bytes, evidence.sha256) == (24, hashlib.sha256(data).hexdigest())


def test_name_in_the_store_tells_nothing_of_the_persons_name(answer, ed, a_file):
    evidence = Evidence.objects.attach_file(answer, a_file, by=ed)

    assert (evidence.filename, evidence.title) == ("limits.txt", "limits.txt")
    assert "limits" not in evidence.file.name


def test_stored_file_can_be_read_by_the_service_alone(answer, ed, a_file):
    Evidence.objects.attach_file(answer, a_file, by=ed)

    assert [path.stat().st_mode & 0o777 for path in stored_files()] == [0o600]


def test_large_upload_that_waits_on_disk_is_stored_whole(answer, ed):
    upload = TemporaryUploadedFile("trace.bin", "image/png", 3_000_000, None)
    upload.write(b"\0\1\2" * 1_000_000)

    with closing(upload):
        evidence = Evidence.objects.attach_file(answer, upload, by=ed)

    assert evidence.file.size == evidence.size_bytes == 3_000_000


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ed\\limits.csv", "limits.csv"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("nul\0.txt", "nul.txt"),
        ("\ud800.txt", ".txt"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_persons_name_for_a_file_is_its_printable_last_part(sent, kept):
    assert own_name(sent) == kept


def test_empty_file_is_refused(answer, ed):
    with pytest.raises(Refused, match="The file is empty"):
        Evidence.objects.attach_file(answer, ContentFile(b"", name="x"), by=ed)


def test_file_over_the_limit_is_refused_before_it_is_stored(answer, ed, settings):
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024

    with pytest.raises(Refused, match="larger than 1 MB"):
        Evidence.objects.attach_file(answer, ContentFile(b"x" * 1048577, name="x"), by=ed)

    assert not stored_files()


def test_full_disk_leaves_no_row_and_no_file(answer, ed, a_file, monkeypatch):
    def half_of_it(self, name, content):
        path = Path(self.path(name))
        path.parent.mkdir(parents=True)
        path.write_bytes(b"requests")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", half_of_it)

    with pytest.raises(StorageFailed, match="No space left on device"):
        Evidence.objects.attach_file(answer, a_file, by=ed)

    assert (Evidence.objects.count(), stored_files()) == (0, [])


def test_row_that_fails_leaves_no_file(answer, ed, a_file, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("disk I/O error")

    monkeypatch.setattr(Audit, "log_many", fail)

    with pytest.raises(DatabaseError):
        Evidence.objects.attach_file(answer, a_file, by=ed)

    assert stored_files() == []


def test_file_for_an_audit_sealed_meanwhile_leaves_nothing(answer, ed, noor, a_file):
    settle(answer.audit, by=ed)
    seal(answer.audit, by=noor)

    # `answer.audit` still says open, as it did when the page was loaded.
    with pytest.raises(Exception, match="is sealed"):
        Evidence.objects.attach_file(answer, a_file, by=ed)

    assert stored_files() == []


def test_removed_file_is_gone_from_the_store_after_its_hour(
    answer, ed, a_file, django_capture_on_commit_callbacks
):
    evidence = Evidence.objects.attach_file(answer, a_file, by=ed)

    evidence.remove("Holds a key.", by=ed)

    with (
        time_machine.travel(timezone.now() + BYTES_WAIT),
        django_capture_on_commit_callbacks(execute=True),
    ):
        discard_removed()
    assert stored_files() == []
    assert not Evidence.objects.get(pk=evidence.pk).file


def test_removal_that_is_rolled_back_keeps_the_file(answer, ed, a_file, monkeypatch):
    evidence = Evidence.objects.attach_file(answer, a_file, by=ed)
    monkeypatch.setattr(Audit, "log_many", lambda *a, **k: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        evidence.remove("Holds a key.", by=ed)

    assert len(stored_files()) == 1


def test_file_that_a_sealed_revision_rests_on_survives_its_removal(
    sealed_audit, ed, noor, django_capture_on_commit_callbacks
):
    evidence = Evidence.objects.get(kind="file")
    sealed_audit.reopen("Another look.", by=noor)

    evidence.remove("Out of date.", by=ed)

    with (
        time_machine.travel(timezone.now() + BYTES_WAIT),
        django_capture_on_commit_callbacks(execute=True),
    ):
        discard_removed()
    assert Evidence.objects.get(pk=evidence.pk).file.open("rb").read().startswith(b"requests")


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"requests per minute: 50\n", "text/plain"),
        ("žluťoučký kůň".encode(), "text/plain"),
        (b"x" * 4095 + "é".encode()[:1], "text/plain"),
        (b"x" * 4000 + b"\xff\xfe\xfd" * 32, "application/octet-stream"),
        (b"\0\1\2\3", "application/octet-stream"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"PK\3\4\x14\0\0\0\0\0notes.txt", "application/zip"),
    ],
)
def test_type_is_told_by_content(head, media_type):
    assert sniff(head) == media_type


@given(st.binary(max_size=200))
def test_any_bytes_have_a_type(head):
    assert 0 < len(sniff(head)) <= 100
