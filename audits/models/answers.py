import datetime as dt

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models.audits import Audit
from audits.models.claims import Claim, counts_as_open
from audits.models.errors import NotAllowed, Outdated, Refused
from audits.models.teams import Membership
from audits.models.text import clean
from audits.models.users import User
from checklist.models import Item

# What of an item only the unfolded row shows.
UNFOLDED = (
    *("guidance", "why", "verify", "evidence", "probes", "parameters", "source", "see_also"),
    "search_text",
)


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user) -> "AnswerQuerySet":
        return self.filter(audit__project__team__memberships__user=user)

    def editable_by(self, user) -> "AnswerQuerySet":
        return self.filter(
            audit__project__team__memberships__user=user,
            audit__project__team__memberships__role__in=Membership.EDIT,
        )

    def lapsed(self) -> "AnswerQuerySet":
        """Risk acceptances whose last day is over."""
        today = timezone.localdate()
        return self.filter(state=Answer.State.RISK_ACCEPTED, accepted_until__lt=today)

    def open(self) -> "AnswerQuerySet":
        """What progress counts as open, which takes in acceptances that do not hold."""
        return self.filter(counts_as_open())

    def blocking(self) -> "AnswerQuerySet":
        return self.open().filter(item__severity=Item.Severity.BLOCKER)

    def overdue(self) -> "AnswerQuerySet":
        return self.open().filter(due__lt=timezone.localdate())

    def for_rows(self) -> "AnswerQuerySet":
        """With all that a row of the audit page shows."""
        return (
            self.select_related("item__section", "owner")
            .annotate(
                evidence_count=_number_of("audits.Evidence", removed_at=None),
                comment_count=_number_of("audits.Comment"),
            )
            .order_by("position")
        )

    def folded(self) -> "AnswerQuerySet":
        """Rows without the item's texts, which are read in an unfolded one alone."""
        return self.defer(*(f"item__{name}" for name in UNFOLDED))


def _number_of(model: str, **conditions) -> models.Subquery:
    """How many rows an answer has there: a subquery, since two joins would multiply."""
    rows = apps.get_model(model)._default_manager
    counted = rows.filter(answer=models.OuterRef("pk"), **conditions).order_by()
    # Count would group, and have no row for none.
    number = models.Func("pk", function="COUNT", output_field=models.IntegerField())
    return models.Subquery(counted.values(number=number))


