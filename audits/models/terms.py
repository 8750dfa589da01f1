"""What a person gives an answer: a claim, a plan, another severity. Each checks itself."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.utils import timezone

from audits.models.claims import Claim
from audits.models.errors import NotAllowed, Refused
from audits.models.teams import Membership
from audits.models.users import User
from checklist.models import Item

if TYPE_CHECKING:
    from audits.models.answers import Answer
    from audits.models.audits import Audit


@dataclass
class Terms:
    """A state, and the terms on which it is claimed; what a state does not need is dropped."""

    state: str
    reason: str = ""
    approver: User | None = None
    until: dt.date | None = None

    def check(self, audit: "Audit") -> "Terms":
        if self.state not in Claim.State.values:
            raise Refused(f"{self.state!r} is not a state of an answer.", field="state")
        accepting = self.state == Claim.State.RISK_ACCEPTED
        if not accepting:
            self.approver = self.until = None
        if self.state == Claim.State.NOT_APPLICABLE and not self.reason:
            raise Refused("Say why the item does not apply.", field="reason")
        if accepting:
            self._check_acceptance(audit)
        elif self.state != Claim.State.NOT_APPLICABLE:
            self.reason = ""
        return self

    def _check_acceptance(self, audit: "Audit") -> None:
        if not self.reason:
            raise Refused("Say why the risk can be taken.", field="reason")
        if self.approver is None:
            raise Refused("Name the approver who accepts the risk.", field="approver")
        approvers = audit.project.team.people(Membership.APPROVE)
        if not approvers.filter(pk=self.approver.pk).exists():
            raise Refused(
                f"{self.approver} is neither an approver nor an owner of this team.", "approver"
            )
        if self.until is None:
            raise Refused("Say until when the risk is accepted.", field="until")
        if self.until < timezone.localdate():
            raise Refused("The last day of the acceptance is over already.", field="until")

    def said_by(self, answer: "Answer") -> bool:
        """Whether the answer says the same already."""
        approver = self.approver.pk if self.approver else None
        said = (answer.state, answer.reason, answer.approver_id, answer.accepted_until)
        return said == (self.state, self.reason, approver, self.until)

    def claim(self, by: User) -> Callable[["Answer"], dict | None]:
        """The edit that makes an answer say this."""
        confirming = self.state == Claim.State.RISK_ACCEPTED and self.approver == by

        def edit(answer: "Answer") -> dict | None:
            if self.said_by(answer) and not (confirming and answer.awaits_approver):
                return None
            before, answer.state = answer.state, self.state
            answer.reason, answer.approver = self.reason, self.approver
            answer.accepted_until = self.until
            answer.accepted_at = timezone.now() if confirming else None
            return {"before": before, "after": self.state} | self._told(confirming)

        return edit

    def _told(self, confirmed: bool) -> dict[str, str | bool]:
        told: dict[str, str | bool] = {"reason": self.reason} if self.reason else {}
        if self.until is not None:
            told["approver"] = str(self.approver)
            told["until"] = self.until.isoformat()
            told["confirmed"] = confirmed
        return told


KEEP = object()


@dataclass
class Plan:
    """Who sees to an item, and until when; KEEP leaves what an answer has."""

    owner: object = KEEP
    due: object = KEEP

    def check(self, audit: "Audit") -> "Plan":
        if isinstance(self.owner, User):
            members = audit.project.team.members
            if not members.filter(pk=self.owner.pk).exists():
                raise Refused("The owner must be a member of the team.", field="owner")
        return self

    def give(self, answer: "Answer") -> dict | None:
        """The edit that plans an answer so."""
        former = answer.owner_id, answer.due
        if self.owner is not KEEP:
            answer.owner = cast("User | None", self.owner)
        if self.due is not KEEP:
            answer.due = cast("dt.date | None", self.due)
        if (answer.owner_id, answer.due) == former:
            return None
        return {
            "owner": str(answer.owner) if answer.owner else "",
            "due": answer.due.isoformat() if answer.due else "",
        }


GRAVITY = {severity: rank for rank, severity in enumerate(Item.Severity.values)}


@dataclass
class Rating:
    """A severity, and why it is another than the item's."""

    severity: str
    reason: str = ""

    def check(self) -> "Rating":
        if self.severity not in Item.Severity.values:
            raise Refused(f"{self.severity!r} is not a severity.", field="severity")
        return self

    def changes(self, answer: "Answer") -> bool:
        return (answer.severity, answer.severity_reason) != (
            self.severity,
            self._reason_for(answer),
        )

    def lowers(self, answer: "Answer") -> bool:
        """Whether it counts for less than before, or gives another reason why it does for less
        than the item's own."""
        less = GRAVITY[self.severity]
        if self.severity == answer.severity:
            return self.changes(answer) and less > GRAVITY[answer.item.severity]
        return less > GRAVITY[answer.severity]

    def _reason_for(self, answer: "Answer") -> str:
        return "" if self.severity == answer.item.severity else self.reason

    def give(self, answer: "Answer") -> dict | None:
        """The edit that rates an answer so."""
        if not self.changes(answer):
            return None
        reason = self._reason_for(answer)
        if self.severity != answer.item.severity and not reason:
            raise Refused("Say why the severity is another here.", field="severity_reason")
        before, answer.severity = answer.severity, self.severity
        answer.severity_reason = reason
        return {"before": before, "after": self.severity} | ({"reason": reason} if reason else {})


def refuse_unless_approver(audit: "Audit", by: User, what: str = "lower a severity") -> None:
    if not audit.project.team.people(Membership.APPROVE).filter(pk=by.pk).exists():
        raise NotAllowed(f"Only an approver or an owner of the team can {what}.")
