from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models import policies, quorum
from audits.models.audits import Audit
from audits.models.authors import main_author
from audits.models.errors import NotAllowed, Outdated, Refused, RuleBroken
from audits.models.lifecycle import RoundState
from audits.models.obstacles import in_words
from audits.models.reports import Report
from audits.models.rounds import Round
from audits.models.seals import Seal
from audits.models.snapshots import Snapshot, about
from audits.models.text import clean
from audits.models.told import stamp
from audits.models.users import User


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def standing(self) -> "SignOffQuerySet":
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def last_of(self, audits) -> dict[object, "SignOff"]:
        """Audit's primary key -> the last signature of its latest round that was decided."""
        rounds = Round.objects.sealed().filter(audit__in=audits)
        given = self.standing().filter(round__in=rounds).select_related("round")
        # By key: a clock may have been set back between two of them.
        return {each.round.audit_id: each for each in given.order_by("pk")}

    def sign(
        self,
        row: Round,
        *,
        by: User,
        role: str,
        seen: str,
        confirmation: str,
        statement: str = "",
        method: str = "password",
    ) -> "SignOff":
        """Sign exactly what was shown; the last signature that the policy asks for seals it.

        `seen` is the digest of the snapshot on the page that the person read, `confirmation`
        must be the round's `phrase`, and `method` is how the person proved who they are.
        """
        row.outdate_if_changed()
        with transaction.atomic():
            audit, row = row.locked()
            _refuse_unseen(audit, row, seen)
            _refuse_role(row, by, role)
            _refuse_backdating(row)
            _refuse_late_conditions(row)
            if blocks := row.stand_in_the_way():
                raise Refused(f"{in_words(blocks)}, so nobody can sign it.", "decision")
            refuse_unconfirmed(confirmation, row.phrase)
            _refuse_dead_end(audit, row, by, role)
            given = self._give(audit, row, by, role, row.decision, statement, method)
            if not row.missing:
                _seal(audit, row, RoundState.SIGNED, row.decision, by)
            return given

    def refuse(
        self,
        row: Round,
        *,
        by: User,
        role: str,
        seen: str,
        confirmation: str,
        reason: str,
        method: str = "password",
    ) -> "SignOff":
        """A signer's no, which ends the round as a no-go. It needs a reason."""
        row.outdate_if_changed()
        with transaction.atomic():
            audit, row = row.locked()
            _refuse_unseen(audit, row, seen)
            _refuse_stranger(row, by, role)
            refuse_second_thoughts(row, by)
            _refuse_backdating(row)
            if not reason.strip():
                raise Refused("Say why it is refused; the report shows it.", field="statement")
            refuse_unconfirmed(confirmation, row.refusal_phrase)
            given = self._give(audit, row, by, role, SignOff.Decision.NO_GO, reason, method)
            _seal(audit, row, RoundState.REFUSED, SignOff.Decision.NO_GO, by)
            return given

    def _give(
        self,
        audit: Audit,
        row: Round,
        by: User,
        role: str,
        decision: str,
        statement: str,
        method: str,
    ) -> "SignOff":
        digest = row.snapshot.digest
        statement = clean(SignOff, "statement", statement)
        event = audit.log(
            "sign_off.given",
            by=by,
            role=role,
            decision=SignOff.Decision(decision).label,
            digest=digest,
            method=method,
            statement=statement,
        )
        return self.create(
            round=row,
            snapshot=row.snapshot,
            by=by,
            by_name=event.actor_name,
            role=role,
            decision=decision,
            statement=statement,
            method=method,
            at=event.at,
            digest=digest,
        )


class SignOff(models.Model):
    """A named person's decision, in a named role, on exactly one snapshot."""

    class Decision(models.TextChoices):
        GO = "go", "Go"
        CONDITIONAL_GO = "conditional_go", "Conditional go"
        NO_GO = "no_go", "No-go"

    class Method(models.TextChoices):
        """How the person proved who they are; empty in rows from before that was asked."""

        PASSWORD = "password"  # noqa: S105  # nosec B105: the name of a method
        PASSKEY = "passkey"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="sign_offs")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="sign_offs")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sign_offs"
    )
    # As they were then: renaming a user must not change what was signed.
    by_name = models.CharField(max_length=254)
    role = models.CharField(max_length=60)
    decision = models.CharField(max_length=14, choices=Decision)
    statement = models.TextField(blank=True, max_length=4000)
    method = models.CharField(max_length=8, choices=Method, blank=True)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    withdrawn_at = models.DateTimeField(null=True)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "by", "role"],
                condition=models.Q(withdrawn_at=None),
                name="one_signature_a_person_in_a_role",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} by {self.by_name}"

    @transaction.atomic
    def withdraw(self, *, by: User) -> None:
        """Take one's own signature back, until the last one is in."""
        audit, row = self.round.locked()
        given = row.sign_offs.get(pk=self.pk)
        if given.by_id != by.pk:
            raise NotAllowed(f"Only {given.by_name} can withdraw this signature.")
        if given.withdrawn_at:
            return
        given.withdrawn_at = timezone.now()
        given.save(update_fields=["withdrawn_at"])
        audit.log("sign_off.withdrawn", by=by, role=given.role, digest=given.digest)


