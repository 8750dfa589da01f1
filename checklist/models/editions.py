"""Checklists as rows: written once by the loader, read by everybody, changed by nobody."""

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse

from checklist import markdown
from checklist.models.fixed import (
    FixedModel,
    FixedQuerySet,
    Owned,
    OwnedRows,
    refuse,
    version_key,
)


class ChecklistQuerySet(OwnedRows, models.QuerySet):
    pass


class Checklist(Owned):
    title = models.CharField(max_length=200, help_text="As in its latest edition.")

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        ordering = ["title", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "slug"], name="checklist_slug_unique"),
            # SQL holds no two NULLs equal.
            models.UniqueConstraint(
                fields=["slug"], condition=Q(owner=None), name="public_checklist_slug_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        if self.owner is None:
            return reverse("checklist-detail", args=[self.slug])
        return reverse("team-checklist-detail", args=[self.owner, self.slug])

    @property
    def latest(self) -> "Edition | None":
        """The edition with the highest version."""
        return self.editions.order_by("-version_key").first()


class EditionQuerySet(FixedQuerySet):
    def readable_by(self, user):
        return self.filter(checklist__in=Checklist.objects.readable_by(user))

    def current(self):
        """Of each checklist, the edition with the highest version."""
        higher = Edition.objects.filter(
            checklist=OuterRef("checklist"), version_key__gt=OuterRef("version_key")
        )
        return self.filter(~Exists(higher))

    def with_counts(self):
        """With `section_count`, and `blocker_count`, `major_count`, `minor_count` of items."""
        sections = Section.objects.filter(edition=OuterRef("pk")).order_by().values("edition")
        counts = {
            f"{severity}_count": Count("items", filter=Q(items__severity=severity))
            for severity in Item.Severity.values
        }
        return self.select_related("checklist").annotate(
            section_count=Subquery(sections.values(count=Count("pk"))), **counts
        )


class Edition(FixedModel):
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="editions")
    version = models.CharField(max_length=40)
    version_key = models.CharField(max_length=40, editable=False)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text="Markdown.")
    documents = models.JSONField(default=list, help_text="[{id, title, note}]")
    entry_conditions = models.JSONField(default=list, help_text="[{id, text, source}]")
    exit_criteria = models.JSONField(default=list, help_text="[{id, text, source}]")
    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the file, hex.")
    item_count = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["checklist__title", "-version_key"]
        constraints = [
            # By key, since 1.0 and 1.0.0 are one version.
            models.UniqueConstraint(
                fields=["checklist", "version_key"], name="edition_version_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            refuse(str(self))
        self.version_key = version_key(self.version)
        models.Model.save(self, *args, **kwargs)

    def get_absolute_url(self) -> str:
        checklist = self.checklist
        if checklist.owner is None:
            return reverse("edition-detail", args=[checklist.slug, self.version])
        return reverse("team-edition-detail", args=[checklist.owner, checklist.slug, self.version])

    @property
    def opening(self) -> str:
        """The first paragraph of the summary, as plain text."""
        return markdown.plain(self.summary.strip().split("\n\n")[0])

    def severity_counts(self) -> list[tuple["Item.Severity", int]]:
        """Every severity, gravest first, and how many items have it."""
        counts = dict(self.items.order_by().values_list("severity").annotate(Count("pk")))
        return [(severity, counts.get(severity, 0)) for severity in Item.Severity]

    def section_counts(self, severity: str) -> list[tuple["Section", int]]:
        """The sections, and how many items of this severity they have; of any with ""."""
        wanted = Q(items__severity=severity) if severity else Q()
        sections = self.sections.annotate(shown=Count("items", filter=wanted))
        return [(section, section.shown) for section in sections]


class Section(FixedModel):
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="sections")
    position = models.PositiveIntegerField(help_text="From 1, in the order of the file.")
    ref = models.CharField(max_length=80, help_text="The id in the file.")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text="Markdown.")

    objects = FixedQuerySet.as_manager()

    class Meta:
        ordering = ["edition_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "ref"], name="section_ref_unique"),
            models.UniqueConstraint(
                fields=["edition", "position"], name="section_position_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ItemQuerySet(FixedQuerySet):
    def with_severity(self, severity: str):
        """The items of this severity; all with ""."""
        return self.filter(severity=severity) if severity else self

    def of_editions(self, editions):
        """The items of these editions, by checklist, in the files' order."""
        return (
            self.filter(edition__in=editions)
            .select_related("edition__checklist", "section")
            .order_by("edition__checklist__title", "edition_id", "number")
        )


class Item(FixedModel):
    class Severity(models.TextChoices):
        """Gravest first. The values also sort so as text: order_by("severity") is by gravity."""

        BLOCKER = "blocker", "Blocker"
        MAJOR = "major", "Major"
        MINOR = "minor", "Minor"

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="items")
    section = models.ForeignKey(Section, models.PROTECT, related_name="items")
    number = models.PositiveIntegerField(help_text="From 1 through the edition.")
    ref = models.CharField(max_length=80, help_text="The id in the file.")
    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=7, choices=Severity)
    guidance = models.TextField(help_text="Markdown.")
    why = models.TextField(help_text="Markdown.")
    verify = models.TextField(help_text="Markdown.")
    evidence = models.JSONField(default=list, help_text="[{kind, text}]")
    probes = models.JSONField(default=list, help_text="[name]")
    parameters = models.JSONField(default=list, help_text="[{name, value, note}]")
    source = models.JSONField(help_text="{document, place}")
    see_also = models.JSONField(default=list, help_text="[{document, place}]")
    search_text = models.TextField(
        editable=False, help_text="Everything searchable, casefolded: see checklist.search."
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["edition_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "ref"], name="item_ref_unique"),
            models.UniqueConstraint(fields=["edition", "number"], name="item_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        checklist, version = self.edition.checklist, self.edition.version
        if checklist.owner is None:
            return reverse("item-detail", args=[checklist.slug, version, self.ref])
        where = [checklist.owner, checklist.slug, version, self.ref]
        return reverse("team-item-detail", args=where)

    def neighbours(self) -> dict[str, "Item"]:
        """The items before and after this one in its edition, as `previous` and `next`."""
        around = self.edition.items.filter(number__in=[self.number - 1, self.number + 1])
        return {"previous" if item.number < self.number else "next": item for item in around}

    def cited(self) -> list[dict[str, str]]:
        """Its source and then its further sources, as {title, note, place}."""
        documents = {document["id"]: document for document in self.edition.documents}
        return [
            {
                "title": documents[source["document"]]["title"],
                "note": documents[source["document"]]["note"],
                "place": source["place"],
            }
            for source in [self.source, *self.see_also]
        ]
