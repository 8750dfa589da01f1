"""How the items of an audit's checklists meet, as its crosswalks said when it began."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from checklist.models import Relation

if TYPE_CHECKING:
    from audits.models.answers import Answer
    from audits.models.audits import Audit


class TieQuerySet(models.QuerySet["Tie"]):
    def copy_to(self, audit: "Audit") -> None:
        """Tie the audit's answers as the crosswalks say that the team can read."""
        places = _places(audit)
        if len({slug for slug, _ in places}) < 2:
            return
        slugs = {slug for slug, _ in places}
        relations = Relation.objects.between(slugs, audit.project.team_id)
        ties: dict[frozenset[int], tuple[Relation, int, int]] = {}
        for relation in relations:
            first = places.get((relation.from_checklist, relation.from_item))
            second = places.get((relation.to_checklist, relation.to_item))
            if first and second:
                ties.setdefault(frozenset((first, second)), (relation, first, second))
        self.bulk_create(
            self.model(
                audit=audit,
                kind=relation.kind,
                first_id=first,
                second_id=second,
                reason=relation.reason,
                crosswalk=str(relation.crosswalk),
            )
            for relation, first, second in ties.values()
        )
        bound = set(audit.ties.binding().values_list("first_id", "second_id"))
        audit.answers.filter(pk__in={pk for pair in bound for pk in pair}).update(tied=True)

    def binding(self) -> "TieQuerySet":
        """Those whose two answers are given together."""
        return self.filter(kind=Relation.Kind.EQUAL, parted_at=None)

    def of(self, answer: "Answer") -> "TieQuerySet":
        return self.filter(Q(first=answer) | Q(second=answer))


class Tie(models.Model):
    """A relation between two answers of one audit: `first` is equal to, narrower or broader
    than `second`, or related to it. Equal ones are answered together until they are parted."""

    audit = models.ForeignKey("audits.Audit", on_delete=models.PROTECT, related_name="ties")
    kind = models.CharField(max_length=8, choices=Relation.Kind)
    first = models.ForeignKey("audits.Answer", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("audits.Answer", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    # As it was called then.
    crosswalk = models.CharField(max_length=250)
    parted_at = models.DateTimeField(null=True)
    parted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = TieQuerySet.as_manager()

    class Meta:
        ordering = ["audit_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "first", "second"], name="one_tie_a_pair")
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.kind} {self.second_id}"


def partners(audit: "Audit", answers: list["Answer"]) -> list["Answer"]:
    """The answers given, and those that are answered together with them."""
    if not any(answer.tied for answer in answers):
        return answers
    here = {answer.pk for answer in answers}
    wanted = _closure(audit, here) - here
    if not wanted:
        return answers
    found = audit.answers.select_related("item").folded().filter(pk__in=wanted, retired_at=None)
    return [*answers, *found.order_by("position")]


def _closure(audit: "Audit", seeds: Iterable[int]) -> set[int]:
    """Whatever the binding ties lead to from these answers."""
    neighbours: dict[int, set[int]] = defaultdict(set)
    for first, second in audit.ties.binding().values_list("first_id", "second_id"):
        neighbours[first].add(second)
        neighbours[second].add(first)
    reached, todo = set(seeds), list(seeds)
    while todo:
        for pk in neighbours[todo.pop()] - reached:
            reached.add(pk)
            todo.append(pk)
    return reached


def _places(audit: "Audit") -> dict[tuple[str, str], int]:
    """(slug of the checklist, ref of the item) -> the answer's primary key."""
    rows = audit.answers.filter(retired_at=None).values_list(
        "item__edition__checklist__slug", "item__ref", "pk"
    )
    return {(slug, ref): pk for slug, ref, pk in rows}
