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
    "project.made": lambda d: f"made the project “{d['name']}”",
    "project.changed": _project_changed,
}
