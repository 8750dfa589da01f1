from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models.audits import Audit
from audits.models.conditions import Condition
from audits.models.errors import NotAllowed, Outdated, Refused
from audits.models.reports import Report
from audits.models.snapshots import Snapshot, stamp, state_seen
from audits.models.teams import Membership
from audits.models.text import clean
from audits.models.users import User


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def last_of(self, audits) -> dict[object, "SignOff"]:
        """Audit's primary key -> its latest sign-off, where it has one."""
        signed = self.filter(snapshot__audit__in=audits).select_related("snapshot").order_by("at")
        return {
            sign_off.snapshot.audit_id: sign_off for sign_off in signed.defer("snapshot__data")
        }

    @transaction.atomic
    def seal(
        self,
        audit: Audit,
        *,
        by: User,
        decision: str,
        confirmation: str,
        statement: str = "",
        seen: str,
    ) -> "SignOff":
        """Freeze the audit and sign exactly what was shown.

        `confirmation` must be the audit's `seal_phrase`; `seen` is `state_seen` of the audit
        on the page that the approver read, so that nobody signs what they did not see.
        """
        audit = audit.for_change()
        role = _approving_role(audit, by)
        _refuse_unseen(audit, seen)
        statement = clean(SignOff, "statement", statement)
        self._check(audit, decision, confirmation, statement)
        at = timezone.now()
        snapshot = Snapshot.objects.take(
            audit, by=by, at=at, seal=_seal(by, role, decision, statement, at)
        )
        sign_off = self.create(
            snapshot=snapshot,
            by=by,
            by_name=str(by),
            role=role,
            decision=decision,
            statement=statement,
            at=at,
            digest=snapshot.digest,
        )
        audit.state = Audit.State.SEALED
        audit.save(update_fields=["state"])
        audit.log(
            "audit.sealed",
            by=by,
            decision=SignOff.Decision(decision).label,
            digest=snapshot.digest,
        )
        # In the same transaction: a sealed revision always has its report, whatever dies next.
        Report.objects.create(snapshot=snapshot, requested_by=by)
        return sign_off

    def _check(self, audit: Audit, decision: str, confirmation: str, statement: str) -> None:
        if decision not in SignOff.Decision.values:
            raise Refused("Decide: go or no-go.", field="decision")
        if decision == SignOff.Decision.NO_GO and not statement:
            raise Refused("Say why it is a no-go.", field="statement")
        if decision == SignOff.Decision.GO and (obstacles := _obstacles(audit)):
            raise Refused(f"{obstacles}, so the decision cannot be go.", "decision")
        if " ".join(confirmation.lower().split()) != audit.seal_phrase:
            raise Refused(f"Type “{audit.seal_phrase}” to confirm.", field="confirmation")


class SignOff(models.Model):
    """A named person's decision, in a named role, on exactly one snapshot."""

    class Decision(models.TextChoices):
        GO = "go", "Go"
        NO_GO = "no_go", "No-go"

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="sign_offs")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sign_offs"
    )
    # As they were then: renaming a user must not change what was signed.
    by_name = models.CharField(max_length=254)
    role = models.CharField(max_length=10)
    decision = models.CharField(max_length=5, choices=Decision)
    statement = models.TextField(blank=True, max_length=4000)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} by {self.by_name}"


def _obstacles(audit: Audit) -> str:
    """What stands against a go, in words; empty when nothing does."""
    found = (
        (audit.answers.blocking().count(), "blocker is open", "blockers are open"),
        (
            audit.answers.conflicting().count(),
            "item is done for a person and failing for the machine",
            "items are done for a person and failing for the machine",
        ),
        (
            audit.conditions.unmet(Condition.Kind.EXIT).count(),
            "exit criterion is not met",
            "exit criteria are not met",
        ),
    )
    words = [f"{count} {one if count == 1 else many}" for count, one, many in found if count]
    return " and ".join(words)


def _refuse_unseen(audit: Audit, seen: str) -> None:
    if seen == state_seen(audit):
        return
    if seen.partition(".")[0] == audit.events_head:
        raise Outdated("Somebody", "the project")
    raise Outdated(audit.events.get(number=audit.events_count).actor_name, "the audit")


def _approving_role(audit: Audit, by: User) -> str:
    membership = Membership.objects.filter(
        user=by, team__projects__audits=audit, role__in=Membership.APPROVE
    ).first()
    if membership is None:
        raise NotAllowed("Only an approver or an owner of the team can seal an audit.")
    return membership.role


def _seal(by: User, role: str, decision: str, statement: str, at) -> dict[str, str]:
    return {
        "by": str(by),
        "email": by.email,
        "role": role,
        "at": stamp(at),
        "decision": decision,
        "statement": statement,
    }
