"""Filters of the audit page that a team keeps by name."""

from django.conf import settings
from django.db import models

from audits.models.teams import Team


class SavedFilter(models.Model):
    """`query` is what stands behind the ? of the audit page, in its canonical order."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="one_filter_a_name_in_a_team")
        ]

    def __str__(self) -> str:
        return self.name
