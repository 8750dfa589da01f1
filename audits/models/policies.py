"""The sign-off policy: a team's, and what an audit asks on top of it."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from audits.models import quorum
from audits.models.audits import Audit
from audits.models.authors import main_authors
from audits.models.errors import NotAllowed, Outdated, Refused
from audits.models.lifecycle import LIVE
from audits.models.quorum import Role, Rules
from audits.models.teams import Membership, Team
from audits.models.text import clean_text
from audits.models.users import User

ROLE_MAX = 60
ROLES_MAX = 12
COUNT_MAX = 9
DAYS_MAX = 3650


class PolicyQuerySet(models.QuerySet["Policy"]):
    def of_team(self, team: Team) -> "Policy":
        """The team's; not stored yet where nobody set any."""
        return self.filter(team=team).first() or Policy(
            team=team, rules=quorum.DEFAULT.to_json(), version=0
        )

    def of_audit(self, audit: Audit) -> "Policy":
        """What the audit asks on top; not stored yet where it asks nothing."""
        return self.filter(audit=audit).first() or Policy(
            audit=audit, rules=Rules(()).to_json(), version=0
        )

    @transaction.atomic
    def change_team(
        self, team: Team, rules: Rules, *, by: User, seen_version: int | None = None
    ) -> "Policy":
        """Outdated when `seen_version` is not the row's and the row does not say the same."""
        team = team.locked()
        rules = clean_rules(rules, team)
        policy = self.of_team(team)
        before = policy.written
        if rules == before and policy.pk:
            return policy
        policy.write(rules, by, seen_version)
        team.log("team.policy", by=by, before=in_words(before), after=in_words(rules))
        return policy

    @transaction.atomic
    def tighten(
        self, audit: Audit, rules: Rules, *, by: User, seen_version: int | None = None
    ) -> "Policy":
        """What the audit asks on top of its team's policy: of `rules` is kept what the team does
        not ask already. Refused where they ask for less; a proposed audit is open again."""
        audit = audit.for_change()
        team = audit.project.team
        rules = clean_rules(rules, team, at_least_one=False)
        if not team.memberships.filter(user=by, role__in=Membership.APPROVE).exists():
            raise NotAllowed("Only an approver or an owner of the team can tighten the policy.")
        of_team = self.of_team(team).written
        if reason := _loosens(rules, of_team):
            raise Refused(reason, field="roles")
        rules = rules.beyond(of_team)
        policy = self.of_audit(audit)
        before = policy.written
        if rules == before:
            return policy
        policy.write(rules, by, seen_version)
        audit.log("audit.policy", by=by, before=in_words(before), after=in_words(rules))
        return policy


class Policy(models.Model):
    """Rules of a team, or of an audit; `rules` is what `quorum.Rules.to_json` gives."""

    team = models.OneToOneField(
        Team, on_delete=models.PROTECT, null=True, related_name="sign_off_policy"
    )
    audit = models.OneToOneField(
        "audits.Audit", on_delete=models.PROTECT, null=True, related_name="sign_off_policy"
    )
    rules = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    changed_by_name = models.CharField(max_length=254, blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team__isnull=True) ^ models.Q(audit__isnull=True),
                name="policy_of_a_team_or_of_an_audit",
            )
        ]

    def __str__(self) -> str:
        return f"Policy of {self.team or self.audit}"

    @property
    def written(self) -> Rules:
        return Rules.from_json(self.rules)

    def write(self, rules: Rules, by: User, seen_version: int | None) -> None:
        """Outdated when somebody else wrote it after that version."""
        if seen_version is not None and seen_version != self.version:
            raise Outdated(self.changed_by_name, "the policy")
        self.rules = rules.to_json()
        self.version += 1
        self.changed_by_name = str(by)
        self.save()


def in_force(audit: Audit) -> Rules:
    """The team's policy, and what the audit asks on top: one query."""
    found = Policy.objects.filter(models.Q(team=audit.project.team_id) | models.Q(audit=audit))
    rules, more = quorum.DEFAULT, None
    for policy in found:
        if policy.team_id:
            rules = policy.written
        else:
            more = policy.written
    return rules.tightened(more) if more else rules


def approvers(team: Team) -> dict[int, User]:
    """Who may sign at all: approvers and owners who can sign in."""
    return {user.pk: user for user in team.people(Membership.APPROVE)}


def why_impossible(rules: Rules, team: Team, author: int | None = None) -> list[str]:
    names = {pk: str(user) for pk, user in approvers(team).items()}
    return quorum.why_impossible(rules, names, author)


