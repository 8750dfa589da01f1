"""How the items of an audit's checklists meet, as its crosswalks said when it began."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from audits.models import edits
from audits.models.errors import Refused
from audits.models.users import User
from checklist.models import Relation

INVERSE = {
    Relation.Kind.NARROWER.value: Relation.Kind.BROADER.value,
    Relation.Kind.BROADER.value: Relation.Kind.NARROWER.value,
}

if TYPE_CHECKING:
    from audits.models.answers import Answer
    from audits.models.audits import Audit


class TieQuerySet(models.QuerySet["Tie"]):
    def copy_to(self, audit: "Audit", apart: Collection[frozenset[int]] = ()) -> None:
        """Tie the audit's answers as the crosswalks say that the team can read; the pairs of
        `apart` are parted from the start."""
        places = _places(audit)
        if len({slug for slug, _ in places}) < 2:
            return
        slugs = {slug for slug, _ in places}
        relations = Relation.objects.between(slugs, audit.project.team_id)
        there = {frozenset(pair) for pair in audit.ties.values_list("first_id", "second_id")}
        ties: dict[frozenset[int], tuple[Relation, int, int]] = {}
        for relation in relations:
            first = places.get((relation.from_checklist, relation.from_item))
            second = places.get((relation.to_checklist, relation.to_item))
            if first and second and frozenset((first, second)) not in there:
                ties.setdefault(frozenset((first, second)), (relation, first, second))
        claims = {row[0]: row[1:] for row in audit.answers.values_list("pk", *edits.CLAIM)}
        self.bulk_create(
            self.model(
                audit=audit,
                kind=relation.kind,
                first_id=first,
                second_id=second,
                reason=relation.reason,
                crosswalk=str(relation.crosswalk),
                # A person decides which of two different answers holds for both.
                parted_at=None
                if claims[first] == claims[second] and pair not in apart
                else timezone.now(),
            )
            for pair, (relation, first, second) in ties.items()
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

    @transaction.atomic
    def part(self, *, by: User) -> "Tie":
        """From now on each of the two is answered for itself."""
        audit, tie = self._for_change()
        if tie.parted_at:
            raise Refused("The two are parted already.")
        tie.parted_at, tie.parted_by = timezone.now(), by
        tie.save(update_fields=["parted_at", "parted_by"])
        tie._mark(audit)
        audit.log("tie.parted", by=by, answer=tie.first, **tie._told(tie.first))
        return tie

    @transaction.atomic
    def join(self, lead: "Answer", *, by: User) -> "Tie":
        """Answer the two together again, both as `lead` is answered now."""
        audit, tie = self._for_change()
        if not tie.parted_at:
            raise Refused("The two are tied already.")
        lead, other = (
            (tie.first, tie.second) if lead.pk == tie.first_id else (tie.second, tie.first)
        )
        for answer in (lead, other):
            answer.refuse_if_retired()
        tie.parted_at = tie.parted_by = None
        tie.save(update_fields=["parted_at", "parted_by"])
        tie._mark(audit)
        audit.log("tie.joined", by=by, answer=lead, **tie._told(lead))
        follow(audit, lead, [each for each in partners(audit, [lead]) if each.pk != lead.pk], by)
        return tie

    def other(self, answer: "Answer") -> "Answer":
        return self.second if answer.pk == self.first_id else self.first

    def seen_from(self, answer: "Answer") -> str:
        """What the answer's item is to the other's: narrower than it, broader, and so on."""
        if answer.pk == self.first_id:
            return self.kind
        return INVERSE.get(self.kind, self.kind)

    def _for_change(self) -> tuple["Audit", "Tie"]:
        audit = self.audit.for_change()
        tie = audit.ties.select_related("first__item", "second__item").get(pk=self.pk)
        if tie.kind != Relation.Kind.EQUAL:
            raise Refused("Only equal items are answered together.")
        return audit, tie

    def _mark(self, audit: "Audit") -> None:
        for answer in (self.first, self.second):
            answer.tied = audit.ties.binding().of(answer).exists()
            answer.save(update_fields=["tied"])

    def _told(self, answer: "Answer") -> dict[str, str]:
        return answer.named() | {"other": self.other(answer).item.title}


def follow(audit: "Audit", lead: "Answer", others: list["Answer"], by: User) -> None:
    """Answer the others as `lead` is answered: its claim, with who confirmed it, and its plan."""

    def edit(answer: "Answer") -> dict | None:
        before = edits.values(answer)
        for name in (*edits.CLAIM, *edits.PLAN):
            setattr(answer, name, getattr(lead, name))
        if edits.values(answer) == before:
            return None
        return {"before": before["state"], "after": lead.state, "with": lead.item.title}

    edits.apply(audit, others, edit, verb="answer.recorded", by=by)


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
