"""How the items of an audit's checklists meet, as its crosswalks said when it began."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from audits.models import edits
from audits.models.errors import Outdated, Refused
from audits.models.users import User
from checklist.models import Relation

# What equal items have in common of an answer.
SHARED = (*edits.CLAIM, *edits.PLAN)
INVERSE = {
    Relation.Kind.NARROWER.value: Relation.Kind.BROADER.value,
    Relation.Kind.BROADER.value: Relation.Kind.NARROWER.value,
}

# What an acceptance was confirmed for.
TERMS = tuple(name for name in edits.CLAIM if name != "accepted_at")
ENDS = ("first__item", "first__changed_by", "second__item", "second__changed_by")

if TYPE_CHECKING:
    from audits.models.answers import Answer
    from audits.models.audits import Audit


class TieQuerySet(models.QuerySet["Tie"]):
    def copy_to(self, audit: "Audit", apart: Collection[frozenset[int]] = ()) -> int:
        """Tie the audit's answers as the current crosswalks say that the team can read, where
        they are not tied yet; how many ties are new. The pairs of `apart` are parted from the
        start."""
        new = lacking(audit)
        if not new:
            return 0
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
            for pair, (relation, first, second) in new.items()
        )
        bound = set(audit.ties.binding().values_list("first_id", "second_id"))
        audit.answers.filter(pk__in={pk for pair in bound for pk in pair}).update(tied=True)
        return len(new)

    @transaction.atomic
    def add_to(self, audit: "Audit", *, by: User) -> int:
        """Take over what the crosswalks say by now; how many ties are new."""
        audit = audit.for_change()
        before = audit.ties.exclude(parted_at=None).count()
        added = self.copy_to(audit)
        if not added:
            raise Refused("The crosswalks say nothing that this audit has not taken over yet.")
        parted = audit.ties.exclude(parted_at=None).count() - before
        audit.log("ties.added", by=by, added=added, parted=parted)
        return added

    def rebind(self, audit: "Audit", pks: list[int]) -> None:
        """Bind again what a move parted that is undone, under the lock that the caller holds."""
        audit.ties.filter(pk__in=pks).update(parted_at=None, parted_by=None)
        ends = audit.ties.filter(pk__in=pks).values_list("first_id", "second_id")
        audit.answers.filter(pk__in={pk for pair in ends for pk in pair}).update(tied=True)

    def binding(self) -> "TieQuerySet":
        """Those whose two answers are given together."""
        return self.filter(kind=Relation.Kind.EQUAL, parted_at=None)

    def live(self) -> "TieQuerySet":
        """Those of two items that are both asked by the audit's editions."""
        return self.filter(first__retired_at=None, second__retired_at=None)

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
    def join(
        self, lead: "Answer", *, by: User, seen: Mapping[int, int | None] | None = None
    ) -> "Tie":
        """Answer the two together again, both as `lead` is answered now. Outdated when either
        has another version than the page showed, which `seen` tells by primary key."""
        audit, tie = self._for_change()
        refuse_outdated((tie.first, tie.second), seen or {})
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

    def unpart(self, *, by: User) -> None:
        """Undo a parting, while the two still say the same; otherwise a person joins them, and
        decides which of the two holds."""
        _, tie = self._for_change()
        same = all(getattr(tie.first, name) == getattr(tie.second, name) for name in SHARED)
        if not tie.parted_at or not same:
            raise Refused("The two were answered differently since: tie them as one of them is.")
        tie.join(tie.first, by=by)

    def other(self, answer: "Answer") -> "Answer":
        return self.second if answer.pk == self.first_id else self.first

    def seen_from(self, answer: "Answer") -> str:
        """What the answer's item is to the other's: narrower than it, broader, and so on."""
        if answer.pk == self.first_id:
            return self.kind
        return INVERSE.get(self.kind, self.kind)

    def _for_change(self) -> tuple["Audit", "Tie"]:
        audit = self.audit.for_change()
        tie = audit.ties.select_related(*ENDS).get(pk=self.pk)
        if tie.kind != Relation.Kind.EQUAL:
            raise Refused("Only equal items are answered together.")
        return audit, tie

    def _mark(self, audit: "Audit") -> None:
        for answer in (self.first, self.second):
            answer.tied = audit.ties.binding().of(answer).exists()
            answer.save(update_fields=["tied"])

    def _told(self, answer: "Answer") -> dict[str, Any]:
        return answer.named() | {"other": self.other(answer).item.title, "tie": self.pk}


