"""Rounds of sign-off as many: proposing one, and which are over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from audits.models import go_conditions, obstacles, policies
from audits.models.audits import Audit
from audits.models.errors import NotAllowed, Outdated, Refused, RuleBroken
from audits.models.go_conditions import Asked, GoCondition
from audits.models.lifecycle import AuditState, Decision, RoundState
from audits.models.obstacles import Obstacle
from audits.models.projects import Project
from audits.models.quorum import Rules
from audits.models.snapshots import Proposal, Snapshot, about, state_seen
from audits.models.teams import Membership
from audits.models.text import clean
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.rounds import Round


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user) -> "RoundQuerySet":
        return self.filter(audit__project__team__memberships__user=user)

    def proposed(self) -> "RoundQuerySet":
        return self.filter(state=RoundState.PROPOSED)

    def sealed(self) -> "RoundQuerySet":
        """Those that ended with a decision, whatever became of it."""
        return self.exclude(ended_at=None).exclude(
            state__in=(RoundState.PROPOSED, RoundState.WITHDRAWN, RoundState.OUTDATED)
        )

    @transaction.atomic
    def propose(
        self,
        audit: Audit,
        *,
        by: User,
        seen: str,
        decision: str = Decision.GO,
        statement: str = "",
        release: str = "",
        conditions: Sequence[Asked] = (),
    ) -> "Round":
        """Freeze the audit as a snapshot and ask for signatures.

        `seen` is `state_seen` of the audit on the page that the person read. What blocks a go
        does not keep anybody from proposing it: all see it then, and nobody can sign it.
        """
        # The project first, as `Release.objects.register` does: of a proposal and a release at
        # once, the second knows of the first.
        Project.objects.select_for_update(no_key=True).get(pk=audit.project_id)
        audit = audit.for_change()
        if audit.is_proposed:
            raise RuleBroken(
                "This audit is proposed for sign-off already; its page shows by whom."
            )
        _refuse_unless_editor(audit, by)
        refuse_unseen(audit, seen)
        rules = policies.in_force(audit)
        # Once: it walks the whole chain.
        blocks = tuple(obstacles.of(audit))
        agreed = _agreed(audit, rules, decision, conditions, blocks)
        statement = clean(self.model, "statement", statement)
        release = clean(self.model, "release", release)
        if rules.release_bound:
            _refuse_replaced(audit.project, release)
        at = timezone.now()
        proposal = Proposal(
            decision, str(by), at, statement, release, tuple(agreed), rules, blocks
        )
        snapshot = Snapshot.objects.take(audit, by=by, at=at, proposal=proposal)
        return self._begin(audit, snapshot, proposal, by=by)

    def _begin(self, audit: Audit, snapshot: Snapshot, proposal: Proposal, *, by: User) -> "Round":
        """The round with its conditions, the audit's state and the event that tells of them."""
        row = self.create(
            audit=audit,
            revision=audit.revision,
            snapshot=snapshot,
            decision=proposal.decision,
            statement=proposal.statement,
            release=proposal.release,
            rules=proposal.rules.to_json(),
            about=about(audit),
            proposed_by=by,
            proposed_by_name=proposal.by,
            proposed_at=proposal.at,
        )
        for each in proposal.conditions:
            each.round = row
        GoCondition.objects.bulk_create(proposal.conditions)
        audit.state = AuditState.PROPOSED
        audit.save(update_fields=["state"])
        audit.log(
            "audit.proposed",
            by=by,
            decision=Decision(proposal.decision).label,
            digest=snapshot.digest,
            release=proposal.release,
            # Which people, where the snapshot has but their names.
            rules=row.rules,
            owners=[each.owner_id for each in proposal.conditions],
        )
        return row

    def due(self) -> "RoundQuerySet":
        """What held until yesterday or earlier."""
        return self.filter(state=RoundState.SIGNED, valid_until__lt=timezone.localdate())

    def bound_of(self, project: Project) -> "list[Round]":
        """What is signed, or proposed, for one release alone, by the policy of then."""
        rounds = self.filter(audit__project=project).select_related("audit")
        live = rounds.filter(state__in=(RoundState.SIGNED, RoundState.PROPOSED))
        in_order = live.order_by("audit_id", "proposed_at")
        return [row for row in in_order if row.rules_then.release_bound]

    def expire_for_release(
        self, project: Project, release: str, *, by: User | None, by_name: str
    ) -> "list[Round]":
        """End what was signed, or is proposed, for another release where the policy binds it to
        one, and say what that is. Under the project's lock."""
        why = f"{by_name or 'somebody'} registered the release {release}"
        ended = []
        for row in self.bound_of(project):
            if row.release == release:
                continue
            # The last signature may have come in since the rows were read.
            audit = Audit.objects.locked(row.audit_id)
            if audit.rounds.proposed().filter(pk=row.pk).exists():
                audit.outdate(by=by, why=why)
                ended.append(row)
            elif row.expire(why, by=by):
                ended.append(row)
        return ended


def _agreed(
    audit: Audit,
    rules: Rules,
    decision: str,
    conditions: Sequence[Asked],
    blocks: Sequence[Obstacle],
) -> list[GoCondition]:
    """The conditions of the go; Refused when the policy or the audit allows no such go."""
    if decision not in Decision.values:
        raise Refused("Propose a go or a conditional go.", field="decision")
    if decision == Decision.GO:
        return []
    if not rules.conditional:
        raise Refused("The sign-off policy allows no conditional go.", field="decision")
    asked = go_conditions.check(conditions, audit, blocks)
    return [GoCondition(**each) for each in asked]


def refuse_unseen(audit: Audit, seen: str) -> None:
    if seen == state_seen(audit):
        return
    if seen.partition(".")[0] == audit.events_head:
        raise Outdated("Somebody", "the project or the policy")
    raise Outdated(audit.events.get(number=audit.events_count).actor_name, "the audit")


def _refuse_replaced(project: Project, release: str) -> None:
    """A release that is not deployed yet may be signed for, but none that was replaced."""
    latest = project.releases.first()
    if latest is None or latest.name == release:
        return
    if not release or project.releases.filter(name=release).exists():
        raise Refused(
            f"The policy binds a sign-off to one release, and {latest.name} is the latest: "
            "propose it for that one, or for one that is still to come.",
            field="release",
        )


def _refuse_unless_editor(audit: Audit, by: User) -> None:
    if not audit.project.team.memberships.filter(user=by, role__in=Membership.EDIT).exists():
        raise NotAllowed("Only who may edit the audit can propose it for sign-off.")
