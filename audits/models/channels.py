"""Where a team is told of alerts. Addresses and keys are sealed at rest and never shown again."""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.alerts.base import Message, Severity
from audits.models import channel_terms as terms
from audits.models.errors import Outdated, Refused
from audits.models.sealed_values import seal
from audits.models.teams import Membership, Team
from audits.models.text import clean
from audits.models.users import User
from audits.probes.base import Kind as EnvironmentKind
from audits.probes.secrets import Secret

# Of one team.
MOST = 20
SIGNING_KEY_PREFIX = "whsec_"
SIGNING_KEY_BYTES = 32


@dataclass(frozen=True)
class Wish:
    """What a person wants a channel to be. `secret` is the address of a Slack channel or a
    webhook, or PagerDuty's key; empty keeps the one there is. A webhook may wish for a new signing
    key."""

    name: str
    secret: str = ""
    people: tuple[User, ...] = ()
    kinds: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    on: bool = True
    new_signing_key: bool = False
    reminders: bool = True


class ChannelQuerySet(models.QuerySet["Channel"]):
    def present(self) -> "ChannelQuerySet":
        return self.filter(removed_at=None)

    def visible_to(self, user) -> "ChannelQuerySet":
        return self.filter(team__memberships__user=user)

    def managed_by(self, user) -> "ChannelQuerySet":
        return self.filter(
            team__memberships__user=user, team__memberships__role=Membership.Role.OWNER
        )

    def editable_by(self, user) -> "ChannelQuerySet":
        return self.filter(
            team__memberships__user=user, team__memberships__role__in=Membership.EDIT
        )

    def taking(self, team: Team) -> "ChannelQuerySet":
        return self.present().filter(team=team, on=True)

    @transaction.atomic
    def add(self, team: Team, kind: str, wish: Wish, *, by: User) -> tuple["Channel", str]:
        """The channel, and a webhook's signing key, which nobody can ever show again."""
        team = team.locked()
        if team.channels.present().count() >= MOST:
            raise Refused(f"A team has at most {MOST} channels. Remove one first.", field="name")
        if kind not in Channel.Kind.values:
            raise Refused(f"{kind!r} is no kind of channel; choose one of the list.")
        channel = Channel(team=team, kind=kind, created_by=by)
        if not wish.secret and kind != Channel.Kind.EMAIL:
            raise Refused(terms.MISSING[kind], field="secret")
        key = channel._take(wish)
        channel.save()
        channel.people.set(wish.people)
        team.log("channel.added", by=by, name=channel.name, kind=channel.get_kind_display())
        return channel, key


