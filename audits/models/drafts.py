"""A team's checklist before it is published: what nobody is audited by yet, so it may change.

`text` may be faulty: it is what somebody uploaded or wrote, and nothing of it is lost. Changes of
single parts read it, change it and write it again as YAML, so a draft always is the file that one
could download. Two people may work on one draft: see `PartChanged`.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse

from audits.models.errors import Outdated, Refused
from audits.models.teams import Membership, Team
from audits.models.users import User
from checklist import definitions, drafting, loader
from checklist.faults import Fault, FaultyFile
from checklist.formats import registry
from checklist.formats.registry import Format
from checklist.models import Checklist, Edition, version_key

if TYPE_CHECKING:
    from checklist.differences import Difference
    from checklist.schema import Definition

UNTITLED = "Untitled draft"


class PartChanged(Outdated):
    """Somebody else changed the same part; `current` is what it is now, empty when it is gone."""

    def __init__(self, by: str, what: str, current: dict):
        super().__init__(by, what)
        self.current = current


@dataclass(frozen=True)
class Checked:
    """What a text says: a definition, or its faults."""

    definition: "Definition | None"
    faults: list[Fault]


def check(text: str, format: Format) -> Checked:
    # Pydantic takes a quarter of a second to import: see checklist.loader.
    from checklist import schema

    try:
        return Checked(schema.parse(text.encode(), format), [])
    except FaultyFile as error:
        return Checked(None, error.faults)


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user) -> "DraftQuerySet":
        return self.filter(team__memberships__user=user)

    def editable_by(self, user) -> "DraftQuerySet":
        return self.filter(
            team__memberships__user=user, team__memberships__role__in=Membership.EDIT
        )

    def begin(
        self, team: Team, text: str, *, by: User, format: Format = registry.YAML, base=None
    ) -> "Draft":
        """Keep the text, faulty or not; a good one is kept as YAML from now on."""
        draft = Draft(team=team, base=base, created_by=by)
        draft._write(text, format, by=by)
        return draft

    def adopt(self, team: Team, edition: Edition, slug: str, *, by: User) -> "Draft":
        """Begin with what an edition says, under a slug of the team's own."""
        plain = definitions.of_edition(edition).plain() | {"slug": slug}
        return self.begin(team, registry.YAML.dump(plain), by=by, base=edition)