class Answer(Claim):
    """What a person claims of one item."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="answers")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="answers")
    position = models.PositiveIntegerField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="answers"
    )
    due = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["audit_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "item"], name="one_answer_an_item"),
        ]
        indexes = [
            models.Index(fields=["state", "accepted_until"], name="answer_lapse"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("answer-detail", args=[self.audit_id, self.pk])

    @property
    def label(self) -> str:
        """The item's number, with its edition's letter where the audit has several: `B9`."""
        return f"{self.audit.letters[self.item.edition_id]}{self.item.number}"

    @property
    def is_overdue(self) -> bool:
        return (
            self.due is not None
            and self.due < timezone.localdate()
            and self.counts_as == self.State.OPEN
        )

    @transaction.atomic
    def record(
        self,
        state: str,
        *,
        by: User,
        reason: str = "",
        approver: User | None = None,
        until: dt.date | None = None,
        seen_version: int | None = None,
    ) -> "Answer":
        """Claim a state. Outdated when `seen_version` is not the row's and the row does not say
        the same already; Refused without what the state needs: a reason for not applicable, and
        an approver and a last day too for an accepted risk."""
        audit, answer = self._for_change()
        before, claimed = answer.state, answer._claim()
        answer._set(state, clean(Answer, "reason", reason), approver, until)
        confirming = state == self.State.RISK_ACCEPTED and approver == by
        if answer._claim() == claimed and not (confirming and answer.awaits_approver):
            return answer
        answer._refuse_outdated(seen_version)
        answer.accepted_at = timezone.now() if confirming else None
        answer._touch(by)
        detail = answer.named() | {"before": before, "after": state} | answer._terms()
        audit.log("answer.recorded", by=by, answer=answer, **detail)
        return answer

    @transaction.atomic
    def confirm_acceptance(self, *, by: User, seen_version: int | None = None) -> "Answer":
        """The named approver accepts the risk in person."""
        audit, answer = self._for_change(seen_version)
        if not answer.awaits_approver:
            raise Refused("There is no risk acceptance here that waits for an approver.")
        if answer.approver_id != by.pk:
            raise NotAllowed(f"Only {answer.approver} can confirm this acceptance.")
        if not audit.project.team.people(Membership.APPROVE).filter(pk=by.pk).exists():
            raise NotAllowed("Only an approver or an owner of the team can accept a risk.")
        if answer.has_lapsed:
            raise Refused("The last day of this acceptance is over; the risk is open again.")
        answer.accepted_at = timezone.now()
        answer._touch(by)
        audit.log("answer.accepted", by=by, answer=answer, **answer.named())
        return answer

    @transaction.atomic
    def plan(
        self,
        *,
        by: User,
        owner: User | None,
        due: dt.date | None,
        seen_version: int | None = None,
    ) -> "Answer":
        """Say who sees to the item, and until when."""
        audit, answer = self._for_change(seen_version)
        if owner and not audit.project.team.members.filter(pk=owner.pk).exists():
            raise Refused("The owner must be a member of the team.", field="owner")
        if (answer.owner, answer.due) == (owner, due):
            return answer
        answer.owner, answer.due = owner, due
        answer._touch(by)
        plan = {"owner": str(owner) if owner else "", "due": due.isoformat() if due else ""}
        audit.log("answer.planned", by=by, answer=answer, **answer.named(), **plan)
        return answer

    @transaction.atomic
    def reopen_lapsed(self) -> bool:
        """Set an acceptance whose last day is over back to open; False when it is not so."""
        audit = Audit.objects.locked(self.audit_id)
        answer = Answer.objects.select_related("item", "approver").get(pk=self.pk)
        if audit.is_sealed or not answer.has_lapsed:
            return False
        detail = {"approver": str(answer.approver), "until": str(answer.accepted_until)}
        answer.state = self.State.OPEN
        answer.reason = ""
        answer.approver = answer.accepted_at = answer.accepted_until = None
        answer._touch(None)
        audit.log("answer.lapsed", by=None, answer=answer, **answer.named(), **detail)
        return True

    def _for_change(self, seen_version: int | None = None) -> tuple[Audit, "Answer"]:
        """Audit and answer as they are now, under the audit's lock."""
        audit = self.audit.for_change()
        answer = Answer.objects.select_related("item").get(pk=self.pk)
        answer._refuse_outdated(seen_version)
        answer.audit = audit
        return audit, answer

    def _refuse_outdated(self, seen_version: int | None) -> None:
        if seen_version is not None and seen_version != self.version:
            raise Outdated(str(self.changed_by or "Countersign"))

    def _claim(self) -> tuple:
        return self.state, self.reason, self.approver_id, self.accepted_until

    def _set(self, state: str, reason: str, approver: User | None, until: dt.date | None) -> None:
        """Take over what the state needs, and nothing that was left in the form."""
        accepting = state == self.State.RISK_ACCEPTED
        self.state = state
        self.reason = reason if accepting or state == self.State.NOT_APPLICABLE else ""
        self.approver = approver if accepting else None
        self.accepted_until = until if accepting else None
        self._check()

    def _terms(self) -> dict[str, str | bool]:
        """On what terms the state is claimed, for the event."""
        terms: dict[str, str | bool] = {"reason": self.reason} if self.reason else {}
        if self.accepted_until is not None:
            terms["approver"] = str(self.approver)
            terms["until"] = self.accepted_until.isoformat()
            terms["confirmed"] = self.accepted_at is not None
        return terms

    def _check(self) -> None:
        if self.state not in self.State.values:
            raise Refused(f"{self.state!r} is not a state of an answer.", field="state")
        if self.state == self.State.NOT_APPLICABLE and not self.reason:
            raise Refused("Say why the item does not apply.", field="reason")
        if self.state != self.State.RISK_ACCEPTED:
            return
        if not self.reason:
            raise Refused("Say why the risk can be taken.", field="reason")
        if self.approver is None:
            raise Refused("Name the approver who accepts the risk.", field="approver")
        approvers = self.audit.project.team.people(Membership.APPROVE)
        if not approvers.filter(pk=self.approver.pk).exists():
            raise Refused(
                f"{self.approver} is neither an approver nor an owner of this team.", "approver"
            )
        if self.accepted_until is None:
            raise Refused("Say until when the risk is accepted.", field="until")
        if self.accepted_until < timezone.localdate():
            raise Refused("The last day of the acceptance is over already.", field="until")

    def _touch(self, by: User | None) -> None:
        self.version += 1
        self.changed_at = timezone.now()
        self.changed_by = by
        self.save()

    def named(self) -> dict[str, str]:
        """How history names the item, whatever happens to its wording later."""
        return {"item": self.item.ref, "title": self.item.title}
