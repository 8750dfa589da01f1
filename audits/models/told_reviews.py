"""The reviews of an audit as a snapshot tells them; see docs/snapshot-format.md."""

import json
from typing import Any

from audits.models.audits import Audit


def since_sealed(audit: Audit) -> list[dict[str, Any]]:
    """As a snapshot tells them: of the reviews that ended after the last sealed snapshot was
    taken, be it in a former revision, in the order in which they ended. What stands in that
    snapshot is not told twice."""
    ended = audit.events.filter(verb="review.ended").order_by("number")
    if last := audit.snapshots.filter(sealed=True).order_by("revision").defer("data").last():
        told = audit.events.filter(hash=last.events_head).values_list("number", flat=True).first()
        ended = ended.filter(number__gt=told or 0)
    keys = [detail["review"] for detail in ended.values_list("detail", flat=True)]
    rows = {str(pk): row for pk, row in audit.reviews.in_bulk(keys).items()}
    return [
        {
            "digest": rows[key].minutes_digest,
            "minutes": json.loads(bytes(rows[key].minutes or b"null")),
        }
        for key in keys
    ]
