"""Reviews as many: planning one, and which are ahead."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from audits.models.audits import Audit
from audits.models.lifecycle import AHEAD, ReviewState
from audits.models.review_terms import ReviewTerms
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.reviews import Review


# A review that did not begin so long after its time was forgotten: nobody is led to it any more.
FORGOTTEN = dt.timedelta(hours=12)


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user) -> "ReviewQuerySet":
        return self.filter(audit__project__team__memberships__user=user)

    def ahead(self) -> "ReviewQuerySet":
        """Planned or under way."""
        return self.filter(state__in=AHEAD)

    def at_hand(self) -> "ReviewQuerySet":
        """Under way, or planned for now or later: none that was forgotten."""
        is_late = models.Q(starts_at__lt=timezone.now() - FORGOTTEN)
        return self.ahead().exclude(is_late, state=ReviewState.PLANNED)

    def former(self) -> "Review | None":
        """The last that came to its end."""
        return self.filter(state=ReviewState.ENDED).order_by("-ended_at").first()

    @transaction.atomic
    def plan(
        self,
        audit: Audit,
        *,
        by: User,
        title: str,
        starts_at: dt.datetime,
        planned_minutes: int = 30,
        place: str = "",
        facilitator: User | None = None,
        roles: Sequence[str] = (),
    ) -> "Review":
        """Plan a meeting about the audit, which must not be sealed, with the agenda that is
        proposed. Without roles every one of the policy is asked."""
        audit = audit.for_change()
        terms = ReviewTerms(
            title, starts_at, planned_minutes, place, facilitator or by, tuple(roles)
        )
        last = audit.reviews.aggregate(last=models.Max("number"))["last"] or 0
        review = self.model(audit=audit, number=last + 1, created_by=by)
        review.take(terms.checked(audit))
        review.previous = audit.reviews.former()
        review.save(force_insert=True)
        review.refresh_agenda()
        audit.log("review.planned", by=by, **review.told())
        return review