def roles_of(row: Round, user: User) -> list[quorum.Role]:
    """The roles in which the person may sign the round, be they signed already or not."""
    rules, able = row.rules_then, policies.approvers(row.audit.project.team)
    return [role for role in rules.roles if user.pk in quorum.able(role, able)]


def roles_to_sign(row: Round, user: User) -> list[quorum.Role]:
    """Those of `roles_of` in which the person's signature is still wanted."""
    given, missing = row.given, row.missing
    if row.rules_then.four_eyes and any(who == user.pk for _, who in given):
        return []
    return [
        role
        for role in roles_of(row, user)
        if role.name in missing and (role.name, user.pk) not in given
    ]


def _seal(audit: Audit, row: Round, state: str, decision: str, by: User) -> None:
    """All in one transaction: a sealed revision always has its record and its report, whatever
    dies next."""
    at = timezone.now()
    row.finish(audit, state, at)
    seal = Seal.objects.make(row, audit, decision, at)
    verb = "audit.signed" if state == RoundState.SIGNED else "audit.refused"
    told: dict[str, Any] = {"digest": row.snapshot.digest, "seal": seal.digest}
    audit.log(verb, by=by, decision=SignOff.Decision(decision).label, **told)
    row.supersede_former(audit)
    Report.objects.create(snapshot=row.snapshot, seal=seal, requested_by=by)


def _refuse_unseen(audit: Audit, row: Round, seen: str) -> None:
    if seen != row.snapshot.digest:
        raise Outdated(row.proposed_by_name, "the proposal")
    if about(audit) != row.about:  # since `outdate_if_changed` looked
        raise Outdated("Somebody", "the project or the policy")


def _refuse_backdating(row: Round) -> None:
    """No signature is older than what it signs, or than one that was given before it."""
    now, standing = timezone.now(), row.sign_offs.filter(withdrawn_at=None)
    last = max([row.proposed_at, *standing.values_list("at", flat=True)])
    if now < last:
        raise RuleBroken(
            f"This server's clock says {stamp(now)}, and the proposal or a signature is of "
            f"{stamp(last)}: the clock was set back. Once it is right, sign, or withdraw the "
            "proposal and propose the audit again."
        )


def refuse_second_thoughts(row: Round, by: User) -> None:
    """One person does not stand in the record with a go and a no-go."""
    if any(who == by.pk for _, who in row.given):
        raise RuleBroken("You signed this already. Withdraw your signature, then refuse it.")


def what_confirms(phrase: str) -> str:
    return f"Write exactly “{phrase}”."


def refuse_unconfirmed(confirmation: str, phrase: str) -> None:
    if " ".join(confirmation.lower().split()) != phrase:
        raise Refused(what_confirms(phrase), field="confirmation")


def _refuse_stranger(row: Round, by: User, role: str) -> None:
    mine = roles_of(row, by)
    if not mine:
        raise NotAllowed("The sign-off policy does not name you among those who sign this audit.")
    if role not in [each.name for each in mine]:
        raise Refused("Choose a role in which you may sign.", field="role")


def _refuse_role(row: Round, by: User, role: str) -> None:
    _refuse_stranger(row, by, role)
    given = row.given
    if (role, by.pk) in given:
        raise Refused(f"You signed as {role} already.", field="role")
    if row.rules_then.four_eyes and any(who == by.pk for _, who in given):
        raise Refused(
            "You signed in another role already, and the policy asks for four eyes: nobody signs "
            "in two roles.",
            field="role",
        )
    if role not in row.missing:
        raise Refused(f"Nobody more is asked to sign as {role}.", field="role")


def _refuse_late_conditions(row: Round) -> None:
    """Nobody gives a go on a condition that is late already."""
    if late := row.go_conditions.filter(due__lt=timezone.localdate()).first():
        raise Refused(
            f"Condition {late.number} was due on {late.due}, which is over. Propose the audit "
            "again with a later day.",
            field="decision",
        )


def _refuse_dead_end(audit: Audit, row: Round, by: User, role: str) -> None:
    """A signature after which nobody could give the last one, or that would be the only one of
    whoever gave most of the answers."""
    rules, author = row.rules_then, main_author(audit)
    if rules.four_eyes and rules.seats == 1 and author == by.pk:
        raise Refused(
            "You gave most of the answers, and the policy asks for four eyes: somebody else has "
            "to sign.",
            field="role",
        )
    able = policies.approvers(audit.project.team)
    given = row.given
    if not quorum.can_be_met(rules, able, given, author):
        return  # it is stuck already; a signature less would not help
    if not quorum.can_be_met(rules, able, [*given, (role, by.pk)], author):
        raise Refused(
            f"If you sign as {role}, nobody is left for the other roles. Sign in another role.",
            field="role",
        )
