"""Evidence whose row, or file, was rewritten, and what the command makes of it."""

import datetime as dt
import uuid
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from audits.models import Audit, Evidence, pieces
from audits.models.contents import link
from audits.models.expiry import Days
from audits.models.loading import load, look
from audits.models.sweeps import discard_removed
from audits.models.undo import undo
from tests.audits.edits import last
from tests.audits.tampering import event, rewrite, tamper, told, untie, verify
from tests.audits.test_loading import text_of
from tests.audits.test_verify_answers import an_owner, holds

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def backed(audit, answer, a_file, ed) -> Audit:
    """A file (2), a note (3) that is replaced by a link (4), another note (5) that is removed (6),
    and an end of the file (7)."""
    file = Evidence.objects.attach_file(answer, a_file, by=ed)
    note = Evidence.objects.attach_note(answer, "Seen.", by=ed)
    new = link("https://a.example/x")
    pieces.replace(note, new, Days(), by=ed, seen_version=1)
    Evidence.objects.attach_note(answer, "Wrong.", by=ed).remove("It is wrong.", by=ed)
    pieces.set_expiry(file, timezone.localdate(), by=ed, seen=None)
    return Audit.objects.get(pk=audit.pk)


def rows(**where):
    return Evidence.objects.filter(**where)


def stored() -> Path:
    (row,) = rows(kind="file")
    return settings.MEDIA_ROOT / row.file.name


ANOTHER = "says something else than what was attached"
# Which row, what is written into it, after which event that is found, and as what.
ALTERED = {
    "kind": ({"kind": "file"}, lambda: {"kind": "note"}, 2, ANOTHER),
    "title": ({"kind": "file"}, lambda: {"title": "Other"}, 2, ANOTHER),
    "digest": ({"kind": "file"}, lambda: {"sha256": "f" * 64}, 2, ANOTHER),
    "name of the file": ({"kind": "file"}, lambda: {"filename": "x"}, 2, ANOTHER),
    "day": ({"kind": "file"}, lambda: {"speaks_of": LONG_AGO.date()}, 2, ANOTHER),
    "address": ({"kind": "link"}, lambda: {"url": "https://b.example"}, 4, ANOTHER),
    "text": ({"text": "Seen."}, lambda: {"text": "Not seen."}, 3, ANOTHER),
    "answer": (
        *({"kind": "file"}, lambda: {"answer": Audit.objects.get().answers.get(position=2)}),
        *(2, ANOTHER),
    ),
    "piece": (
        *({"kind": "link"}, lambda: {"piece": uuid.uuid4()}, 4),
        "is another piece, or version, than what was attached",
    ),
    "version": (
        *({"kind": "link"}, lambda: {"version": 1}, 4),
        "is another piece, or version, than what was attached",
    ),
    "person": (
        *({"kind": "file"}, lambda: {"added_by": an_owner()}, 2),
        "was attached by another person, or in another revision",
    ),
    "revision": (
        *({"kind": "file"}, lambda: {"revision": 2}, 2),
        "was attached by another person, or in another revision",
    ),
    "end": (
        *({"kind": "file"}, lambda: {"expires_on": None}, 7),
        "has another last good day than the events leave it",
    ),
    "end of what never changed": (
        *({"kind": "link"}, lambda: {"expires_on": LONG_AGO.date()}, 4),
        "has another last good day than the events leave it",
    ),
    "replaced no more": (
        *({"text": "Seen."}, lambda: {"replaced_at": None}, 4),
        "has another time of its replacement than the events leave it",
    ),
    "who replaced it": (
        *({"text": "Seen."}, lambda: {"replaced_by": an_owner()}, 4),
        "has another person who replaced it than the events leave it",
    ),
    "brought back": (
        *({"text": "Wrong."}, lambda: {"removed_at": None}, 6),
        "has another time of its removal than the events leave it",
    ),
    "removed": (
        *({"kind": "file"}, lambda: {"removed_at": LONG_AGO}, 2),
        "has another time of its removal than the events leave it",
    ),
    "who removed it": (
        *({"text": "Wrong."}, lambda: {"removed_by": an_owner()}, 6),
        "has another person who removed it than the events leave it",
    ),
    "why it was removed": (
        *({"text": "Wrong."}, lambda: {"removed_reason": "So."}, 6),
        "has another reason of its removal than the events leave it",
    ),
    "its bytes are to go": (
        *({"kind": "file"}, lambda: {"discard_at": LONG_AGO}, 2),
        "has another time at which its bytes go than the events leave it",
    ),
    "changed in": (
        *({"kind": "file"}, lambda: {"changed_in": 2}, 7),
        "was changed last by another event",
    ),
    "size": (
        *({"kind": "file"}, lambda: {"size_bytes": 1}, 2),
        "has a file of which the bytes do not match their SHA-256",
    ),
    "file": ({"kind": "file"}, lambda: {"file": ""}, 2, "has lost its file"),
    "file outside the store": (
        *({"kind": "file"}, lambda: {"file": "../../etc/passwd"}, 2),
        "has a file that is missing in the store, or cannot be read",
    ),
}


