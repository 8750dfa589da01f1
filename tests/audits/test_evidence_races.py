"""Evidence that several people touch at the same moment."""

import pytest
from django.utils import timezone

from audits.models import Audit, Evidence, contents
from audits.models.errors import AuditSealed, Outdated, Refused
from audits.models.expiry import Days
from audits.models.pieces import replace
from audits.models.snapshots import state_seen
from audits.models.sweeps import discard_removed
from audits.models.undo import undo
from tests.audits.helpers import seal
from tests.audits.racing import at_once, chain_holds, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_replace_the_same_version_one_is_told(audit, answer, ed, alice):
    note = Evidence.objects.attach_note(answer, "x", by=ed)

    outcomes = at_once(
        lambda: replace(note, contents.note("Ed's."), Days(), by=ed, seen_version=1),
        lambda: replace(note, contents.note("Alice's."), Days(), by=alice, seen_version=1),
    )

    assert refusals(outcomes) == [Outdated]
    assert Evidence.objects.current().get().version == 2
    assert chain_holds(audit)


def test_file_that_is_sent_while_the_audit_is_sealed_is_in_the_seal_or_not_there_at_all(
    settled_audit, answer, a_file, ed, noor, settings
):
    seen = state_seen(settled_audit)

    outcomes = at_once(
        lambda: seal(settled_audit, by=noor, seen=seen),
        lambda: Evidence.objects.attach_file(answer, a_file, by=ed),
    )

    stored = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert refusals(outcomes) in ([AuditSealed], [Outdated])
    assert len(stored) == Evidence.objects.filter(kind="file").count()
    assert chain_holds(settled_audit)


def test_removal_that_is_taken_back_as_its_hour_ends_has_its_bytes_or_is_refused(
    audit, answer, a_file, ed
):
    file = Evidence.objects.attach_file(answer, a_file, by=ed)
    file.remove("Wrong.", by=ed)
    Evidence.objects.update(discard_at=timezone.now())
    event = Audit.objects.get(pk=audit.pk).events.last()

    outcomes = at_once(lambda: undo(event, by=ed), discard_removed)

    row = Evidence.objects.get()
    assert row.is_current == bool(row.file)
    assert refusals(outcomes) == ([] if row.is_current else [Refused])