class Draft(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="drafts")
    base = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, related_name="+", help_text="It began so."
    )
    title = models.CharField(max_length=200, help_text="As in the text, when it last was good.")
    text = models.TextField()
    format = models.CharField(max_length=4, help_text="Of the text; YAML once it is good.")
    undo_text = models.TextField(blank=True, help_text="Before the last change.")
    fault_count = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("draft-detail", args=[self.pk])

    def check_text(self) -> Checked:
        return check(self.text, registry.FORMATS[self.format])

    def definition(self) -> "Definition":
        """What the text says; Refused while it is faulty."""
        found = self.check_text().definition
        if found is None:
            raise Refused("The text of this draft has faults. Mend them first.")
        return found

    def latest(self, slug: str) -> Edition | None:
        """The latest edition of the team's own checklist of that slug."""
        own = Edition.objects.filter(checklist__owner=self.team_id, checklist__slug=slug)
        return own.current().select_related("checklist").first()

    def compared_to(self, definition: "Definition") -> Edition | None:
        """The edition that the draft would follow, or the one that it began as."""
        return self.latest(definition.slug) or self.base

    def difference(self, definition: "Definition") -> "Difference | None":
        """From `compared_to`; None where there is nothing before it."""
        from checklist import differences

        before = self.compared_to(definition)
        if before is None:
            return None
        return differences.between(definitions.of_edition(before), definition)

    @transaction.atomic
    def rewrite(self, text: str, *, seen: int, by: User, format: Format | None = None) -> None:
        """Another text, faulty or not. Outdated when the draft is not the one that was `seen`."""
        self._lock()
        if self.version != seen:
            raise Outdated(str(self.changed_by), "this draft")
        self._write(text, format or registry.FORMATS[self.format], by=by)

    @transaction.atomic
    def change(self, edit: Callable[[dict], None], *, by: User) -> None:
        """Change the plain values of the definition, and write them again as YAML.

        FaultyFile when the outcome is no good definition; nothing is changed then.
        """
        from checklist import schema

        self._lock()
        plain = self.definition().plain()
        edit(plain)
        made = schema.parse(registry.YAML.dump(plain).encode())
        self._write(schema.dump(made).decode(), registry.YAML, by=by)

    def change_part(
        self, part: Callable[[dict], dict | None], seen: str, what: str, edit, *, by: User
    ) -> None:
        """`change`, if `part` of the definition still is what was `seen` of it: see
        `drafting.fingerprint`. PartChanged otherwise; `what` names the part in its sentence."""

        def edit_seen(plain: dict) -> None:
            now = part(plain) or {}
            if drafting.fingerprint(now) != seen:
                raise PartChanged(str(self.changed_by), what, now)
            edit(plain)

        self.change(edit_seen, by=by)

    @transaction.atomic
    def undo(self, *, seen: int, by: User) -> None:
        """Back to the text before the last change; once more brings the change back."""
        self._lock()
        if self.version != seen:
            raise Outdated(str(self.changed_by), "this draft")
        if not self.undo_text:
            raise Refused("There is nothing to undo in this draft.")
        self._write(self.undo_text, registry.of_content(self.undo_text.encode()), by=by)

    @transaction.atomic
    def publish(self, version: str, *, seen: int, by: User) -> Edition:
        """Make it an edition that never changes; the draft ends."""
        from checklist import schema

        self._lock()
        if self.version != seen:
            raise Outdated(str(self.changed_by), "this draft")
        definition = self.definition()
        self._refuse_taken(definition.slug)
        self._refuse_lower(definition.slug, version)
        text = self.text
        if version != definition.version:
            plain = definition.plain() | {"version": version}
            try:
                text = schema.dump(schema.parse(registry.YAML.dump(plain).encode())).decode()
            except FaultyFile as error:
                fault = error.faults[0]
                raise Refused(f"{fault.problem}; {fault.remedy}.", field="version") from None
        edition, _ = loader.load(text.encode(), self.team_id)
        self.team.log("checklist.published", by=by, name=str(edition))
        self.delete()
        return edition

    @transaction.atomic
    def discard(self, *, by: User) -> None:
        self._lock()
        self.team.log("draft.discarded", by=by, name=self.title)
        self.delete()

    def _refuse_taken(self, slug: str) -> None:
        if Checklist.objects.filter(owner=None, slug=slug).exists():
            raise Refused(
                f"“{slug}” is the slug of a checklist of everybody's, and crosswalks go by it. "
                "Give yours a slug of its own.",
                field="version",
            )

    def _refuse_lower(self, slug: str, version: str) -> None:
        latest = self.latest(slug)
        is_number = version.replace(".", "").isdigit() and version.isascii()
        if latest and is_number and version_key(version) <= latest.version_key:
            proposed = drafting.next_version(latest.version)
            raise Refused(
                f"{version} is not higher than {latest.version}, the latest. "
                f"Write {proposed}, for example.",
                field="version",
            )

    def _lock(self) -> None:
        locked = Draft.objects.select_for_update().filter(pk=self.pk)
        if not locked.exists():
            raise Outdated("", "this draft, which is published or discarded,")
        self.refresh_from_db()

    def _write(self, text: str, format: Format, *, by: User) -> None:
        from checklist import schema

        checked = check(text, format)
        if checked.definition is not None:
            if format is not registry.YAML:
                text = schema.dump(checked.definition).decode()
            format = registry.YAML
            self.title = checked.definition.title
        self.undo_text = self.text
        self.text, self.format = text, format.name
        self.title = self.title or UNTITLED
        self.fault_count = len(checked.faults)
        self.changed_by = by
        self.version += 1
        self.save()
