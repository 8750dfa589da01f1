"""bench.rooms AUDIT, by way of bench.with_django: a review of the audit of that address, under way
and led by the first member of the team; its address and its points, told as JSON."""

import json
import sys

from django.utils import timezone

from audits.models import Audit, Review


def main(address: str) -> None:
    audit = Audit.objects.get(pk=address.strip("/").rpartition("/")[2])
    lead = audit.project.team.memberships.order_by("pk")[0].user
    planned = Review.objects.plan(audit, by=lead, title="Launch review", starts_at=timezone.now())
    review = planned.start(by=lead)
    points = list(review.points.order_by("position").values_list("pk", flat=True))
    print(json.dumps({"room": review.get_absolute_url(), "points": points}))


main(sys.argv[1])
