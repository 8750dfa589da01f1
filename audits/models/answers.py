import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models import edits
from audits.models.answer_rows import AnswerQuerySet
from audits.models.audits import Audit
from audits.models.belongings import number_of
from audits.models.claims import Claim
from audits.models.errors import NotAllowed, Outdated, Refused
from audits.models.events import Event
from audits.models.terms import KEEP, Plan, Rating, Terms, refuse_unless_approver
from audits.models.text import clean
from audits.models.ties import partners
from audits.models.users import User
from checklist.models import Item, Section

# What the row shows of other tables.
BESIDE = ("evidence_count", "stale_count", "comment_count")


def seen_by(user) -> AnswerQuerySet:
    """For their rows those that the user may see, with audit, project and team, the user's `role`,
    and of how many `editions` the audit is."""
    role = models.F("audit__project__team__memberships__role")
    return _in_their_audits(timezone.localdate()).visible_to(user).annotate(role=role)


@lru_cache(maxsize=1)
def _in_their_audits(_today: dt.date) -> AnswerQuerySet:
    """Put together once a day: it is what every tick asks first, and Django takes longer to put
    it together than the database to answer."""
    rows = Answer.objects.select_related("item", "owner", "audit__project__team").folded()
    editions = number_of("audits.AuditEdition", audit=models.OuterRef("audit"))
    return rows.counted().annotate(editions=editions)


