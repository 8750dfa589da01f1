"""What a conditional go asks: of whom, until when, and which obstacle it covers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models.audits import Audit
from audits.models.errors import Outdated, Refused
from audits.models.obstacles import Obstacle
from audits.models.text import clean
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.rounds import Round

MOST = 100


@dataclass(frozen=True)
class Asked:
    """A condition as it is proposed; `covers` is the key of an obstacle, or empty."""

    text: str
    owner: User | None
    due: dt.date | None
    covers: str = ""


class GoConditionQuerySet(models.QuerySet["GoCondition"]):
    def in_force(self) -> "GoConditionQuerySet":
        """Of a go that was given and that no later revision replaced."""
        return self.filter(round__state__in=("signed", "expired"))

    def open(self) -> "GoConditionQuerySet":
        return self.filter(met_at=None)

    def late(self) -> "GoConditionQuerySet":
        return self.in_force().open().filter(due__lt=timezone.localdate())


class GoCondition(models.Model):
    round = models.ForeignKey(
        "audits.Round", on_delete=models.PROTECT, related_name="go_conditions"
    )
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=1000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="go_conditions"
    )
    due = models.DateField()
    # The key of an obstacle, and what it was called when the go was proposed.
    covers = models.CharField(max_length=80, blank=True)
    covers_title = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True, max_length=4000)
    met_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = GoConditionQuerySet.as_manager()

    class Meta:
        ordering = ["round_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="one_condition_a_number")
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        return self.met_at is None

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due < timezone.localdate()

    @transaction.atomic
    def settle(
        self, met: bool, note: str = "", *, by: User, seen_version: int | None = None
    ) -> "GoCondition":
        """Say that it is met, or after all not. The only change that a sealed audit takes: what
        was signed stays as it was, and the history tells what came of it."""
        audit = Audit.objects.locked(self.round.audit_id)
        row = GoCondition.objects.select_related("round").get(pk=self.pk)
        note = clean(GoCondition, "note", note)
        if (row.met_at is not None, row.note) == (met, note):
            return row
        if seen_version is not None and seen_version != row.version:
            raise Outdated(str(row.met_by or "Somebody"), "this condition")
        if row.round.state not in ("signed", "expired"):
            raise Refused("The go that asked this is not in force, so nothing is to be met.")
        row.note, row.version = note, row.version + 1
        row.met_at, row.met_by = (timezone.now(), by) if met else (None, None)
        row.save(update_fields=["note", "version", "met_at", "met_by"])
        audit.log(
            "go_condition.settled",
            by=by,
            of=row.round.revision,
            number=row.number,
            text=row.text,
            met=met,
            note=note,
        )
        return row


def check(
    asked: Sequence[Asked], audit: Audit, obstacles: Sequence[Obstacle]
) -> list[dict[str, Any]]:
    """The conditions as columns; Refused when one says too little, or an obstacle is covered by
    none."""
    if not asked:
        raise Refused("Say on which conditions: a go without any is a go.", field="conditions")
    if len(asked) > MOST:
        raise Refused(f"{MOST} conditions are the most.", field="conditions")
    known = {obstacle.key: obstacle for obstacle in obstacles}
    members = set(audit.project.team.memberships.values_list("user", flat=True))
    checked = [_check(each, number, known, members) for number, each in enumerate(asked, 1)]
    if left := uncovered({each["covers"] for each in checked}, obstacles):
        raise Refused(
            f"No condition covers “{left[0].title}”. Say what is done about it, by whom and until "
            "when.",
            field="conditions",
        )
    return checked


def uncovered(keys: set[str], obstacles: Sequence[Obstacle]) -> list[Obstacle]:
    return [each for each in obstacles if each.can_be_covered and each.key not in keys]


def _check(each: Asked, number: int, known: dict, members: set[int]) -> dict[str, Any]:
    where = f"Condition {number}: "
    text = clean(GoCondition, "text", each.text, field="conditions")
    if not text:
        raise Refused(where + "say what is to be done.", field="conditions")
    if each.owner is None or each.owner.pk not in members:
        raise Refused(where + "name a member of the team who sees to it.", field="conditions")
    if each.due is None or each.due < timezone.localdate():
        raise Refused(where + "say until when, today or later.", field="conditions")
    if each.covers and each.covers not in known:
        raise Refused(where + "what it covers does not stand in the way any more.", "conditions")
    return {
        "number": number,
        "text": text,
        "owner": each.owner,
        "due": each.due,
        "covers": each.covers,
        "covers_title": known[each.covers].title[:300] if each.covers else "",
    }


def told(condition: GoCondition) -> dict[str, Any]:
    """As a snapshot has it."""
    return {
        "number": condition.number,
        "text": condition.text,
        "owner": str(condition.owner),
        "due": condition.due.isoformat(),
        "covers": condition.covers_title,
    }


def of_round(row: "Round") -> list[GoCondition]:
    return list(row.go_conditions.select_related("owner", "met_by"))
