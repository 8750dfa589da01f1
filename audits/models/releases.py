"""What is deployed: a release may end a sign-off that was given for another one."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models.errors import Refused
from audits.models.projects import Project
from audits.models.rounds import Round
from audits.models.text import clean
from audits.models.tokens import ApiToken
from audits.models.users import User


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user) -> "ReleaseQuerySet":
        return self.filter(project__team__memberships__user=user)

    @transaction.atomic
    def register(
        self, project: Project, name: str, *, by: User | None = None, token: ApiToken | None = None
    ) -> "Release":
        """A new release of the project, by a person or by a token; the latest again, when it is
        called that already. What was signed for another release, where the policy binds it,
        expires in the same transaction. The answer says `is_new` and what `ended`."""
        project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        name = clean_name(name)
        if (latest := self.latest_of(project)) and latest.name == name:
            return latest
        release = self.create(
            project=project, name=name, by=by, by_name=str(by or token or ""), token=token
        )
        release.is_new = True
        release.ended = Round.objects.expire_for_release(
            project, name, by=by, by_name=release.by_name
        )
        told: dict[str, Any] = {"project": str(project.pk), "name": project.name}
        project.team.log("release.registered", by=by, actor=release.by_name, release=name, **told)
        return release

    def latest_of(self, project: Project) -> "Release | None":
        return self.filter(project=project).first()


class Release(models.Model):
    """A commit SHA or a version of a project."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    name = models.CharField(max_length=100)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    by_name = models.CharField(max_length=254)
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, null=True, related_name="+")

    # Of the one that `register` answers with.
    is_new = False
    ended: Sequence[Round] = ()

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


def clean_name(name: str) -> str:
    if not (name := clean(Release, "name", name)):
        raise Refused("Give the release a version or a commit SHA.", field="name")
    return name
