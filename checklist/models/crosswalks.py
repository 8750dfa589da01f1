"""How the items of several checklists meet; written once by the loader, as editions are."""

from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Window
from django.urls import reverse

from checklist.models.fixed import (
    FixedModel,
    FixedQuerySet,
    Owned,
    OwnedRows,
    refuse,
    version_key,
)

# What one item is to the other, and the other to the one.
WORDS = {
    "equal": "equal to",
    "narrower": "narrower than",
    "broader": "broader than",
    "related": "related to",
}
REVERSE = {"equal": "equal", "narrower": "broader", "broader": "narrower", "related": "related"}


class CrosswalkQuerySet(OwnedRows, FixedQuerySet):
    def current(self):
        """Of each crosswalk, the edition with the highest version."""
        higher = Crosswalk.objects.filter(
            slug=OuterRef("slug"), version_key__gt=OuterRef("version_key")
        )
        # SQL holds no two NULLs equal.
        everybodys = Q(owner=None) & ~Exists(higher.filter(owner=None))
        owned = Q(owner__isnull=False) & ~Exists(higher.filter(owner=OuterRef("owner")))
        return self.filter(everybodys | owned)

    def with_counts(self):
        """With `relation_count`."""
        return self.annotate(relation_count=Count("relations"))


class Crosswalk(Owned, FixedModel):
    """One edition of a file that says how the items of several checklists meet."""

    version = models.CharField(max_length=40)
    version_key = models.CharField(max_length=40, editable=False)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text="Markdown.")
    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the file, hex.")
    loaded_at = models.DateTimeField(auto_now_add=True)

    # By `with_counts` alone.
    relation_count: int

    objects = CrosswalkQuerySet.as_manager()

    class Meta:
        ordering = ["title", "-version_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "slug", "version_key"], name="crosswalk_version_unique"
            ),
            models.UniqueConstraint(
                fields=["slug", "version_key"],
                condition=Q(owner=None),
                name="public_crosswalk_version_unique",
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
        if self.owner is None:
            return reverse("crosswalk-detail", args=[self.slug])
        return reverse("team-crosswalk-detail", args=[self.owner, self.slug])


class RelationQuerySet(FixedQuerySet):
    def between(self, slugs, owner=None):
        """The relations among checklists of these slugs, of the current edition of each
        crosswalk: first the owner's, then those of everybody's crosswalks."""
        crosswalks = Crosswalk.objects.current().filter(Q(owner=None) | Q(owner=owner))
        found = self.filter(
            crosswalk__in=crosswalks, from_checklist__in=slugs, to_checklist__in=slugs
        )
        owners_first = F("crosswalk__owner").asc(nulls_last=True)
        return found.select_related("crosswalk").order_by(
            owners_first, "crosswalk__slug", "position"
        )

    def readable_by(self, user):
        """Those of the current editions of everybody's crosswalks and of the user's teams'."""
        crosswalks = Crosswalk.objects.current().readable_by(user)
        return self.filter(crosswalk__in=crosswalks).select_related("crosswalk")

    def of_item(self, slug, ref):
        """Those with this item at either end."""
        return self.filter(
            Q(from_checklist=slug, from_item=ref) | Q(to_checklist=slug, to_item=ref)
        )

    def by_pair(self):
        """By pair of checklists, the pairs and what they hold in the order of the file."""
        pair = [F("from_checklist"), F("to_checklist")]
        first = Window(Min("position"), partition_by=pair)
        return self.annotate(pair_position=first).order_by("pair_position", "position")


class Relation(FixedModel):
    """How one item stands to another; by slug and ref, which stay from edition to edition."""

    class Kind(models.TextChoices):
        """What the first item is to the second: A is narrower than B."""

        EQUAL = "equal"
        NARROWER = "narrower"
        BROADER = "broader"
        RELATED = "related"

    crosswalk = models.ForeignKey(Crosswalk, models.PROTECT, related_name="relations")
    position = models.PositiveIntegerField(help_text="From 1, in the order of the file.")
    kind = models.CharField(max_length=8, choices=Kind)
    from_checklist = models.SlugField(max_length=80)
    from_item = models.SlugField(max_length=80)
    to_checklist = models.SlugField(max_length=80)
    to_item = models.SlugField(max_length=80)
    reason = models.TextField(help_text="Plain text: why.")

    objects = RelationQuerySet.as_manager()

    class Meta:
        ordering = ["crosswalk_id", "position"]
        indexes = [
            models.Index(fields=["from_checklist", "from_item"], name="relation_from"),
            models.Index(fields=["to_checklist", "to_item"], name="relation_to"),
        ]

    def __str__(self) -> str:
        return f"{self.from_checklist}/{self.from_item} {self.kind} {self.to_item}"

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Both items, as (slug of the checklist, ref)."""
        return (self.from_checklist, self.from_item), (self.to_checklist, self.to_item)

    @property
    def words(self) -> str:
        """What the first item is to the second: "narrower than"."""
        return WORDS[self.kind]

    def kind_from(self, end: tuple[str, str]) -> str:
        """What the item at `end` is to the other."""
        return self.kind if end == self.ends[0] else REVERSE[self.kind]

    def across_from(self, end: tuple[str, str]) -> tuple[str, str]:
        """The other end."""
        return self.ends[end == self.ends[0]]
