import uuid

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse

from audits.models.errors import Refused
from audits.models.text import clean
from audits.models.users import User


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user) -> "TeamQuerySet":
        return self.filter(memberships__user=user)

    def editable_by(self, user) -> "TeamQuerySet":
        return self.filter(memberships__user=user, memberships__role__in=Membership.EDIT)

    def managed_by(self, user) -> "TeamQuerySet":
        return self.filter(memberships__user=user, memberships__role=Membership.Role.OWNER)

    @transaction.atomic
    def found(self, name: str, *, by: User) -> "Team":
        """Make a team whose first owner is its founder."""
        name = clean(Team, "name", name)
        if not name:
            raise Refused("Give the team a name.", field="name")
        team = self.create(name=name)
        team.memberships.create(user=by, role=Membership.Role.OWNER)
        return team


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    # After how many days evidence of each kind is stale, unless it says so itself; empty: never.
    link_days = models.PositiveIntegerField(null=True, blank=True)
    file_days = models.PositiveIntegerField(null=True, blank=True)
    note_days = models.PositiveIntegerField(null=True, blank=True)
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

    @transaction.atomic
    def add_member(self, email: str, role: str, *, name: str = "") -> "Membership":
        """Give a person a role.

        Whether the address had an account already is not told: one without gets an account
        that waits for its owner to set a password by e-mail.
        """
        check_role(role)
        user = User.objects.of_address(email, name=clean(User, "name", name))
        membership, created = self.memberships.get_or_create(user=user, defaults={"role": role})
        if not created:
            raise Refused(f"{user} is a member of this team already.", field="email")
        return membership

    def people(self, roles: frozenset[str]) -> models.QuerySet[User]:
        return User.objects.filter(
            memberships__team=self, memberships__role__in=roles, is_active=True
        ).order_by("name", "email")


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
    def change_role(self, role: str) -> None:
        check_role(role)
        self._keep_an_owner(role)
        self.role = role
        self.team.memberships.filter(pk=self.pk).update(role=role)

    @transaction.atomic
    def end(self) -> None:
        """Take the person's access away; their name stays on what they did."""
        self._keep_an_owner(None)
        self.delete()

    def _keep_an_owner(self, next_role: str | None) -> None:
        # The team's row is the lock: two owners who leave at once do not leave it ownerless.
        team = Team.objects.select_for_update().get(pk=self.team_id)
        if not team.memberships.filter(pk=self.pk).exists():
            raise Refused(f"{self.user} is no longer a member of this team.", field="role")
        owners = team.memberships.filter(role=self.Role.OWNER).exclude(pk=self.pk)
        if next_role != self.Role.OWNER and not owners.exists():
            raise Refused(
                "A team needs at least one owner. Make somebody else an owner first.", field="role"
            )


def check_role(role: str) -> None:
    if role not in Membership.Role.values:
        raise Refused(f"{role!r} is not a role; choose one of the list.", field="role")
