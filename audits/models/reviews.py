"""The live pre-launch meeting of an audit."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models import rings
from audits.models.audits import Audit
from audits.models.errors import OffAgenda, Outdated, Refused, RuleBroken
from audits.models.events import Event
from audits.models.lifecycle import Outcome, ReviewState
from audits.models.review_rows import ReviewQuerySet
from audits.models.review_terms import ReviewTerms
from audits.models.text import clean
from audits.models.told import stamp
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.agenda import AgendaPoint


class ReviewNotSo(RuleBroken):
    """The review is in another state than what was asked for needs."""

    def __init__(self, state: str):
        self.state = state
        super().__init__(
            f"This review is {ReviewState(state).label.lower()}, so this cannot be done."
        )


class Review(models.Model):
    """What is shown, who leads and what was said change `version` and no event: the audit's chain
    has what was decided. docs/reviews.md tells the life of one."""

    State = ReviewState
    Outcome = Outcome

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="reviews")
    # Within its audit.
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=150)
    state = models.CharField(max_length=9, choices=ReviewState, default=ReviewState.PLANNED)
    starts_at = models.DateTimeField()
    planned_minutes = models.PositiveSmallIntegerField(default=30)
    # Where people talk: a link, or the name of a room.
    place = models.CharField(max_length=500, blank=True)
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews"
    )
    facilitator_name = models.CharField(max_length=254)
    # Who is asked in the roll call: names of roles of the policy.
    roles = models.JSONField(default=list)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Grows with whatever calendars show: RFC 5545's SEQUENCE.
    calendar_sequence = models.PositiveIntegerField(default=0)
    # Grows with each change of what was agreed: see ReviewTerms.
    terms_version = models.PositiveIntegerField(default=1)
    # What people took off the agenda, as `AgendaPoint.kept` tells it: it is not proposed again.
    left_out = models.JSONField(default=list)
    # When the probes were asked to look again before the start.
    probed_at = models.DateTimeField(null=True)

    # Grows with every change of the meeting: what the streams go by.
    version = models.PositiveIntegerField(default=1)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # What the lead shows; null: the agenda as a whole.
    point = models.ForeignKey(
        "audits.AgendaPoint", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # Since when it is shown, and how long a point should take; 0: no timer.
    point_since = models.DateTimeField(null=True)
    point_seconds = models.PositiveIntegerField(default=300)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    statement = models.TextField(blank=True, max_length=4000)
    # Canonical JSON, frozen when the review ended, and its SHA-256 in hex.
    minutes = models.BinaryField(null=True)
    minutes_digest = models.CharField(max_length=64, blank=True)
    # What its outcome proposed.
    round = models.ForeignKey(
        "audits.Round", on_delete=models.PROTECT, null=True, related_name="reviews"
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "number"], name="one_review_a_number"),
            models.UniqueConstraint(
                fields=["audit"],
                condition=models.Q(state=ReviewState.RUNNING),
                name="one_running_review_an_audit",
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="review_ahead")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("review-detail", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.state == ReviewState.PLANNED

    @property
    def is_running(self) -> bool:
        return self.state == ReviewState.RUNNING

    @property
    def ends_at(self) -> dt.datetime:
        """As it was planned."""
        return self.starts_at + dt.timedelta(minutes=self.planned_minutes)

    @property
    def place_url(self) -> str:
        """The place as an address to go to; empty where it is a name."""
        return self.place if self.place.startswith(("https://", "http://")) else ""

    def told(self) -> dict[str, Any]:
        """What an event says of it."""
        return {
            "review": str(self.pk),
            "number": self.number,
            "title": self.title,
            "starts_at": stamp(self.starts_at),
            "facilitator": self.facilitator_name,
        }

    @property
    def terms(self) -> ReviewTerms:
        return ReviewTerms(
            self.title,
            self.starts_at,
            self.planned_minutes,
            self.place,
            self.facilitator,
            tuple(self.roles),
        )

    def take(self, terms: ReviewTerms) -> None:
        for name, value in vars(terms).items():
            setattr(self, name, value)
        self.roles = list(terms.roles)
        self.facilitator_name = str(terms.facilitator)

    @transaction.atomic
    def change(self, terms: ReviewTerms, *, by: User, seen_version: int | None = None) -> "Review":
        """Agree on something else, as long as it is planned. Outdated when `seen_version` is not
        the row's `terms_version` and the row does not say the same already."""
        audit, row = self.locked()
        row.refuse_unless(ReviewState.PLANNED)
        audit.refuse_if_sealed()
        before = row.terms
        terms = terms.checked(audit, before)
        if terms == before:
            return row
        if seen_version is not None and seen_version != row.terms_version:
            raise Outdated(row.last_terms_event().actor_name, "this review")
        row.take(terms)
        row.terms_version += 1
        row.calendar_sequence += terms.moves(before)
        row.touch(*vars(terms), "facilitator_name", "terms_version", "calendar_sequence")
        if terms.moves(before):
            row.tell_invited()
        audit.log("review.changed", by=by, **row.told(), changes=terms.differences(before))
        return row

    def last_terms_event(self) -> Event:
        """Who agreed on what stands there now."""
        verbs = ("review.planned", "review.changed")
        told = self.audit.events.filter(verb__in=verbs, detail__review=str(self.pk))
        return told.latest("number")

    @transaction.atomic
    def cancel(self, reason: str, *, by: User) -> "Review":
        """It does not take place. So may one of an audit that was sealed meanwhile."""
        audit, row = self.locked()
        row.refuse_unless(ReviewState.PLANNED)
        reason = clean(Review, "statement", reason)
        if not reason:
            raise Refused("Say why it does not take place: those invited read it.", "reason")
        row.state, row.statement = ReviewState.CANCELLED, reason
        row.calendar_sequence += 1
        row.touch("state", "statement", "calendar_sequence")
        row.tell_invited()
        audit.log("review.cancelled", by=by, **row.told(), reason=reason)
        return row

    @transaction.atomic
    def start(self, *, by: User) -> "Review":
        """Begin the meeting with the newest agenda; whoever starts it leads."""
        audit, row = self.locked()
        row.refuse_unless(ReviewState.PLANNED)
        audit.refuse_if_sealed()
        if other := audit.reviews.filter(state=ReviewState.RUNNING).first():
            raise Refused(f"“{other}” is under way in this audit: end it first.")
        row.previous = audit.reviews.former()
        row.refresh_agenda()
        row.state, row.started_at, row.lead = ReviewState.RUNNING, timezone.now(), by
        row.touch("state", "started_at", "lead", "previous")
        row.begin_attendance()
        points = row.points.count()
        audit.log("review.started", by=by, review=str(row.pk), number=row.number, points=points)
        return row

    def take_back(self, key: str) -> dict[str, Any] | None:
        """Forget that this was taken off the agenda, under the lock; what it was."""
        kept = next((each for each in self.left_out if each["key"] == key), None)
        if kept is not None:
            self.left_out = [each for each in self.left_out if each["key"] != key]
            self.save(update_fields=["left_out"])
        return kept

    def refresh_agenda(self) -> int:
        """Bring the agenda up to date, under the locks that the caller holds; how many points
        are new. See agenda.py, which stands on this module."""
        from audits.models.agenda import AgendaPoint

        return AgendaPoint.objects.renew(self)

    def tell_invited(self) -> None:
        """Calendars show something else from now on. See review_mail.py, which stands on this
        module, as presence.py does."""
        from audits.models import review_mail

        review_mail.follow(self)

    def begin_attendance(self) -> None:
        """Of those who wait in the room already."""
        from audits.models.presence import Presence

        Presence.objects.attend(self)

    @transaction.atomic
    def propose_again(self) -> int:
        """Bring the agenda of a planned review up to date; how many points are new."""
        audit, row = self.locked()
        row.refuse_unless(ReviewState.PLANNED)
        audit.refuse_if_sealed()
        new = row.refresh_agenda()
        row.touch()
        return new

    def locked(self) -> tuple[Audit, "Review"]:
        """Audit and review as they are now: the audit's lock first, as everywhere, then the
        review's. Inside a transaction only."""
        audit = Audit.objects.locked(self.audit_id)
        row = self.locked_alone()
        row.audit = audit
        return audit, row

    def locked_alone(self) -> "Review":
        """The review under its lock, for what leaves no event. Inside a transaction only."""
        return Review.objects.select_for_update(no_key=True).get(pk=self.pk)

    def running(self) -> "Review":
        """The review under its lock; ReviewNotSo unless it is under way."""
        row = self.locked_alone()
        row.refuse_unless(ReviewState.RUNNING)
        return row

    def on_agenda(self, point: "AgendaPoint") -> "AgendaPoint":
        """The point as it is now, under this review's lock; OffAgenda where somebody took it off
        meanwhile."""
        row = self.points.filter(pk=point.pk).first()
        if row is None:
            raise OffAgenda
        row.review = self
        return row

    def refuse_unless(self, *states: str) -> None:
        if self.state not in states:
            raise ReviewNotSo(self.state)

    def touch(self, *fields: str) -> None:
        """Store these columns and tell everybody in the room, under the lock that the caller
        holds."""
        self.version += 1
        self.save(update_fields=["version", *fields])
        rings.review(self.pk)
