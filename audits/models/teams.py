import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse

from audits.models import rings
from audits.models.errors import Outdated, Refused
from audits.models.text import clean
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.team_events import TeamEvent


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user) -> "TeamQuerySet":
        return self.filter(memberships__user=user)

    def editable_by(self, user) -> "TeamQuerySet":
        return self.filter(memberships__user=user, memberships__role__in=Membership.EDIT)

    def managed_by(self, user) -> "TeamQuerySet":
        return self.filter(memberships__user=user, memberships__role=Membership.Role.OWNER)

    def owned_alone_by(self, user) -> "TeamQuerySet":
        """Where nobody else is an owner who could still sign in."""
        return self.managed_by(user).exclude(
            models.Exists(owners_of(models.OuterRef("pk")).exclude(user=user))
        )

    @transaction.atomic
    def found(self, name: str, *, by: User) -> "Team":
        """Make a team whose first owner is its founder."""
        name = clean_name(name)
        team = self.create(name=name)
        team.memberships.create(user=by, role=Membership.Role.OWNER)
        team.log("team.founded", by=by, name=name)
        return team


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    # After how many days evidence of each kind is stale, unless it says so itself; empty: never.
    link_days = models.PositiveIntegerField(null=True, blank=True)
    file_days = models.PositiveIntegerField(null=True, blank=True)
    note_days = models.PositiveIntegerField(null=True, blank=True)
    run_days = models.PositiveIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="teams"
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("team-detail", args=[self.pk])

    def locked(self) -> "Team":
        """The row under its lock, which every change of who belongs to the team takes first."""
        return Team.objects.select_for_update(no_key=True).get(pk=self.pk)

    def log(self, verb: str, *, by: User | None, actor: str = "", **detail) -> None:
        """Append one event; `actor` is the name of one who is not signed in."""
        self.log_many(verb, [detail], by=by, actor=actor)

    def log_many(
        self, verb: str, details: list[dict], *, by: User | None, actor: str = ""
    ) -> None:
        name = str(by) if by else actor
        self.events.bulk_create(
            self.events.model(team=self, verb=verb, actor=by, actor_name=name, detail=detail)
            for detail in details
        )

    @transaction.atomic
    def admit(self, user: User, role: str) -> "Membership":
        """Make a person a member; Refused when they are one already."""
        check_role(role)
        self.locked()
        membership, created = self.memberships.get_or_create(user=user, defaults={"role": role})
        if not created:
            raise Refused(f"{user} is a member of this team already.", field="email")
        self.log("member.joined", by=user, role=role)
        return membership

    @transaction.atomic
    def change_settings(
        self,
        *,
        by: User,
        name: str,
        link_days: int | None,
        file_days: int | None,
        note_days: int | None,
        run_days: int | None,
        seen_version: int | None = None,
    ) -> "Team":
        """The name, and after how many days evidence of each kind is stale. Outdated when
        `seen_version` is not the row's and the row does not say the same already."""
        team = self.locked()
        name = clean_name(name)
        days = {"link_days": link_days, "file_days": file_days, "note_days": note_days}
        wanted = {"name": name} | days | {"run_days": run_days}
        before = {column: getattr(team, column) for column in wanted}
        if wanted == before:
            return team
        if seen_version is not None and seen_version != team.version:
            raise Outdated(team.last_settings_event().actor_name, "the settings")
        for column, value in wanted.items():
            setattr(team, column, value)
        team.version += 1
        team.save(update_fields=[*wanted, "version"])
        changes = [
            [SETTINGS[column], in_words(was), in_words(wanted[column])]
            for column, was in before.items()
            if was != wanted[column]
        ]
        team.log("team.settings", by=by, changes=changes)
        return team

    def last_settings_event(self) -> "TeamEvent":
        """Who set what is set now: the founder, or who changed it last."""
        return self.events.filter(verb__in=("team.founded", "team.settings")).latest("id")

    def people(self, roles: frozenset[str]) -> models.QuerySet[User]:
        return User.objects.filter(
            memberships__team=self, memberships__role__in=roles, is_active=True
        ).order_by("name", "email")


# What the settings are called on the page and in the activity.
SETTINGS = {
    "name": "Name",
    "link_days": "Links",
    "file_days": "Files",
    "note_days": "Notes",
    "run_days": "Probe runs",
}


def in_words(value: str | int | None) -> str:
    """A setting as people read it."""
    if isinstance(value, str):
        return value
    return "never stale" if value is None else f"stale after {value} day{'s'[: value != 1]}"


def clean_name(name: str) -> str:
    if not (name := clean(Team, "name", name)):
        raise Refused("Give the team a name.", field="name")
    return name


class Membership(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner"
        EDITOR = "editor"
        APPROVER = "approver"
        VIEWER = "viewer"

    # Who may do what; owners may do everything.
    EDIT = frozenset({Role.OWNER, Role.EDITOR, Role.APPROVER})
    APPROVE = frozenset({Role.OWNER, Role.APPROVER})

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.EDITOR)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user__name", "user__email"]
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="one_role_a_person_in_a_team")
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.team}"

    @property
    def may_edit(self) -> bool:
        return self.role in self.EDIT

    @property
    def may_approve(self) -> bool:
        return self.role in self.APPROVE

    @property
    def may_manage(self) -> bool:
        return self.role == self.Role.OWNER

    @transaction.atomic
    def change_role(self, role: str, *, by: User) -> None:
        check_role(role)
        before = self._locked(role).role
        self.role = role
        if role != before:
            self.team.memberships.filter(pk=self.pk).update(role=role)
            self.team.log("member.role", by=by, member=str(self.user), before=before, after=role)
            rings.rights()

    @transaction.atomic
    def end(self, *, by: User) -> None:
        """Take the person's access away; their name stays on what they did."""
        self._locked(None)
        verb = "member.left" if by == self.user else "member.removed"
        self.team.log(verb, by=by, member=str(self.user), role=self.role)
        self.delete()
        rings.rights()

    def _locked(self, next_role: str | None) -> "Membership":
        """The row as it is now; Refused when it is gone, or holds the team's last owner."""
        # The team's row is the lock: two owners who leave at once do not leave it ownerless.
        memberships = self.team.locked().memberships
        if not (member := memberships.filter(pk=self.pk).first()):
            raise Refused(f"{self.user} is no longer a member of this team.", field="role")
        others = owners_of(self.team_id).exclude(pk=self.pk)
        if next_role != self.Role.OWNER and not others.exists():
            raise Refused(
                "A team needs at least one owner. Make somebody else an owner first.", field="role"
            )
        return member


def owners_of(team) -> models.QuerySet[Membership]:
    """Who can manage the team; an account that was shut cannot."""
    owners = Membership.objects.filter(role=Membership.Role.OWNER, user__is_active=True)
    return owners.filter(team=team)


def check_role(role: str) -> None:
    if role not in Membership.Role.values:
        raise Refused(f"{role!r} is not a role; choose one of the list.", field="role")
