import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone

from audits.models.teams import Membership, Team


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user) -> "ProjectQuerySet":
        return self.filter(team__memberships__user=user)

    def editable_by(self, user) -> "ProjectQuerySet":
        return self.filter(
            team__memberships__user=user, team__memberships__role__in=Membership.EDIT
        )


class Project(models.Model):
    """What is being launched."""

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


class Environment(models.Model):
    """Where a project runs."""

    class Kind(models.TextChoices):
        DEVELOPMENT = "development"
        STAGING = "staging"
        PRODUCTION = "production"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="environments")
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="one_environment_a_name",
                violation_error_message="This project has an environment of that name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