def follow(audit: "Audit", lead: "Answer", others: list["Answer"], by: User) -> None:
    """Answer the others as `lead` is answered: its claim and its plan. The acceptance of a risk
    waits for its approver, who confirmed another item, unless it is the approver who does this.
    """

    def edit(answer: "Answer") -> dict | None:
        before = edits.values(answer)
        says_the_same = all(getattr(answer, name) == getattr(lead, name) for name in TERMS)
        for name in (*TERMS, *edits.PLAN):
            setattr(answer, name, getattr(lead, name))
        if lead.approver_id == by.pk or not lead.accepted_at:
            answer.accepted_at = lead.accepted_at
        elif not says_the_same:
            answer.accepted_at = None
        if edits.values(answer) == before:
            return None
        return {"before": before["state"], "after": lead.state, "with": lead.item.title}

    edits.apply(audit, others, edit, verb="answer.recorded", by=by)


def partners(audit: "Audit", answers: list["Answer"]) -> list["Answer"]:
    """The answers given, and those that are answered together with them."""
    if not any(answer.tied for answer in answers):
        return answers
    here = {answer.pk for answer in answers}
    wanted = _reach(_neighbours(audit), here) - here
    if not wanted:
        return answers
    found = audit.answers.select_related("item").folded().filter(pk__in=wanted, retired_at=None)
    return [*answers, *found.order_by("position")]


class Other(NamedTuple):
    """An answer as another one names it: its edition, and the number of its item there."""

    position: int
    pk: int
    edition: int
    number: int


def given_together(audit: "Audit") -> dict[int, list[Other]]:
    """Answer -> those that are given together with it, in the order of the audit; of items that
    are asked, in one query."""
    names = ("position", "pk", "item__edition_id", "item__number")
    ends = [f"{end}__{name}" for end in ("first", "second") for name in (*names, "retired_at")]
    neighbours: dict[int, set[int]] = defaultdict(set)
    asked: dict[int, Other] = {}
    for row in audit.ties.binding().values_list(*ends):
        first, second = Other(*row[:4]), Other(*row[5:9])
        neighbours[first.pk].add(second.pk)
        neighbours[second.pk].add(first.pk)
        for end, retired_at in ((first, row[4]), (second, row[9])):
            if retired_at is None:
                asked[end.pk] = end
    return {
        pk: sorted(asked[each] for each in _reach(neighbours, {pk}) - {pk} if each in asked)
        for pk in asked
    }


def _neighbours(audit: "Audit") -> dict[int, set[int]]:
    neighbours: dict[int, set[int]] = defaultdict(set)
    for first, second in audit.ties.binding().values_list("first_id", "second_id"):
        neighbours[first].add(second)
        neighbours[second].add(first)
    return neighbours


def _reach(neighbours: Mapping[int, set[int]], seeds: Iterable[int]) -> set[int]:
    """Whatever the binding ties lead to from these answers."""
    reached, todo = set(seeds), list(seeds)
    while todo:
        for pk in neighbours.get(todo.pop(), set()) - reached:
            reached.add(pk)
            todo.append(pk)
    return reached


def refuse_outdated(answers: Iterable["Answer"], seen: Mapping[int, int | None]) -> None:
    """Outdated when one of them has another version than the page showed, where it is told."""
    for answer in answers:
        if seen.get(answer.pk) not in (None, answer.version):
            what = f"“{answer.item.title}”"
            raise Outdated(str(answer.changed_by or "Countersign"), what)


def lacking(audit: "Audit") -> dict[frozenset[int], tuple[Relation, int, int]]:
    """What the current crosswalks say of the audit's items without a tie that says it: pair ->
    the relation, and the two answers' primary keys in its order. Of two that speak of one pair
    the team's own counts, or else that of the crosswalk that comes first by name."""
    places = _places(audit)
    slugs = {slug for slug, _ in places}
    if len(slugs) < 2:
        return {}
    there = {frozenset(pair) for pair in audit.ties.values_list("first_id", "second_id")}
    new: dict[frozenset[int], tuple[Relation, int, int]] = {}
    for relation in Relation.objects.between(slugs, audit.project.team_id):
        first = places.get((relation.from_checklist, relation.from_item))
        second = places.get((relation.to_checklist, relation.to_item))
        if first and second and frozenset((first, second)) not in there:
            new.setdefault(frozenset((first, second)), (relation, first, second))
    return new


def _places(audit: "Audit") -> dict[tuple[str, str], int]:
    """(slug of the checklist, ref of the item) -> the answer's primary key."""
    rows = audit.answers.filter(retired_at=None).values_list(
        "item__edition__checklist__slug", "item__ref", "pk"
    )
    return {(slug, ref): pk for slug, ref, pk in rows}
