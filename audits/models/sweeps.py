"""Files that nobody needs any more leave the store: what was removed, after its hour, and what
a process left behind that was killed between the bytes and their row."""

import datetime as dt
import re

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone

from audits.models.audits import Audit
from audits.models.evidence import Evidence
from audits.models.teams import Team
from audits.models.uploads import discard

# An upload takes minutes at most; whatever has no row after a day never gets one.
UNNAMED_AFTER = dt.timedelta(days=1)
AT_ONCE = 500
# The names that `uploads.random_name` makes; anything else in the folder is somebody else's.
FOLDERS = tuple(f"{number:02x}" for number in range(256))
NAME = re.compile("[0-9a-f]{32}")


def discard_removed() -> int:
    """Delete the files of removed evidence whose hour is over; how many went."""
    due = Evidence.objects.filter(discard_at__lte=timezone.now()).exclude(file="")
    rows = due.order_by("discard_at").values_list("pk", "answer__audit")[:AT_ONCE]
    return sum(_discard_file(pk, audit) for pk, audit in rows)


@transaction.atomic
def _discard_file(pk, audit_pk) -> bool:
    """Under the audit's lock: a removal may be taken back in the same moment."""
    Audit.objects.locked(audit_pk)
    row = Evidence.objects.get(pk=pk)
    stored = row.file.name
    if not stored or row.discard_at is None or row.discard_at > timezone.now():
        return False
    row.file = ""
    row.save(update_fields=["file"])
    # Other answers and other versions may rest on the same bytes.
    if Evidence.objects.filter(file=stored).exists():
        return False
    transaction.on_commit(lambda: discard(stored))
    return True


def discard_unnamed(turn: int) -> int:
    """Delete the old files of one folder of the store that no row names; how many went.

    `turn` counts up with the ticks, so that each folder has its turn, and no tick looks through
    all of them.
    """
    folder = FOLDERS[turn % len(FOLDERS)]
    old = _old_files(folder)
    unnamed = []
    for start in range(0, len(old), AT_ONCE):
        names = old[start : start + AT_ONCE]
        known = set(Evidence.objects.filter(file__in=names).values_list("file", flat=True))
        unnamed += [name for name in names if name not in known]
    for name in unnamed:
        discard(name)
    return len(unnamed)


def _old_files(folder: str) -> list[str]:
    try:
        _, names = default_storage.listdir(folder)
    except OSError:
        return []
    founded = Team.objects.aggregate(first=models.Min("created_at"))["first"]
    before, found = timezone.now() - UNNAMED_AFTER, []
    for name in names:
        path = f"{folder}/{name}"
        # What is older than this database is of another one: a server that was pointed at a new
        # database by mistake must not empty the store.
        if NAME.fullmatch(name) and founded and founded < _stored_at(path) < before:
            found.append(path)
    return found


def _stored_at(path: str) -> dt.datetime:
    try:
        return default_storage.get_modified_time(path)
    except OSError:
        return timezone.now()
