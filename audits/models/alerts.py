"""What a team was told."""

import uuid
from collections.abc import Iterable

from django.db import models

from audits.alerts.base import Kind, Message
from audits.models.channels import Channel
from audits.models.teams import Team
from audits.models.watches import Watch


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user) -> "AlertQuerySet":
        return self.filter(team__memberships__user=user)

    def tell(
        self,
        team: Team,
        message: Message,
        channels: Iterable[Channel],
        *,
        watch: Watch | None = None,
        ring: bool = True,
        **columns,
    ) -> "Alert":
        """Store the alert with a delivery for each channel; the worker is rung for after the
        commit."""
        alert = self.create(
            team=team,
            watch=watch,
            kind=message.kind.value,
            thread=message.thread,
            content=message.as_json(),
            at=message.at,
            **columns,
        )
        alert.deliver_to(channels, ring=ring)
        return alert


class Alert(models.Model):
    """Written once. `thread` binds the recovery to the alert that it ends; `period` (2026-11) and
    `mark` (percent of the budget) are those of a spend alert."""

    class Kind(models.TextChoices):
        FAILING = Kind.FAILING.value, "Failing"
        RECOVERED = Kind.RECOVERED.value, "Recovered"
        SPEND = Kind.SPEND.value, "Spend"
        REMINDER = Kind.REMINDER.value, "Reminder"
        TEST = Kind.TEST.value, "Test"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="alerts")
    watch = models.ForeignKey(Watch, on_delete=models.SET_NULL, null=True, related_name="alerts")
    kind = models.CharField(max_length=9, choices=Kind)
    thread = models.CharField(max_length=60, db_index=True)
    content = models.JSONField()
    at = models.DateTimeField()
    period = models.CharField(max_length=7, blank=True)
    mark = models.PositiveSmallIntegerField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["team", "-at"], name="alert_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["watch", "period", "mark"],
                condition=models.Q(kind="spend"),
                name="each_mark_once_a_period",
            )
        ]

    def __str__(self) -> str:
        return self.content["title"]

    @property
    def message(self) -> Message:
        return Message.from_json(self.content)

    def deliver_to(self, channels: Iterable[Channel], *, ring: bool) -> None:
        from audits.models.deliveries import Delivery

        Delivery.objects.hand_over(self, channels, ring=ring)
