"""Filters of the audit page that a team keeps by name."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse

from audits.models.errors import Outdated, Refused, RuleBroken
from audits.models.teams import Team
from audits.models.text import clean

if TYPE_CHECKING:
    from audits.models.users import User

# A team scans them by eye.
MOST = 50


class NameTaken(RuleBroken):
    """Another filter of the team has the name: `filter` is that one."""

    def __init__(self, saved: "SavedFilter"):
        super().__init__(
            f"The team has a filter “{saved.name}” already. Choose another name, or replace it."
        )
        self.filter = saved


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    @transaction.atomic
    def keep(
        self, team: Team, name: str, query: str, *, by: "User", replacing: str | None = None
    ) -> "SavedFilter":
        """Save the query by name. NameTaken when another has the name, unless its query is the
        one that the person saw and is `replacing`."""
        team.locked()
        name = clean_name(name)
        if not query:
            raise Refused("Choose first what the filter shows: this one leaves nothing out.")
        query = clean(SavedFilter, "query", query)
        saved: SavedFilter | None = self.filter(team=team, name=name).first()
        if saved is None:
            if self.filter(team=team).count() >= MOST:
                raise Refused(f"A team has {MOST} filters at most. Remove one first.")
            saved = SavedFilter(team=team, name=name, query=query, created_by=by)
            saved.save()
        elif saved.query == query:
            return saved
        elif saved.query != replacing:
            raise NameTaken(saved)
        else:
            saved.query, saved.created_by = query, by
            saved.save(update_fields=["query", "created_by"])
        team.log("filter.saved", by=by, name=name, query=query)
        return saved


class SavedFilter(models.Model):
    """`query` is what stands behind the ? of the audit page, in its canonical order."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="one_filter_a_name_in_a_team")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("filter-list", args=[self.team_id])

    @transaction.atomic
    def rename(self, name: str, *, by: "User", seen: str) -> "SavedFilter":
        """Call it something else. Outdated when it is not called `seen` any more."""
        saved, name = self._for_change(seen), clean_name(name)
        if name == saved.name:
            return saved
        if other := SavedFilter.objects.filter(team=saved.team_id, name=name).first():
            raise NameTaken(other)
        before, saved.name = saved.name, name
        saved.save(update_fields=["name"])
        saved.team.log("filter.renamed", by=by, name=name, before=before)
        return saved

    @transaction.atomic
    def remove(self, *, by: "User", seen: str) -> None:
        saved = self._for_change(seen)
        saved.delete()
        saved.team.log("filter.removed", by=by, name=saved.name, query=saved.query)

    def _for_change(self, seen: str) -> "SavedFilter":
        self.team.locked()
        saved = SavedFilter.objects.select_related("team", "created_by").filter(pk=self.pk).first()
        if saved is None:
            raise Refused("Somebody removed this filter already.")
        if saved.name != seen:
            raise Outdated("Somebody", f"the name “{seen}” to “{saved.name}”")
        return saved


def clean_name(name: str) -> str:
    name = clean(SavedFilter, "name", name)
    if not name:
        raise Refused("Give the filter a name.", field="name")
    return name