class Channel(models.Model):
    """`kinds` are the kinds of environments and `severities` those of alerts that it takes; empty
    takes all. A channel that was removed stays for its log, without what was sealed."""

    class Kind(models.TextChoices):
        SLACK = "slack", "Slack"
        PAGERDUTY = "pagerduty", "PagerDuty"
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"

    # Those in which people talk take reminders of action items: owners get mails of their own,
    # and nobody is paged for one.
    CHATS = frozenset({Kind.SLACK, Kind.WEBHOOK})
    # Their receivers know a second one of the same for what it is.
    REPEATABLE = frozenset({Kind.PAGERDUTY, Kind.WEBHOOK})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="channels")
    kind = models.CharField(max_length=9, choices=Kind)
    name = models.CharField(max_length=60)
    sealed_secret = models.TextField(blank=True)
    sealed_signing_key = models.TextField(blank=True)
    # What people may see of the secret.
    hint = models.CharField(max_length=100, blank=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    kinds = models.JSONField(default=list, blank=True)
    severities = models.JSONField(default=list, blank=True)
    on = models.BooleanField(default=True)
    # Of a chat: whether it is told of action items that are due or late.
    reminders = models.BooleanField(default=True)
    # Why the machine turned it off; empty when a person did.
    off_because = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name"],
                condition=models.Q(removed_at=None),
                name="one_channel_a_name_in_a_team",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("channel-detail", args=[self.team_id, self.pk])

    def takes(self, message: Message, kind: str) -> bool:
        """Whether an alert of an environment of that kind is for it."""
        if self.kinds and kind not in self.kinds:
            return False
        return not self.severities or message.severity.value in self.severities

    def takes_reminder(self, message: Message) -> bool:
        """Whether a reminder of action items is for it; they are of no environment."""
        if self.kind not in self.CHATS or not self.reminders:
            return False
        return not self.severities or message.severity.value in self.severities

    def recipients(self) -> list[str]:
        """Of an e-mail channel: who is still in the team and can sign in."""
        members = self.people.filter(is_active=True, memberships__team=self.team_id)
        return list(members.order_by("email").values_list("email", flat=True))

    @transaction.atomic
    def change(
        self, wish: Wish, *, by: User, seen_version: int | None = None
    ) -> tuple["Channel", str]:
        """The channel as it is now, and a webhook's new signing key, or "". Outdated when
        `seen_version` is not the row's."""
        self.team.locked()
        channel = Channel.objects.select_for_update(no_key=True).get(pk=self.pk)
        channel.check_present()
        if seen_version is not None and seen_version != channel.version:
            raise Outdated(str(channel.changed_by or channel.created_by), "the channel")
        before = channel.name
        key = channel._take(wish)
        channel.version += 1
        channel.changed_at, channel.changed_by = timezone.now(), by
        channel.save()
        channel.people.set(wish.people)
        channel.team.log(
            "channel.changed", by=by, name=channel.name, before=before, secret=bool(wish.secret)
        )
        return channel, key

    @transaction.atomic
    def remove(self, *, by: User) -> None:
        """It takes nothing from now on, and its secrets are let go; the log stays."""
        self.team.locked()
        removed = Channel.objects.present().filter(pk=self.pk)
        emptied = dict.fromkeys(("sealed_secret", "sealed_signing_key"), "")
        if removed.update(removed_at=timezone.now(), on=False, **emptied):
            self.team.log("channel.removed", by=by, name=self.name)

    def turn_off(self, because: str) -> None:
        """By the machine: nobody is there any more."""
        taking = Channel.objects.present().filter(pk=self.pk, on=True)
        changed = taking.update(
            on=False, off_because=because[:300], version=models.F("version") + 1
        )
        if changed:
            self.team.log(
                "channel.off", by=None, actor="Countersign", name=self.name, because=because
            )

    def check_present(self) -> None:
        if self.removed_at is not None:
            raise Refused(f"The channel “{self.name}” was removed. Add it again.", field="name")

    def _take(self, wish: Wish) -> str:
        """Become what is wished; the new signing key, or ""."""
        self.name = self._clean_name(wish.name)
        self.kinds = _chosen(wish.kinds, [each.value for each in EnvironmentKind], "kinds")
        self.severities = _chosen(wish.severities, [s.value for s in Severity], "severities")
        # A new address mends a channel that the machine turned off.
        self.on = wish.on or bool(wish.secret and self.off_because)
        self.off_because, self.reminders = "", wish.reminders
        if wish.secret:
            secret = terms.CLEANERS[self.kind](wish.secret)
            self.sealed_secret, self.hint = seal(Secret(secret)), terms.hint(secret)
        if self.kind == self.Kind.EMAIL:
            terms.check_people(self.team, wish.people)
        if self.kind != self.Kind.WEBHOOK or not (
            wish.new_signing_key or not self.sealed_signing_key
        ):
            return ""
        key = SIGNING_KEY_PREFIX + secrets.token_urlsafe(SIGNING_KEY_BYTES)
        self.sealed_signing_key = seal(Secret(key))
        return key

    def _clean_name(self, text: str) -> str:
        name = clean(Channel, "name", text)
        if not name:
            raise Refused("Name the channel after who reads it.", field="name")
        others = self.team.channels.present().filter(name=name).exclude(pk=self.pk)
        if others.exists():
            raise Refused(f"The team has a channel “{name}” already.", field="name")
        return name


def _chosen(given: Iterable[str], known: list[str], field: str) -> list[str]:
    """In the order of the known ones; all of them are as none."""
    wanted = set(given)
    if strange := wanted - set(known):
        raise Refused(f"{min(strange)!r} is not one of {', '.join(known)}.", field=field)
    return [each for each in known if each in wanted] if len(wanted) < len(known) else []