def unsignable(team: Team) -> list[tuple[Audit, list[str]]]:
    """The team's audits that nobody could ever sign for a reason of their own, each with why:
    what they ask on top, or who answered. None that are sealed. Five queries at the most."""
    names = {pk: str(user) for pk, user in approvers(team).items()}
    of_team = Policy.objects.of_team(team).written
    of_all = quorum.why_impossible(of_team, names)
    audits = Audit.objects.filter(project__team=team, state__in=LIVE).order_by("title", "pk")
    if not quorum.hangs_on_author(of_team, names):
        audits = audits.exclude(sign_off_policy=None)
    live = list(audits.select_related("project", "sign_off_policy"))
    rules = {audit.pk: _of(audit, of_team) for audit in live}
    authors = main_authors([a for a in live if quorum.hangs_on_author(rules[a.pk], names)])
    found = (
        (audit, quorum.why_impossible(rules[audit.pk], names, authors.get(audit.pk)))
        for audit in live
    )
    return [(audit, why) for audit, why in found if why and why != of_all]


def _of(audit: Audit, of_team: Rules) -> Rules:
    if not hasattr(audit, "sign_off_policy"):
        return of_team
    return of_team.tightened(audit.sign_off_policy.written)


def clean_rules(rules: Rules, team: Team, *, at_least_one: bool = True) -> Rules:
    """The rules as they are stored; Refused when they make no sense."""
    if at_least_one and not rules.roles:
        raise Refused("Name at least one role that must sign.", field="roles")
    if len(rules.roles) > ROLES_MAX:
        raise Refused(f"{ROLES_MAX} roles are the most.", field="roles")
    roles = tuple(_clean_role(role, team) for role in rules.roles)
    names = [role.name.casefold() for role in roles]
    if twice := next((role.name for role in roles if names.count(role.name.casefold()) > 1), ""):
        raise Refused(f"The role “{twice}” is there twice; give it a higher number.", "roles")
    if rules.valid_days is not None and not 1 <= rules.valid_days <= DAYS_MAX:
        raise Refused(f"A sign-off holds for 1 to {DAYS_MAX:,} days.", field="valid_days")
    return Rules(roles, rules.four_eyes, rules.valid_days, rules.release_bound, rules.conditional)


def _clean_role(role: Role, team: Team) -> Role:
    name = clean_text(role.name, ROLE_MAX, field="roles", one_line=True)
    if not name:
        raise Refused("Give each role a name, such as Security.", field="roles")
    if not 1 <= role.count <= COUNT_MAX:
        raise Refused(f"“{name}” asks for 1 to {COUNT_MAX} signatures.", field="roles")
    if role.people is None:
        return Role(name, role.count)
    if not role.people:
        raise Refused(f"Name at least one person who may sign as {name}.", field="roles")
    if strangers := role.people - approvers(team).keys():
        known = User.objects.filter(pk__in=strangers, memberships__team=team).first()
        who = str(known) if known else "Somebody of these"
        raise Refused(
            f"{who} is neither an approver nor an owner of this team, and cannot sign as {name}.",
            field="roles",
        )
    return Role(name, role.count, role.people)


def _loosens(wanted: Rules, team: Rules) -> str:
    """Why the rules would ask for less than the team does; empty when they do not."""
    for role in team.roles:
        mine = next((r for r in wanted.roles if r.name.casefold() == role.name.casefold()), None)
        if mine is None:
            continue
        if mine.count < role.count:
            return f"The team asks for {role.count} × {role.name}; an audit can only ask for more."
        if role.people is not None and mine.people is not None and mine.people - role.people:
            return (
                f"The team's policy names who signs as {role.name}; an audit can only name fewer."
            )
    if team.valid_days and wanted.valid_days and wanted.valid_days > team.valid_days:
        return (
            f"The team's sign-offs hold for {team.valid_days} days; an audit can only ask for "
            "fewer."
        )
    return ""


def in_words(rules: Rules) -> str:
    """A policy as people read it in the activity."""
    roles = ", ".join(f"{role.count} × {role.name}" for role in rules.roles) or "nobody more"
    more = []
    if rules.four_eyes:
        more.append("four eyes")
    if rules.valid_days:
        more.append(f"valid for {rules.valid_days} day{'s'[: rules.valid_days != 1]}")
    if rules.release_bound:
        more.append("for one release")
    if not rules.conditional:
        more.append("no conditional go")
    return "; ".join([roles, *more])


def told(rules: Rules, names: Mapping[int, str]) -> dict[str, Any]:
    """As a snapshot has it: people by name; docs/snapshot-format.md."""
    return rules.to_json() | {
        "roles": [
            {
                "name": role.name,
                "count": role.count,
                "people": sorted(names.get(pk, "a former member") for pk in role.people or ()),
            }
            for role in rules.roles
        ]
    }
