"""A long past: verified in reasonable time, and in memory that does not grow with it."""

import gc
import time
import tracemalloc

import pytest
from django.core.management import call_command
from django.db import transaction

from audits.models import Audit
from audits.models.chains import find_broken_link

EVENTS = 5_000
# Twice and more of what a slow machine takes; a check that is not linear takes minutes.
SECONDS = 20


def talk(audit: Audit, by, number: int) -> None:
    """Events that tell of no row."""
    with transaction.atomic():
        locked = Audit.objects.locked(audit.pk)
        locked.log_many("audit.policy", [(None, {"after": "x" * 200})] * number, by=by)


def peak(audit: Audit) -> int:
    """Bytes at the most, of what Python holds, while the chain is walked."""
    gc.collect()  # or what others left would be cleared away in between, or not
    tracemalloc.start()
    try:
        assert find_broken_link(audit, files=True) is None
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_five_thousand_events_are_verified_within_seconds(audit, ed, capsys):
    talk(audit, ed, EVENTS)
    begun = time.process_time()

    call_command("verify_events")

    assert time.process_time() - begun < SECONDS
    assert "5,001 events: every chain holds" in capsys.readouterr().out


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_events(audit, ed):
    talk(audit, ed, EVENTS // 2)
    half = peak(Audit.objects.get(pk=audit.pk))
    talk(audit, ed, EVENTS // 2 * 3)

    assert peak(Audit.objects.get(pk=audit.pk)) < half * 1.2
