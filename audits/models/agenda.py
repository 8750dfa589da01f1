"""What a review talks about: proposed by the product, arranged by people."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.functional import cached_property

from audits.models import agenda_proposal
from audits.models.actions import Action
from audits.models.agenda_kinds import PointDecision, PointKind
from audits.models.agenda_proposal import ProposedPoint
from audits.models.answers import Answer
from audits.models.conditions import Condition
from audits.models.errors import Refused
from audits.models.go_conditions import GoCondition
from audits.models.lifecycle import AHEAD
from audits.models.reviews import Review
from audits.models.text import clean
from audits.models.users import User

STEPS = {"up": -1, "down": 1}


class AgendaPointQuerySet(models.QuerySet["AgendaPoint"]):
    def renew(self, review: Review) -> int:
        """Propose anew, under the review's lock: what is new comes to its place, what nobody put
        there and no longer holds goes, and the order that people gave stays. How many are new."""
        left_out = {each["key"] for each in review.left_out}
        proposed = agenda_proposal.propose(review.audit)
        fresh = {each.key: each for each in proposed.points if each.key not in left_out}
        order: list[AgendaPoint] = []
        for point in review.points.select_related("answer"):
            if point.key in fresh:
                point.follow(fresh[point.key])
            elif point.added_by_id is None and not point.is_touched:
                point.delete()
                continue
            order.append(point)
        known = {point.key for point in order}
        new = [each for each in fresh.values() if each.key not in known]
        for each in new:
            place = place_of(each, [fresh.get(point.key) for point in order])
            order.insert(place, self.model.of(review, each))
        self.store(order)
        return len(new)

    def store(self, order: Sequence["AgendaPoint"]) -> None:
        """In this order; those that are new are made."""
        for position, point in enumerate(order, start=1):
            point.position = position
        AgendaPoint.objects.bulk_create([point for point in order if point.pk is None])
        known = [point for point in order if point.pk is not None]
        fields = ["position", *AgendaPoint.FOLLOWS]
        AgendaPoint.objects.bulk_update(known, fields, batch_size=100)

    @transaction.atomic
    def add_topic(self, review: Review, title: str, *, by: User) -> "AgendaPoint":
        """Something to talk about that is no item of the audit; at the end."""
        row = arrange(review)
        title = clean(AgendaPoint, "title", title)
        if not title:
            raise Refused("Say what is to be talked about.", "title")
        key = f"topic:{uuid.uuid4().hex}"
        return self._append(row, by, kind=PointKind.TOPIC, key=key, title=title)

    @transaction.atomic
    def add_answer(self, review: Review, answer: Answer, *, by: User) -> "AgendaPoint":
        """An item of the audit; the point that there is where it is on the agenda already, and
        with its reasons where it was taken off."""
        row = arrange(review)
        answer.audit = row.audit
        answer.refuse_if_retired()
        key = agenda_proposal.key_of(answer)
        if point := row.points.filter(key=key).first():
            return point
        told: dict[str, Any] = {"kind": PointKind.TOPIC, "key": key, "answer": answer}
        if kept := row.take_back(key):
            told |= {"kind": kept["kind"], "reasons": kept["reasons"]}
        return self._append(row, by, title=agenda_proposal.title_of(answer), **told)

    @transaction.atomic
    def put_back(self, review: Review, key: str, *, by: User) -> "AgendaPoint":
        """What was taken off comes back, where it burns; Refused when it was not."""
        row = arrange(review)
        kept = row.take_back(key)
        if kept is None:
            raise Refused("It is not among what was taken off: load the page again.")
        added_by = by if kept["own"] else None
        told = {name: kept[name] for name in ("kind", "key", "title", "reasons")}
        links = {"answer_id": kept["answer"], "action_id": kept["action"]}
        point = AgendaPoint(review=row, added_by=added_by, **told, **links)
        order = list(row.points.all())
        proposed = {each.key: each for each in agenda_proposal.propose(row.audit).points}
        place = len(order)
        if key in proposed:
            place = place_of(proposed[key], [proposed.get(each.key) for each in order])
        order.insert(place, point)
        self.store(order)
        row.touch()
        return point

    def _append(self, row: Review, by: User, **told: Any) -> "AgendaPoint":
        last = row.points.aggregate(last=models.Max("position"))["last"] or 0
        point = self.create(review=row, position=last + 1, added_by=by, **told)
        row.touch()
        return point


class AgendaPoint(models.Model):
    """One thing to talk about. `key` names it over all reviews of the audit: `answer:55`."""

    Kind = PointKind
    Decision = PointDecision

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="points")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=PointKind)
    key = models.CharField(max_length=60)
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, null=True, related_name="points")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=300)
    # Why it is there, a sentence each.
    reasons = models.JSONField(default=list)
    # Who put it there; null: it was proposed.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # For how long it was shown.
    seconds = models.PositiveIntegerField(default=0)

    decision = models.CharField(max_length=14, choices=PointDecision, blank=True)
    reason = models.TextField(blank=True, max_length=4000)
    # Who fixes it and until when, or who accepts the risk and until when: as it was said.
    terms = models.JSONField(default=dict)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_by_name = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True)

    # In Markdown; `note_state` is the document that the text is taken from, see notes.py.
    note = models.TextField(blank=True)
    note_state = models.BinaryField(default=bytes)
    note_version = models.PositiveIntegerField(default=0)
    # Which document that is: see notes.py.
    note_epoch = models.PositiveIntegerField(default=0)
    # Who wrote last.
    note_by = models.ForeignKey(
        "audits.Participant", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = AgendaPointQuerySet.as_manager()

    class Meta:
        ordering = ["review_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "key"], name="one_point_a_key"),
        ]

    # What follows the audit until the review begins.
    FOLLOWS = ("kind", "title", "reasons", "action")

    def __str__(self) -> str:
        return self.title

    @classmethod
    def of(cls, review: Review, proposed: ProposedPoint) -> "AgendaPoint":
        point = cls(review=review, key=proposed.key, answer=proposed.answer)
        point.follow(proposed)
        return point

    def follow(self, proposed: ProposedPoint) -> None:
        self.kind, self.title = proposed.kind, proposed.title
        self.reasons, self.action = proposed.says, proposed.action

    @cached_property
    def condition(self) -> Condition | None:
        """The exit criterion that it is about, as long as the audit asks for it."""
        pk = self._pk_of("criterion")
        return self.review.audit.conditions.filter(pk=pk).first() if pk else None

    @cached_property
    def go_condition(self) -> GoCondition | None:
        """What the go asks that it is about, as long as that go is in force."""
        pk = self._pk_of("go-condition")
        if not pk:
            return None
        in_force = GoCondition.objects.in_force().filter(round__audit=self.review.audit_id)
        return in_force.select_related("owner").filter(pk=pk).first()

    def _pk_of(self, kind: str) -> str:
        """The primary key in its `key`; empty where that names something else."""
        named, _, pk = self.key.partition(":")
        return pk if named == kind else ""

    @property
    def about(self) -> Answer | Action | Condition | GoCondition | None:
        """What a decision on it changes."""
        return self.answer or self.action or self.condition or self.go_condition

    @property
    def is_touched(self) -> bool:
        """Whether somebody said something about it already."""
        return bool(self.decision or self.note or self.seconds)

    @property
    def kept(self) -> dict[str, Any]:
        """What brings it back once it was taken off."""
        told = {name: getattr(self, name) for name in ("key", "kind", "title", "reasons")}
        links = {"answer": self.answer_id, "action": self.action_id and str(self.action_id)}
        return told | links | {"own": self.added_by_id is not None}

    @transaction.atomic
    def move(self, step: str, *, by: User) -> "AgendaPoint":
        """One place up or down, or to the top."""
        row = arrange(self.review)
        point = row.on_agenda(self)
        order = list(row.points.all())
        before = order.index(point)
        after = 0 if step == "top" else before + STEPS.get(step, 0)
        order.insert(min(max(after, 0), len(order) - 1), order.pop(before))
        AgendaPoint.objects.store(order)
        row.touch()
        return self

    @transaction.atomic
    def take_off(self, *, by: User) -> None:
        """Off the agenda, and not proposed again; Refused once something was said about it."""
        row = arrange(self.review)
        point = row.points.filter(pk=self.pk).first()
        if point is None:
            return
        if point.is_touched or point.polls.exists() or point.actions.exists():
            raise Refused("It was talked about already, and stays in the minutes.")
        if row.point_id == point.pk:
            raise Refused("It is what everybody looks at: show another point first.")
        row.left_out = [*row.left_out, point.kept]
        point.delete()
        row.touch("left_out")


def arrange(review: Review) -> Review:
    """The review for a change of its agenda, under its locks. Inside a transaction only."""
    audit, row = review.locked()
    row.refuse_unless(*AHEAD)
    audit.refuse_if_sealed()
    return row


def place_of(new: ProposedPoint, order: Iterable[ProposedPoint | None]) -> int:
    """Where it belongs among these: before the first that burns less, else after the last that
    was proposed; what people put there themselves burns as its place says."""
    place = -1
    for number, each in enumerate(order):
        if each is None:
            continue
        if each.heat > new.heat:
            return number
        place = number
    return place + 1 if place >= 0 else 0
