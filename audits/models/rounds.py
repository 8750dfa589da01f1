"""A round of sign-off: an audit is proposed, people sign exactly that state or refuse it.

Each arrow of docs/sign-off.md is one method here or in signoffs.py.
"""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from audits.models import go_conditions, obstacles, quorum
from audits.models.audits import Audit
from audits.models.errors import NotAllowed, NotProposed, Refused
from audits.models.go_conditions import GoCondition
from audits.models.lifecycle import AuditState, Decision, RoundState
from audits.models.quorum import Rules
from audits.models.round_rows import RoundQuerySet
from audits.models.snapshots import Snapshot, about
from audits.models.text import clean_text
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.reports import Report
    from audits.models.seals import Seal

REASON_MAX = 2000


class Round(models.Model):
    State = RoundState
    Decision = Decision

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="rounds")
    revision = models.PositiveIntegerField()
    snapshot = models.OneToOneField(Snapshot, on_delete=models.PROTECT, related_name="round")
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.PROPOSED)
    decision = models.CharField(max_length=14, choices=Decision)
    statement = models.TextField(blank=True, max_length=4000)
    # What it is signed for, a commit SHA or a version; empty: nothing in particular.
    release = models.CharField(max_length=100, blank=True)
    # The policy in force when it was proposed, as `quorum.Rules.to_json` has it.
    rules = models.JSONField()
    # Of what has no events: see `snapshots.about`.
    about = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_by_name = models.CharField(max_length=254)
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # The last day on which the decision holds; empty: without an end.
    valid_until = models.DateField(null=True)
    expired_because = models.CharField(max_length=300, blank=True)
    superseded_by = models.PositiveIntegerField(null=True)

    seal: "Seal"
    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit"],
                condition=models.Q(state=RoundState.PROPOSED),
                name="one_proposal_an_audit",
            )
        ]
        indexes = [
            models.Index(fields=["audit", "state", "-ended_at"], name="round_of_audit"),
            models.Index(fields=["state", "valid_until"], name="round_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}, revision {self.revision}"

    def get_absolute_url(self) -> str:
        return reverse("round-detail", args=[self.pk])

    def get_changes_url(self) -> str:
        """What changed since it was proposed."""
        page = reverse("audit-differences", args=[self.audit_id])
        return f"{page}?from={self.snapshot_id}&to=now"

    @property
    def rules_then(self) -> Rules:
        return Rules.from_json(self.rules)

    @property
    def phrase(self) -> str:
        """What a signer types: it names what is signed, and no other revision."""
        return f"sign revision {self.revision}"

    @property
    def refusal_phrase(self) -> str:
        return f"refuse revision {self.revision}"

    @property
    def is_proposed(self) -> bool:
        return self.state == RoundState.PROPOSED

    @property
    def is_sealed(self) -> bool:
        return self.ended_at is not None and self.state not in (
            RoundState.WITHDRAWN,
            RoundState.OUTDATED,
        )

    @property
    def was_refused(self) -> bool:
        """Whether the decision was a no-go, whatever became of it since."""
        return self.is_sealed and any(
            each.decision == "no_go" for each in self.sign_offs.all() if not each.withdrawn_at
        )

    @property
    def report(self) -> "Report":
        """Of the decision; of a round that is not decided the draft, if one was asked for."""
        if hasattr(self, "seal"):
            return self.seal.report
        return self.snapshot.reports.get(seal=None)

    @cached_property
    def conditions_left(self) -> list[GoCondition]:
        """The conditions of a go in force that are not met; those that are late first."""
        if self.decision != Decision.CONDITIONAL_GO:
            return []
        return list(self.go_conditions.in_force().open().order_by("due", "number"))

    @property
    def conditions_late(self) -> int:
        return sum(1 for each in self.conditions_left if each.is_late)

    @property
    def given(self) -> list[quorum.Given]:
        """The signatures that count now."""
        rows = self.sign_offs.filter(withdrawn_at=None)
        return list(rows.values_list("role", "by"))

    @property
    def missing(self) -> dict[str, int]:
        """Role -> how many signatures it waits for."""
        return self.rules_then.missing(self.given)

    def stand_in_the_way(self) -> list[obstacles.Obstacle]:
        """What keeps anybody from signing, as of today: what blocks and is covered by no
        condition of the go."""
        found = obstacles.of(self.audit)
        if self.decision == Decision.GO:
            return found
        keys = set(self.go_conditions.values_list("covers", flat=True))
        never = [each for each in found if not each.can_be_covered]
        return never + go_conditions.uncovered(keys, found)

    def locked(self) -> tuple[Audit, "Round"]:
        """Audit and round as they are now, under the audit's lock; NotProposed when the round is
        over. Inside a transaction only."""
        audit = Audit.objects.locked(self.audit_id)
        row = Round.objects.select_related("snapshot").get(pk=self.pk)
        row.audit = audit
        if row.state != RoundState.PROPOSED:
            raise NotProposed(row.get_state_display().lower(), row.revision)
        return audit, row

    @transaction.atomic
    def outdate_if_changed(self) -> bool:
        """End a round whose audit reads otherwise now, though no event tells of it: the project
        was renamed, the team's policy changed. False where all is as it was proposed."""
        try:
            audit, row = self.locked()
        except NotProposed:
            return False
        if about(audit) == row.about:
            return False
        audit.outdate(by=None)
        return True

    def end_if_over(self) -> None:
        """What no person does: a sign-off whose last day is over, a proposal of what reads
        otherwise by now."""
        if self.state == RoundState.SIGNED:
            self.expire(f"it held until {self.valid_until}", by=None)
        else:
            self.outdate_if_changed()

    @transaction.atomic
    def withdraw(self, reason: str, *, by: User) -> Audit:
        """Take the proposal back: open again, and the signatures given so far count no more."""
        audit, row = self.locked()
        row.refuse_withdrawal_by(by)
        reason = clean_text(reason, REASON_MAX, field="reason")
        if not reason:
            raise Refused("Say why the proposal is withdrawn.", field="reason")
        row.state, row.ended_at = RoundState.WITHDRAWN, timezone.now()
        row.save(update_fields=["state", "ended_at"])
        audit.state = AuditState.OPEN
        audit.save(update_fields=["state"])
        audit.log("audit.withdrawn", by=by, reason=reason)
        return audit

    def refuse_withdrawal_by(self, by: User) -> None:
        if self.proposed_by_id != by.pk and not _may_approve(self.audit, by):
            raise NotAllowed(
                f"Only {self.proposed_by_name}, who proposed it, or an approver can withdraw it."
            )

    @transaction.atomic
    def expire(self, why: str, *, by: User | None) -> bool:
        """The sign-off holds no longer; False when it was over already."""
        audit = Audit.objects.locked(self.audit_id)
        row = Round.objects.get(pk=self.pk)
        if row.state != RoundState.SIGNED:
            return False
        row.state, row.expired_because = RoundState.EXPIRED, why[:300]
        row.save(update_fields=["state", "expired_because"])
        if audit.state == AuditState.SIGNED and audit.revision == row.revision:
            audit.state = AuditState.EXPIRED
            audit.save(update_fields=["state"])
        audit.log("audit.expired", by=by, of=row.revision, why=why)
        return True

    def finish(self, audit: Audit, state: str, at: dt.datetime) -> None:
        """Signed or refused: the audit is sealed, and former revisions are superseded. Under the
        lock that the caller holds."""
        self.state, self.ended_at = state, at
        days = self.rules_then.valid_days
        if state == RoundState.SIGNED and days:
            self.valid_until = timezone.localdate(at) + dt.timedelta(days=days)
        self.save(update_fields=["state", "ended_at", "valid_until"])
        Snapshot.objects.filter(pk=self.snapshot_id).update(sealed=True)
        audit.state = AuditState(state)
        audit.save(update_fields=["state"])

    def supersede_former(self, audit: Audit) -> None:
        former = audit.rounds.sealed().exclude(pk=self.pk).filter(superseded_by=None)
        for row in former.order_by("revision"):
            row.state, row.superseded_by = RoundState.SUPERSEDED, self.revision
            row.save(update_fields=["state", "superseded_by"])
            audit.log("audit.superseded", by=None, of=row.revision, now=self.revision)


def _may_approve(audit: Audit, by: User) -> bool:
    return Audit.objects.approvable_by(by).filter(pk=audit.pk).exists()
