"""What the agenda of a review is found in, each thing read once."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone

from audits.models.actions import Action
from audits.models.agenda_changes import Changes, read
from audits.models.agenda_kinds import PointKind
from audits.models.answer_rows import UNFOLDED
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.claims import Verdict
from audits.models.readings import Machine, Reading
from audits.models.reviews import Review
from audits.models.verdicts import stale_since

if TYPE_CHECKING:
    from audits.models.agenda import AgendaPoint

# An acceptance that ends within this is talked about as such.
SOON = dt.timedelta(days=14)
UNREAD = tuple(f"item__{name}" for name in UNFOLDED if name != "probes")


@dataclass(frozen=True)
class Reason:
    """Why something needs talk, in a sentence. `blocks`: it stands against a go. `urgent`: before
    others of its kind."""

    kind: PointKind
    says: str
    blocks: bool = False
    urgent: bool = False
    action: Action | None = None


class Ground:
    def __init__(self, audit: Audit):
        self.audit, self.now, self.today = audit, timezone.now(), timezone.localdate()
        rows = audit.answers.filter(retired_at=None).select_related("item", "owner", "approver")
        self.answers = list(rows.defer(*UNREAD).order_by("position"))
        for answer in self.answers:
            answer.audit = audit
        self.by_pk: dict[int | None, Answer] = {answer.pk: answer for answer in self.answers}
        self.machine = Machine(audit.project_id)

    @cached_property
    def former(self) -> Review | None:
        return self.audit.reviews.former()

    @cached_property
    def former_points(self) -> "list[AgendaPoint]":
        return list(self.former.points.all()) if self.former else []

    @cached_property
    def changes(self) -> Changes:
        return read(self.audit, self.former)

    @cached_property
    def actions(self) -> list[Action]:
        """The open action items of the audit, whichever review they are from."""
        rows = Action.objects.open().filter(audit=self.audit).select_related("owner", "point")
        return list(rows.defer("point__note", "point__note_state"))

    @cached_property
    def stale(self) -> dict[int, list[Reading]]:
        """Answer -> what its verdict rests on and that counts as fresh no more."""
        found: dict[int, list[Reading]] = {}
        for answer in self.answers:
            words = self.machine.words(answer.item.probes) if answer.verdict else []
            same = [word for word in words if word.verdict == answer.verdict]
            if stale := [word for word in same if stale_since(word, self.now)]:
                found[answer.pk] = stale
        return found

    @cached_property
    def verified(self) -> set[int]:
        """Answers of which the machine says that they pass, and looked of late."""
        passed = (each.pk for each in self.answers if each.verdict == Verdict.PASS)
        return {pk for pk in passed if pk not in self.stale}

    @property
    def soon(self) -> dt.date:
        """The day until which an acceptance should last."""
        launch = self.audit.project.launch_date
        return max(self.today + SOON, launch) if launch else self.today + SOON
