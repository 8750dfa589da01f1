from django.conf import settings
from django.db import models
from django.utils import timezone

from audits.models.teams import Team


class TeamEvent(models.Model):
    """Something that happened to a team. What happens to its audits has chains of its own."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=40)
    # Null: somebody who is not signed in, such as an invited person who declines.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="team_events"
    )
    actor_name = models.CharField(max_length=254)
    at = models.DateTimeField(default=timezone.now)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["team", "at"], name="team_event_at")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.sentence}"

    @property
    def sentence(self) -> str:
        """What happened, as it continues a sentence that begins with the actor's name."""
        return SENTENCES[self.verb](self.detail)


def _changed(detail: dict) -> str:
    changes = (f"{name} from {before} to {after}" for name, before, after in detail["changes"])
    return f"changed the settings: {', '.join(changes)}"


def _project_changed(detail: dict) -> str:
    changes = (
        f"{name.lower()} from {values[0]} to {values[1]}" if values else name.lower()
        for name, *values in detail["changes"]
    )
    return f"changed the project “{detail['name']}”: {', '.join(changes)}"


def _on(detail: dict) -> str:
    return f"on “{detail['environment']}” of “{detail['name']}”"


def _watch_changed(detail: dict) -> str:
    minutes = detail["every_minutes"]
    how = f"every {minutes} min" if minutes else "by hand"
    return f"set “{detail['probe']}” {_on(detail)} to {how if detail['enabled'] else 'off'}"


def _agreed(detail: dict, to_what: str) -> str:
    verb = "agreed to" if detail["yes"] else "no longer agrees to"
    return f"{verb} {to_what} of “{detail['probe']}” {_on(detail)}"


def _channel_changed(detail: dict) -> str:
    name, before = detail["name"], detail["before"]
    called = f"“{name}”" if name == before else f"“{before}”, now “{name}”"
    secret = ", and its address or key" if detail["secret"] else ""
    return f"changed the channel {called}{secret}"


SENTENCES = {
    "team.founded": lambda d: f"founded the team “{d['name']}”",
    "team.settings": _changed,
    "member.joined": lambda d: f"joined the team as {d['role']}",
    "member.role": lambda d: f"changed {d['member']} from {d['before']} to {d['after']}",
    "member.removed": lambda d: f"removed {d['member']}, who was {d['role']}",
    "member.left": lambda d: f"left the team, as {d['role']}",
    "invitation.sent": lambda d: f"invited {d['email']} as {d['role']}",
    "invitation.renewed": lambda d: f"sent {d['email']} a new invitation as {d['role']}",
    "invitation.withdrawn": lambda d: f"withdrew the invitation of {d['email']}",
    "invitation.declined": lambda d: f"declined the invitation as {d['role']}",
    "filter.saved": lambda d: f"saved the filter “{d['name']}”",
    "filter.renamed": lambda d: f"renamed the filter “{d['before']}” to “{d['name']}”",
    "filter.removed": lambda d: f"removed the filter “{d['name']}”",
    "crosswalk.loaded": lambda d: f"loaded the crosswalk “{d['name']}”",
    "checklist.published": lambda d: f"published the checklist “{d['name']}”",
    "draft.discarded": lambda d: f"discarded the draft “{d['name']}”",
    "team.policy": lambda d: f"changed the sign-off policy to {d['after']}; it was {d['before']}",
    "release.registered": lambda d: f"registered the release {d['release']} of “{d['name']}”",
    "token.issued": lambda d: f"issued the API token “{d['name']}” ({d['hint']}…)",
    "token.revoked": lambda d: f"revoked the API token “{d['name']}” ({d['hint']}…)",
    "channel.added": lambda d: f"added the channel “{d['name']}” ({d['kind']})",
    "channel.changed": _channel_changed,
    "channel.removed": lambda d: f"removed the channel “{d['name']}”",
    "channel.off": lambda d: f"turned the channel “{d['name']}” off: {d['because']}",
    "channel.tested": lambda d: f"sent a test alert to “{d['name']}”",
    "channel.answered": lambda d: f"said that a test alert {d['told']} in “{d['name']}”",
    "alert.muted": lambda d: (
        f"muted the alerts of “{d['probe']}” on “{d['environment']}” of “{d['name']}” "
        f"until {d['until']}"
    ),
    "alert.unmuted": lambda d: (
        f"let “{d['probe']}” on “{d['environment']}” of “{d['name']}” tell alerts again"
    ),
    "project.made": lambda d: f"made the project “{d['name']}”",
    "project.changed": _project_changed,
    "environment.changed": lambda d: (
        f"changed the environment “{d['environment']}” of “{d['name']}”: {', '.join(d['changes'])}"
    ),
    "environment.removed": lambda d: (
        f"removed the environment “{d['environment']}” of “{d['name']}”"
    ),
    "key.added": lambda d: f"added the {d['purpose']} “{d['key']}” {_on(d)}",
    "key.removed": lambda d: f"removed the {d['purpose']} “{d['key']}” {_on(d)}",
    "watch.changed": _watch_changed,
    "watch.paid": lambda d: _agreed(d, "paid runs"),
    "watch.intrusive": lambda d: _agreed(d, "runs on production"),
}
