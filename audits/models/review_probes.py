"""The probes look freshly before a review begins: by themselves shortly before its start, and when
somebody asks."""

import datetime as dt
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone

from audits.models import scheduling
from audits.models.lifecycle import AHEAD, SEALED, ReviewState
from audits.models.reviews import Review
from audits.models.runs import ProbeRun
from audits.models.users import User
from audits.models.watches import Watch

# Long enough for the slowest probe, and for a worker that has other things to do.
BEFORE = dt.timedelta(minutes=10)
# After its start, as long as nobody began: a scheduler that stood still makes up for it.
AFTER = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Look:
    """What a page says of it: `watched` probes run by themselves or may, `running` of them are
    not over yet; `planned` is when they are run before the start, if that is still to come."""

    at: dt.datetime | None
    watched: int
    running: int
    planned: dt.datetime | None

    @classmethod
    def of(cls, review: Review) -> "Look":
        """In one query."""
        unfinished = ProbeRun.objects.unfinished().filter(watch=models.OuterRef("pk"))
        rows = _watches(review).annotate(runs_now=models.Exists(unfinished))
        running = list(rows.values_list("runs_now", flat=True))
        ahead = review.is_planned and _looked_before(review) is None
        return cls(
            review.probed_at,
            len(running),
            sum(running),
            review.starts_at - BEFORE if ahead and running else None,
        )


def due(now: dt.datetime) -> list[Review]:
    """Reviews that begin soon and for which the probes did not look yet."""
    rows = Review.objects.filter(
        state=ReviewState.PLANNED, starts_at__gt=now - AFTER, starts_at__lte=now + BEFORE
    ).exclude(audit__state__in=SEALED)
    not_yet = models.Q(probed_at=None) | models.Q(probed_at__lt=models.F("starts_at") - BEFORE)
    return list(rows.filter(not_yet).select_related("audit"))


@transaction.atomic
def look_before(review: Review, now: dt.datetime) -> int:
    """Make every probe due that runs by itself on the project's environments: the scheduler takes
    them within its own bounds. How many; 0 too where another scheduler was first."""
    row = review.locked_alone()
    if not row.is_planned or _looked_before(row):
        return 0
    row.probed_at = now
    row.touch("probed_at")
    return _watches(row).exclude(next_at__lte=now).update(next_at=now)


@transaction.atomic
def look_now(review: Review, *, by: User) -> list[ProbeRun]:
    """Queue a run of every one of these probes that is not under way; the caller rings."""
    row = review.locked_alone()
    row.refuse_unless(*AHEAD)
    now = timezone.now()
    row.probed_at = now
    row.touch("probed_at")
    return scheduling.queue(_watches(row), now, by=by)


def _watches(review: Review) -> models.QuerySet[Watch]:
    """Those that run by themselves: whoever switched one off, or did not agree to what it costs
    or does, is not asked here."""
    of_project = Watch.objects.known().filter(environment__project=review.audit.project_id)
    return of_project.filter(enabled=True)


def _looked_before(review: Review) -> dt.datetime | None:
    """When they looked for this start, be it that somebody asked."""
    if review.probed_at is None or review.probed_at < review.starts_at - BEFORE:
        return None
    return review.probed_at
