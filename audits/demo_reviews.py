"""The reviews of the demo: what was held, and what is planned."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from audits.models import Action, AgendaPoint, Attendance, Audit, Participant, Review, User
from audits.models.decisions import Decision
from audits.models.review_ends import end
from audits.models.snapshots import state_seen


class DemoReviews:
    def __init__(self, audit: Audit, users: Mapping[str, User]):
        self.audit, self.users = audit, users

    def play(self, told: dict[str, Any]) -> None:
        """One that is `held` begins and ends at once; any other is ahead."""
        held = told.get("held")
        by = self.users[told["by"]]
        review = Review.objects.plan(
            Audit.objects.get(pk=self.audit.pk),
            by=by,
            title=told["title"],
            starts_at=timezone.now() if held else self._at(told["in_days"], told["at"]),
            planned_minutes=told["minutes"],
            place=told["place"],
        )
        people = [self.users[name] for name in told["comes"]]
        Participant.objects.invite_members(review, people, by=by)
        for guest in told.get("guests", ()):
            Participant.objects.invite_guest(review, **guest, by=by)
        for topic in told.get("topics", ()):
            AgendaPoint.objects.add_topic(review, topic["title"], by=self.users[topic["by"]])
        if held:
            self._hold(review, held, by)

    def _hold(self, review: Review, held: dict[str, Any], by: User) -> None:
        review = review.start(by=by)
        Attendance.objects.begin([each.pk for each in review.participants.all()])
        for each in held["decided"]:
            point = review.points.get(answer__item__ref=each["item"])
            point.review = review
            given = {name: each[name] for name in ("decision", "reason")}
            Decision(by=self.users[each["by"]], **given).on(point)
        for each in held["actions"]:
            due = timezone.localdate() + dt.timedelta(days=each["due_in_days"])
            Action.objects.add(
                Audit.objects.get(pk=self.audit.pk),
                each["title"],
                self.users[each["owner"]],
                due,
                by=by,
                review=review,
            )
        now = Audit.objects.get(pk=self.audit.pk)
        end(review, outcome=held["outcome"], by=by, seen=state_seen(now), statement=held["says"])

    @staticmethod
    def _at(days: int, at: str) -> dt.datetime:
        day = timezone.localdate() + dt.timedelta(days=days)
        return dt.datetime.combine(day, dt.time.fromisoformat(at), dt.UTC)
