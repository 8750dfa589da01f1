"""Action items: what is to be done, by whom and until when, agreed on in a review or beside it."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.errors import Outdated, Refused, RuleBroken
from audits.models.reviews import Review
from audits.models.teams import Membership, Team
from audits.models.text import clean
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.agenda import AgendaPoint


class ActionState(models.TextChoices):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, user) -> "ActionQuerySet":
        return self.filter(team__memberships__user=user)

    def open(self) -> "ActionQuerySet":
        return self.filter(state=ActionState.OPEN)

    def fixes(self, audit: Audit) -> dict[str, "Action"]:
        """What reviews decided to fix and is open, by the key of the agenda point; other action
        items of a point have titles of their own."""
        found = self.open().filter(audit=audit, title=models.F("point__title"))
        latest_last = found.select_related("point").order_by("created_at")
        return {each.point.key: each for each in latest_last if each.point}

    def late(self) -> "ActionQuerySet":
        return self.open().filter(due__lt=timezone.localdate())

    def closed(self) -> "ActionQuerySet":
        return self.exclude(state=ActionState.OPEN)

    def for_list(self) -> "ActionQuerySet":
        """With all that a row names."""
        return self.select_related("team", "owner", "audit__project", "review", "answer__item")

    def for_panel(self) -> "ActionQuerySet":
        """Of one answer: the open ones by their day, then what is closed, the last first."""
        is_closed = models.Case(models.When(state=ActionState.OPEN, then=0), default=1)
        return self.select_related("owner").order_by(is_closed, "-closed_at", "due")

    def editable_by(self, user) -> "ActionQuerySet":
        return self.filter(
            team__memberships__user=user, team__memberships__role__in=Membership.EDIT
        )

    def closable_by(self, user) -> "ActionQuerySet":
        """By who may edit the audit, and by the owner of the item whatever their role."""
        mine = models.Q(owner=user) | models.Q(team__memberships__role__in=Membership.EDIT)
        return self.filter(mine, team__memberships__user=user)

    @transaction.atomic
    def add(
        self,
        audit: Audit,
        title: str,
        owner: User | None,
        due: dt.date | None,
        *,
        by: User,
        review: Review | None = None,
        point: "AgendaPoint | None" = None,
        answer: Answer | None = None,
    ) -> "Action":
        """Note what a member is to do, about an answer of the audit or about all of it; a `point`
        brings its review and its answer along. AuditSealed where the audit is."""
        locked = audit.for_change()
        if point is not None:
            # Its minutes, once they are frozen, tell of all that was promised on it.
            point = point.review.running().on_agenda(point)
            review, answer = review or point.review, answer or point.answer
        _refuse_elsewhere(locked, review, answer)
        now = timezone.now()
        action = Action(audit=locked, review=review, point=point, answer=answer)
        action.team_id = locked.project.team_id
        action.created_by, action.created_at = by, now
        action._take(title, owner, due)
        action.save()
        action._log("action.added", by=by)
        # The caller may hold the lock too, and go on with the row that they have.
        audit.follow(locked)
        return action


class Action(models.Model):
    """It outlives the seal of its audit: it is changed, closed and taken up again after it,
    and none of that changes what was signed. Only a new one asks for an audit that is open."""

    State = ActionState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="actions")
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="actions")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, related_name="actions")
    point = models.ForeignKey(
        "audits.AgendaPoint", on_delete=models.SET_NULL, null=True, related_name="actions"
    )
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, null=True, related_name="actions")
    title = models.CharField(max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="actions"
    )
    due = models.DateField()
    state = models.CharField(max_length=7, choices=ActionState, default=ActionState.OPEN)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_by_name = models.CharField(max_length=254, blank=True)
    closed_at = models.DateTimeField(null=True)
    # What was done, or why it was dropped.
    closing = models.TextField(blank=True, max_length=2000)
    # The day of the last reminder.
    told_on = models.DateField(null=True)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due", "created_at"]
        indexes = [
            models.Index(fields=["team", "state", "due"], name="action_of_team"),
            models.Index(fields=["audit", "state", "due"], name="action_of_audit"),
            models.Index(fields=["state", "due"], name="action_due"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """In the list of its team, which shows it among the open or among the closed ones."""
        show = "" if self.is_open else "?show=closed"
        return f"{reverse('action-list', args=[self.team_id])}{show}#action-{self.pk}"

    @property
    def days_late(self) -> int:
        return (timezone.localdate() - self.due).days if self.is_late else 0

    @property
    def is_late(self) -> bool:
        return self.state == ActionState.OPEN and self.due < timezone.localdate()

    @property
    def is_open(self) -> bool:
        return self.state == ActionState.OPEN

    @transaction.atomic
    def change(
        self,
        *,
        title: str,
        owner: User | None,
        due: dt.date | None,
        by: User,
        seen_version: int | None = None,
    ) -> "Action":
        """Say otherwise what is to be done, by whom or until when. Outdated when `seen_version` is
        not the row's and the row does not say the same already."""
        row = self._locked()
        before, owner_before = row._said(), row.owner_id
        row._take(title, owner, due)
        changes = [
            [name, was, after]
            for (name, was), after in zip(before.items(), row._said().values(), strict=True)
            # Two people may have one name.
            if was != after or (name == "owner" and owner_before != row.owner_id)
        ]
        if not changes:
            return row
        row._refuse_outdated(seen_version)
        row._refuse_unless_open()
        if row.owner_id != owner_before:
            row.told_on = None  # Whoever has it now was reminded of nothing.
        row._store("title", "owner", "due", "told_on")
        row._log("action.changed", by=by, changes=changes)
        return row

    @transaction.atomic
    def close(
        self,
        closing: str,
        *,
        by: User,
        state: str = ActionState.DONE,
        seen_version: int | None = None,
    ) -> "Action":
        """Done, with what was done where there is something to say; or dropped, with why."""
        row, closing = self._locked(), clean(Action, "closing", closing)
        if (row.state, row.closing) == (state, closing):
            return row
        row._refuse_outdated(seen_version)
        row._refuse_unless_open()
        if state not in (ActionState.DONE, ActionState.DROPPED):
            raise Refused("An action item is closed as done or as dropped.", field="state")
        if state == ActionState.DROPPED and not closing:
            raise Refused("Say why it is dropped; it stands in the history.", field="closing")
        row.state, row.closing = state, closing
        row.closed_by, row.closed_by_name, row.closed_at = by, str(by), timezone.now()
        row._store("state", "closing", "closed_by", "closed_by_name", "closed_at")
        row._log("action.closed", by=by, after=state, closing=closing)
        return row

    @transaction.atomic
    def reopen(self, *, by: User, seen_version: int | None = None) -> "Action":
        """It is to be done after all; what was said when it was closed stays in the history."""
        row = self._locked()
        if row.is_open:
            return row
        row._refuse_outdated(seen_version)
        row.state, row.closing, row.told_on = ActionState.OPEN, "", None
        row.closed_by, row.closed_by_name, row.closed_at = None, "", None
        row._store("state", "closing", "told_on", "closed_by", "closed_by_name", "closed_at")
        row._log("action.reopened", by=by)
        return row

    def _locked(self) -> "Action":
        """The row as it is now, under the audit's lock. Inside a transaction only."""
        audit = Audit.objects.locked(self.audit_id)
        row = Action.objects.select_related("owner", "answer__item", "review").get(pk=self.pk)
        row.audit = audit
        return row

    def _take(self, title: str, owner: User | None, due: dt.date | None) -> None:
        """Become what is asked for, which is checked where it is another than before."""
        title = clean(Action, "title", title)
        if not title:
            raise Refused("Say what is to be done.", field="title")
        if owner is None:
            raise Refused("Name a member of the team who sees to it.", field="owner")
        if due is None:
            raise Refused("Say until when it is to be done.", field="due")
        # Who left the team may stay the owner, but nobody becomes it who is not in the team.
        members = Membership.objects.filter(team=self.team_id, user=owner, user__is_active=True)
        if owner.pk != self.owner_id and not members.exists():
            raise Refused(f"{owner} is not a member of the team.", field="owner")
        if due != self.due and due < timezone.localdate():
            raise Refused("This day is over. Say until when, today or later.", field="due")
        self.title, self.owner, self.due = title, owner, due

    def _said(self) -> dict[str, str]:
        return {"what": self.title, "owner": str(self.owner), "due": self.due.isoformat()}

    def _store(self, *fields: str) -> None:
        self.version += 1
        self.save(update_fields=["version", *fields])

    def _refuse_outdated(self, seen_version: int | None) -> None:
        if seen_version is not None and seen_version != self.version:
            last = self.audit.events.filter(detail__action=str(self.pk)).latest("number")
            raise Outdated(last.actor_name, "this action item")

    def _refuse_unless_open(self) -> None:
        if not self.is_open:
            raise RuleBroken(
                f"{self.closed_by_name} closed this action item already. Reopen it to change it."
            )

    def _log(self, verb: str, *, by: User, **detail: Any) -> None:
        """Append the event, and tell the room where the review that it is of is under way."""
        about = self.answer.named() if self.answer else {}
        told = about | {"action": str(self.pk)} | self._said() | detail
        self.audit.log(verb, by=by, answer=self.answer, **told)
        if self.review_id:
            review = Review.objects.select_for_update(no_key=True).get(pk=self.review_id)
            if review.is_running:
                review.touch()


def _refuse_elsewhere(audit: Audit, review: Review | None, answer: Answer | None) -> None:
    for each in (review, answer):
        if each is not None and each.audit_id != audit.pk:
            raise Refused("An action item is about its own audit alone.")
    if answer is not None:
        answer.refuse_if_retired()
