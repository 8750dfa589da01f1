import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models.errors import Outdated
from audits.models.teams import Membership, Team
from audits.models.text import clean
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.team_events import TeamEvent


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user) -> "ProjectQuerySet":
        return self.filter(team__memberships__user=user)

    def editable_by(self, user) -> "ProjectQuerySet":
        return self.filter(
            team__memberships__user=user, team__memberships__role__in=Membership.EDIT
        )


class Project(models.Model):
    """What is being launched."""

    # What people write of it, and what pages call that.
    WRITTEN = {"name": "Name", "description": "Description", "launch_date": "Launch date"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=4000)
    launch_date = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = [models.F("launch_date").asc(nulls_last=True), "name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project-detail", args=[self.pk])

    @property
    def has_launched(self) -> bool:
        return self.launch_date is not None and self.launch_date < timezone.localdate()

    @property
    def launch_in_words(self) -> str:
        """How far away the launch is: “in 12 days”; empty without a date."""
        if self.launch_date is None:
            return ""
        days = (self.launch_date - timezone.localdate()).days
        if abs(days) <= 1:
            return ("yesterday", "today", "tomorrow")[days + 1]
        return f"in {days} days" if days > 0 else f"{-days} days ago"

    @transaction.atomic
    def make(self, *, by: User) -> "Project":
        """Store it for the first time, and tell the team."""
        self.save(force_insert=True)
        self.team.log("project.made", by=by, name=self.name, project=str(self.pk))
        return self

    @transaction.atomic
    def change(
        self,
        *,
        by: User,
        name: str,
        description: str,
        launch_date: dt.date | None,
        seen_version: int | None = None,
    ) -> "Project":
        """Outdated when `seen_version` is not the row's and the row does not say the same
        already."""
        project = Project.objects.select_for_update(no_key=True).get(pk=self.pk)
        wanted: dict[str, Any] = {
            "name": clean(Project, "name", name),
            "description": clean(Project, "description", description),
            "launch_date": launch_date,
        }
        before = {column: getattr(project, column) for column in wanted}
        if wanted == before:
            return project
        if seen_version is not None and seen_version != project.version:
            event = project.last_event()
            raise Outdated(event.actor_name if event else "", "the project")
        for column, value in wanted.items():
            setattr(project, column, value)
        project.version += 1
        project.save(update_fields=[*wanted, "version"])
        changes = _changes(before, wanted)
        told = {"name": before["name"], "project": str(project.pk), "changes": changes}
        project.team.log("project.changed", by=by, **told)
        return project

    def last_event(self) -> "TeamEvent | None":
        """Who wrote what is written now."""
        written = self.team.events.filter(verb__in=("project.made", "project.changed"))
        return written.filter(detail__project=str(self.pk)).order_by("id").last()


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[list[str]]:
    """What changed, from what, to what; of a description, which may be pages long, only that."""
    changes = []
    for column, label in Project.WRITTEN.items():
        if before[column] != after[column]:
            values = () if column == "description" else (before[column], after[column])
            changes.append([label, *(str(value or "none") for value in values)])
    return changes
