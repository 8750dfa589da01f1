"""Do the minutes of an audit's reviews stand as its events tell?"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Q

from audits.models.audits import Audit
from audits.models.disorder import Finding
from audits.models.events import Event
from audits.models.replay import Replay
from audits.models.told import moment
from audits.reports.canonical import digest

if TYPE_CHECKING:
    from audits.models.reviews import Review


def findings(audit: Audit, replay: Replay) -> Iterator[Finding]:
    """The number of the event that tells otherwise, and what is wrong. One review at a time is in
    memory."""
    for pk, event in replay.reviews.items():
        row = audit.reviews.filter(pk=pk).first()
        faults = ["it is missing"] if row is None else _faults(row, event)
        for fault in faults:
            yield event.number, f"review {event.detail['number']}: {fault}"
    ended = audit.reviews.filter(Q(state="ended") | Q(minutes__isnull=False))
    untold = ended.exclude(pk__in=replay.reviews)
    for number in untold.values_list("number", flat=True):
        yield audit.events_count, f"review {number}: no event tells of its end"


def _faults(row: "Review", event: Event) -> Iterator[str]:
    if row.state != "ended" or row.minutes is None:
        yield "it ended, and its minutes are missing"
        return
    data = bytes(row.minutes)
    if digest(data) != row.minutes_digest:
        yield "the bytes of its minutes do not match their digest"
        return
    if row.minutes_digest != event.detail["digest"]:
        yield "the event names other minutes"
        return
    told = json.loads(data)
    said = (row.outcome, row.statement, moment(row.ended_at), row.number, row.title)
    about = told["review"]
    if said != (
        *(told["outcome"], told["statement"]),
        *(about["ended_at"], about["number"], about["title"]),
    ):
        yield "it stands otherwise than its minutes tell"