def test_what_backs_it_holds(backed, capsys):
    assert holds(capsys)


@pytest.mark.parametrize("what", ALTERED)
def test_altered_evidence_is_found(backed, capsys, what):
    where, values, number, finding = ALTERED[what]
    (row,) = rows(**where)
    rows(pk=row.pk).update(**values())

    title = rows(pk=row.pk).get().title
    assert verify(capsys) == told(backed, number, f"the evidence “{title}” {finding}")


def test_swapped_file_is_found(backed, capsys):
    stored().write_bytes(b"requests per minute: 99\n")

    assert verify(capsys) == told(
        *(backed, 2),
        "the evidence “limits.txt” has a file of which the bytes do not match their SHA-256",
    )


def test_missing_file_is_found(backed, capsys):
    stored().unlink()

    assert "has a file that is missing in the store" in verify(capsys)


def test_removed_row_is_found(backed, capsys):
    rows(kind="file").delete()

    assert verify(capsys) == told(backed, 2, "evidence that it tells of is missing")


def test_inserted_row_is_found(backed, capsys):
    extra = rows(kind="link").get()
    extra.pk = uuid.uuid4()
    extra.save(force_insert=True)

    assert verify(capsys) == told(backed, 7, f"no event tells of the evidence “{extra.title}”")


def test_rewritten_row_that_somebody_changed_since_is_found(backed, ed, capsys):
    rows(kind="link").update(title="Other")
    rows(kind="link").get().remove("No.", by=ed)

    assert verify(capsys) == told(
        backed, 8, "it tells otherwise of the evidence “Other” than the events before it"
    )


def test_row_that_was_set_back_and_changed_since_is_found(backed, ed, capsys):
    rows(text="Wrong.").update(removed_at=None, removed_reason="", removed_by=None)
    rows(text="Wrong.").get().remove("Again.", by=ed)

    assert verify(capsys) == told(
        backed, 8, "it changes the evidence “Wrong.”, which did not stand so before it"
    )


def test_what_is_taken_back_and_what_was_swept_hold(backed, ed, capsys):
    for verb in ("evidence.dated", "evidence.removed", "evidence.replaced", "evidence.undone"):
        undo(last(backed, verb), by=ed)
        assert holds(capsys)
    rows(kind="file").get().remove("Not needed.", by=ed)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=2)):
        assert discard_removed() == 1

    assert holds(capsys)


def test_what_older_events_do_not_tell_is_not_asked(backed, capsys):
    untie()
    older = ("now", "was", "piece", "of_piece")
    for number in (2, 3, 5, 6, 7):
        detail = event(backed, number).detail
        tamper(backed, number, detail={k: v for k, v in detail.items() if k not in older})
    rewrite(backed)
    assert holds(capsys)

    rows(kind="file").update(title="Other")

    assert verify(capsys) == told(backed, 2, f"the evidence “Other” {ANOTHER}")


@pytest.fixture
def loaded(backed, alice) -> Audit:
    text = text_of(backed)
    return load(backed.project, look(backed.project, text, "json", by=alice), by=alice)


def test_loaded_evidence_that_was_worked_on_holds(loaded, ed, capsys):
    row = rows(answer__audit=loaded, kind="file").get()
    pieces.set_expiry(row, None, by=ed, seen=timezone.localdate())
    undo(last(loaded, "evidence.dated"), by=ed)
    new = {"kind": "note", "title": "Newer", "text": "Newer."}
    pieces.replace(row, new, Days(), by=ed, seen_version=1)
    rows(answer__audit=loaded, kind="link").get().remove("No.", by=ed)

    call_command("verify_events", str(loaded.pk))
    assert "every chain holds" in capsys.readouterr().out


@pytest.mark.parametrize(
    "values", [{"title": "Other"}, {"expires_on": LONG_AGO.date()}, {"sha256": "f" * 64}]
)
def test_loaded_evidence_that_was_altered_is_found(loaded, capsys, values):
    rows(answer__audit=loaded, kind="file").update(**values)

    assert verify(capsys, loaded.pk) == told(loaded, 2, "the evidence is not what was loaded")


def test_file_is_read_once_however_many_answers_it_backs(backed, ed, capsys, monkeypatch):
    pieces.share(rows(kind="file").get(), [backed.answers.get(position=2).pk], by=ed)
    read = []
    monkeypatch.setattr(
        "audits.models.evidence_proofs._fingerprint", lambda name: read.append(name)
    )

    verify(capsys)
    assert len(read) == 2  # once without the lock, once under it