class Answer(Claim):
    """What a person claims of one item."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="answers")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="answers")
    # The item's: counting by section needs no look at the items.
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="answers")
    position = models.PositiveIntegerField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="answers"
    )
    due = models.DateField(null=True)
    # Whether a tie binds it to another answer; see ties.py.
    tied = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    # The event of the change that was just made.
    last_event: Event | None = None

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["audit_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "item"], name="one_answer_an_item"),
        ]
        indexes = [
            models.Index(fields=["state", "accepted_until"], name="answer_lapse"),
            # Progress by section is counted from this index alone.
            models.Index(
                fields=[
                    *("audit", "retired_at", "section", "state", "severity", "verdict"),
                    *("due", "accepted_at", "accepted_until"),
                ],
                name="answer_progress",
            ),
            # A page of rows, wherever it begins.
            models.Index(fields=["audit", "retired_at", "position"], name="answer_place"),
            models.Index(fields=["audit", "due"], name="answer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("answer-detail", args=[self.audit_id, self.pk])

    @property
    def label(self) -> str:
        """The item's number, with its edition's letter where the audit has several: `B9`."""
        return f"{self.audit.letters.get(self.item.edition_id, '')}{self.item.number}"

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
        terms = Terms(state, clean(Answer, "reason", reason), approver, until).check(audit)
        if not answer._would_change(terms, by):
            return answer
        answer._refuse_outdated(seen_version, edits.CLAIM)
        edits.apply(
            audit, partners(audit, [answer]), terms.claim(by), verb="answer.recorded", by=by
        )
        return answer

    @transaction.atomic
    def confirm_acceptance(self, *, by: User, seen_version: int | None = None) -> "Answer":
        """The named approver accepts the risk in person."""
        audit, answer = self._for_change()
        answer._refuse_outdated(seen_version, edits.CLAIM)
        if not answer.awaits_approver:
            raise Refused("There is no risk acceptance here that waits for an approver.")
        if answer.approver_id != by.pk:
            raise NotAllowed(f"Only {answer.approver} can confirm this acceptance.")
        refuse_unless_approver(audit, by, "accept a risk")
        if answer.has_lapsed:
            raise Refused("The last day of this acceptance is over; the risk is open again.")

        def accept(each: Answer) -> dict | None:
            if not each.awaits_approver or each.approver_id != by.pk:
                return None
            each.accepted_at = timezone.now()
            return {}

        edits.apply(audit, partners(audit, [answer]), accept, verb="answer.accepted", by=by)
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
        audit, answer = self._for_change()
        owner_stays = answer.owner_id == (owner.pk if owner else None)
        if owner_stays and answer.due == due:
            return answer
        # Who left the team may stay the owner, but nobody becomes it who is not in the team.
        plan = Plan(owner=KEEP if owner_stays else owner, due=due).check(audit)
        answer._refuse_outdated(seen_version, edits.PLAN)
        edits.apply(audit, partners(audit, [answer]), plan.give, verb="answer.planned", by=by)
        return answer

    @transaction.atomic
    def rate(
        self, severity: str, reason: str, *, by: User, seen_version: int | None = None
    ) -> "Answer":
        """Give the item another severity in this audit, with a reason; its own needs none.
        Lowering takes an approver: it may take a blocker out of the way of a go."""
        audit, answer = self._for_change()
        rating = Rating(severity, clean(Answer, "severity_reason", reason)).check()
        if not rating.changes(answer):
            return answer
        answer._refuse_outdated(seen_version, edits.SEVERITY)
        if rating.lowers(answer):
            refuse_unless_approver(audit, by)
        edits.apply(audit, [answer], rating.give, verb="answer.rated", by=by)
        return answer

    @transaction.atomic
    def reopen_lapsed(self) -> bool:
        """Set an acceptance whose last day is over back to open; False when it is not so."""
        audit = Audit.objects.locked(self.audit_id)
        answer = Answer.objects.select_related("item", "approver").get(pk=self.pk)
        if audit.is_sealed or not answer.has_lapsed:
            return False
        detail = {"approver": str(answer.approver), "until": str(answer.accepted_until)}

        def reopen(each: Answer) -> dict:
            each.clear()
            return detail

        edits.apply(audit, [answer], reopen, verb="answer.lapsed", by=None)
        return True

    def clear(self) -> None:
        """Back to open; the reason stays in the history."""
        self.state = self.State.OPEN
        self.reason = ""
        self.approver = self.accepted_at = self.accepted_until = None

    def _for_change(self) -> tuple[Audit, "Answer"]:
        """Audit and answer as they are now, under the audit's lock."""
        audit = self.audit.for_change()
        audit.learn_from(self.audit)
        answer = Answer.objects.get(pk=self.pk)
        answer.audit = audit
        answer._learn_from(self)
        answer.refuse_if_retired()
        return audit, answer

    def _learn_from(self, other: "Answer") -> None:
        """Take over what was read with it already: whoever shows its row needs not read again."""
        known = vars(other)
        vars(self).update({name: known[name] for name in BESIDE if name in known})
        for name in ("item", "owner"):
            key = f"{name}_id"
            if name in other._state.fields_cache and known[key] == getattr(self, key):
                setattr(self, name, getattr(other, name))

    def refuse_if_retired(self) -> None:
        if self.retired_at:
            raise Refused(
                "The audit moved to an edition without this item; what was answered stays as "
                "it was."
            )

    def _refuse_outdated(self, seen_version: int | None, fields: Sequence[str]) -> None:
        """Outdated when somebody changed one of these columns after that version. Who gave an
        owner meanwhile stands in nobody's way who says done."""
        if seen_version is None or seen_version == self.version:
            return
        later = self.events.order_by("-number").filter(detail__version__gt=seen_version)
        changes = [detail["was"] for detail in later.values_list("detail", flat=True)]
        complete = 0 < self.version - seen_version <= len(changes)
        if complete and not any(name in was for was in changes for name in fields):
            return
        raise Outdated(str(self.changed_by or "Countersign"))

    def _would_change(self, terms: Terms, by: User) -> bool:
        confirming = terms.state == self.State.RISK_ACCEPTED and terms.approver == by
        return not terms.said_by(self) or (confirming and self.awaits_approver)

    def named(self) -> dict[str, str]:
        """How history names the item, whatever happens to its wording later."""
        return {"item": self.item.ref, "title": self.item.title}
