from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from audits.models.environment_terms import (
    LABELS,
    cleaned,
    host_of,
    is_simulated,
    server_of,
)
from audits.models.errors import Outdated, Refused
from audits.models.projects import Project
from audits.models.teams import Membership
from audits.models.users import User
from audits.probes.base import Credential


class EnvironmentQuerySet(models.QuerySet["Environment"]):
    def visible_to(self, user) -> "EnvironmentQuerySet":
        return self.filter(project__team__memberships__user=user)

    def editable_by(self, user) -> "EnvironmentQuerySet":
        return self.filter(
            project__team__memberships__user=user,
            project__team__memberships__role__in=Membership.EDIT,
        )


class Environment(models.Model):
    """Where a project runs, and what its team declared of it for the probes.

    `status` pages, the app's addresses and the API's base may be written `simulator:…` for the
    bundled simulator's; one of them is enough to call the whole environment simulated.
    """

    class Kind(models.TextChoices):
        DEVELOPMENT = "development"
        STAGING = "staging"
        PRODUCTION = "production"

    class ApiCredential(models.TextChoices):
        """The header that carries the key."""

        API_KEY = Credential.API_KEY.value, "x-api-key"
        BEARER = Credential.BEARER.value, "Authorization: Bearer"

    class Method(models.TextChoices):
        POST = "POST"
        PUT = "PUT"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="environments")
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=60)

    api_url = models.CharField(max_length=300, default="https://api.anthropic.com")
    api_version = models.CharField(max_length=20, default="2023-06-01")
    credential = models.CharField(
        max_length=10, choices=ApiCredential, default=ApiCredential.API_KEY
    )
    workspace_id = models.CharField(max_length=80, blank=True)
    # What a month may cost, and what paid probes may cost a day, in dollars.
    budget_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    budget_currency = models.CharField(max_length=3, default="USD")
    daily_cap = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal("1.00"))

    status_url = models.CharField(max_length=300, blank=True, default="https://status.claude.com")
    page_url = models.CharField(max_length=300, blank=True)
    chat_url = models.CharField(max_length=300, blank=True)
    chat_method = models.CharField(max_length=4, choices=Method, default=Method.POST)
    chat_template = models.TextField(max_length=4000, blank=True)
    health_url = models.CharField(max_length=300, blank=True)
    live_url = models.CharField(max_length=300, blank=True)
    ready_url = models.CharField(max_length=300, blank=True)
    metrics_url = models.CharField(max_length=300, blank=True)
    log_url = models.CharField(max_length=300, blank=True)

    # What the team asks of its keys and of its users' waiting time.
    rotation_days = models.PositiveIntegerField(default=90)
    p95_ms = models.PositiveIntegerField(default=10_000)
    # Requests of the burst that `app-rate-limit` sends.
    rate_burst = models.PositiveIntegerField(default=30)

    simulated = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    # Ids of those that the app calls. The last of the columns: from here on the name is taken.
    models = models.JSONField(default=list, blank=True)

    objects = EnvironmentQuerySet.as_manager()

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new environment is watched from the start."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                apps.get_model("audits.Watch").objects.make_missing(self)

    def get_absolute_url(self) -> str:
        return reverse("environment-detail", args=[self.project_id, self.pk])

    @property
    def api_host(self) -> str:
        return host_of(self.api_url)

    @cached_property
    def is_production(self) -> bool:
        """Whether it is, or its chat endpoint is on the host of one of the project that is."""
        if self.kind == Environment.Kind.PRODUCTION:
            return True
        if not self.chat_url or self.chat_url.startswith("simulator:"):
            return False
        production = Environment.objects.filter(
            project=self.project_id, kind=Environment.Kind.PRODUCTION
        ).exclude(chat_url="")
        servers = map(server_of, production.values_list("chat_url", flat=True))
        return server_of(self.chat_url) in servers

    @transaction.atomic
    def change(self, *, by: User, seen_version: int | None = None, **fields: Any) -> "Environment":
        """Set what the team declared of it; of `fields`, which are columns by their names, those
        that are left out stay. Refused, with the field, where one does not hold; Outdated when
        `seen_version` is not the row's and the row does not say the same already."""
        row = Environment.objects.select_for_update(no_key=True).get(pk=self.pk)
        wanted = cleaned(fields)
        changed = [column for column, value in wanted.items() if getattr(row, column) != value]
        if not changed:
            return row
        if seen_version is not None and seen_version != row.version:
            raise Outdated(str(row.changed_by or ""), "the environment")
        for column in changed:
            setattr(row, column, wanted[column])
        row.simulated = is_simulated(row)
        row.version += 1
        row.changed_at, row.changed_by = timezone.now(), by
        try:
            with transaction.atomic():
                row.save(
                    update_fields=[*changed, "simulated", "version", "changed_at", "changed_by"]
                )
        except IntegrityError:
            raise Refused(
                "This project has an environment of that name already.", "name"
            ) from None
        # What was seen before says little of what is there now.
        row.watches.filter(next_at__isnull=False).update(next_at=row.changed_at)
        row._tell("environment.changed", by=by, changes=[LABELS[column] for column in changed])
        if "kind" in changed:
            row._settle_verdicts()
        return row

    @transaction.atomic
    def remove(self, *, by: User) -> None:
        """With its keys and what its probes saw. What paid probes cost stays in the ledger."""
        # First: who ends a run holds its watch, and asks for the run then.
        list(self.watches.select_for_update(no_key=True).order_by("pk"))
        self._tell("environment.removed", by=by)
        self.delete()
        self._settle_verdicts()

    def _settle_verdicts(self) -> None:
        """Another environment decides for the project's audits now, or none."""
        # It knows of watches, which know of environments.
        from audits.models import verdicts

        verdicts.settle(self.project_id)

    def _tell(self, verb: str, *, by: User, **more: Any) -> None:
        project = self.project
        project.team.log(
            verb, by=by, environment=self.name, name=project.name, project=str(project.pk), **more
        )
