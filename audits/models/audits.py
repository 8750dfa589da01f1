import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from audits.models.claims import Claim, counters
from audits.models.conditions import Condition
from audits.models.counters import NAMES, Counters
from audits.models.errors import AuditOpen, AuditSealed, NotAllowed, Outdated, Refused
from audits.models.events import GENESIS, Event
from audits.models.projects import Project
from audits.models.teams import Membership
from audits.models.text import clean, clean_text
from audits.models.ties import Tie
from audits.models.users import User
from audits.reports.labels import letters
from checklist.models import Edition

if TYPE_CHECKING:
    from audits.models.answers import Answer


REASON_MAX = 2000


class AuditQuerySet(models.QuerySet["Audit"]):
    def visible_to(self, user) -> "AuditQuerySet":
        return self.filter(project__team__memberships__user=user)

    def editable_by(self, user) -> "AuditQuerySet":
        return self.filter(
            project__team__memberships__user=user,
            project__team__memberships__role__in=Membership.EDIT,
        )

    def approvable_by(self, user) -> "AuditQuerySet":
        return self.filter(
            project__team__memberships__user=user,
            project__team__memberships__role__in=Membership.APPROVE,
        )

    def locked(self, pk) -> "Audit":
        """The row under its lock, which every write of an audit takes first."""
        return self.select_for_update().get(pk=pk)

    @transaction.atomic
    def start(
        self, project: Project, title: str, editions: Sequence[Edition], *, by: User
    ) -> "Audit":
        """Pin the editions and make one open answer an item, in a constant number of queries."""
        audit = self.pin(project, title, editions, by=by)
        audit.answers.open_all(audit)
        audit.recount()
        Condition.objects.copy_to(audit, editions)
        Tie.objects.copy_to(audit)
        audit.log_start(editions, by=by)
        return audit

    def pin(
        self, project: Project, title: str, editions: Sequence[Edition], *, by: User
    ) -> "Audit":
        """An audit of these editions that has no answer yet. Inside a transaction only."""
        if not editions:
            raise Refused("Choose at least one checklist.", field="editions")
        if len({edition.pk for edition in editions}) < len(editions):
            raise Refused("Choose each checklist once.", field="editions")
        title = clean_title(title)
        models.prefetch_related_objects(list(editions), "checklist")
        for edition in editions:
            if edition.checklist.owner not in (None, project.team_id):
                raise Refused(
                    f"“{edition}” belongs to another team, whose members alone may read it.",
                    field="editions",
                )
        audit = self.create(project=project, title=title, created_by=by)
        audit.pins.bulk_create(
            audit.pins.model(audit=audit, edition=edition, position=position)
            for position, edition in enumerate(editions, start=1)
        )
        return audit


class Audit(Counters):
    """One run of one or more checklist editions against a project, for a launch."""

    class State(models.TextChoices):
        OPEN = "open"
        SEALED = "sealed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="audits")
    title = models.CharField(max_length=150)
    editions = models.ManyToManyField(Edition, through="AuditEdition", related_name="audits")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # The end of the event chain: appending needs no look at the last event, and a truncated
    # chain no longer meets it.
    events_count = models.PositiveIntegerField(default=0)
    events_head = models.CharField(max_length=64, default=GENESIS)

    # Who looks at it, where `access` asked; with one query for both.
    viewer: Membership | None = None

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["project", "state", "-created_at"], name="audit_current")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("audit-detail", args=[self.pk])

    @property
    def is_sealed(self) -> bool:
        return self.state == self.State.SEALED

    @property
    def seal_phrase(self) -> str:
        """What an approver types to seal: it names what is sealed, and no other revision."""
        return f"seal revision {self.revision}"

    @cached_property
    def letters(self) -> dict[int, str]:
        """Edition's primary key -> the letter before its items' numbers, as in the report."""
        pinned = list(self.pins.values_list("edition_id", flat=True))
        return dict(zip(pinned, letters(len(pinned)), strict=True))

    @cached_property
    def parted_ties(self) -> set[int]:
        """The primary keys of the equal ties that are parted."""
        return set(self.ties.filter(parted_at__isnull=False).values_list("pk", flat=True))

    @cached_property
    def condition_versions(self) -> dict[int, int]:
        """Condition's primary key -> its version."""
        return dict(self.conditions.values_list("pk", "version"))

    def for_change(self) -> "Audit":
        """This audit under its lock; AuditSealed unless it is open. Inside a transaction only."""
        audit = Audit.objects.locked(self.pk)
        audit.refuse_if_sealed()
        return audit

    def learn_from(self, other: "Audit") -> None:
        """Take over what was read with it already and does not change with an answer."""
        known = vars(other)
        vars(self).update({name: known[name] for name in ("viewer", "letters") if name in known})
        if Audit._meta.get_field("project").is_cached(other):
            self.project = other.project

    def refuse_if_sealed(self) -> None:
        if self.is_sealed:
            raise AuditSealed(self.revision)

    def log(
        self, verb: str, *, by: User | None, answer: "Answer | None" = None, **detail
    ) -> Event:
        """Append one event and move the head, under the lock that the caller holds."""
        return self.log_many(verb, [(answer, detail)], by=by)[0]

    def log_many(
        self,
        verb: str,
        entries: Sequence[tuple["Answer | None", dict[str, Any]]],
        *,
        by: User | None,
    ) -> list[Event]:
        """Append an event for each answer and what is told of it, and store the counters."""
        at, events = timezone.now(), []
        for answer, detail in entries:
            event = Event(
                audit=self,
                number=self.events_count + 1,
                revision=self.revision,
                verb=verb,
                answer=answer,
                actor=by,
                actor_name=str(by) if by else "Countersign",
                at=at,
                detail=detail,
                previous_hash=self.events_head,
            )
            event.hash = event.compute_hash()
            self.events_count, self.events_head = event.number, event.hash
            events.append(event)
        Event.objects.bulk_create(events, batch_size=500)
        self.save(update_fields=["events_count", "events_head", *self.COUNTED])
        return events

    def log_start(self, editions: Sequence[Edition], *, by: User) -> None:
        self.log(
            "audit.started",
            by=by,
            title=self.title,
            editions=[f"{edition.checklist.slug} {edition.version}" for edition in editions],
            items=self.count_total,
        )

    def remember_first_lapse(self) -> None:
        """Find when the next acceptance runs out, after one was made or ended."""
        accepted = self.answers.filter(
            state=Claim.State.RISK_ACCEPTED, accepted_at__isnull=False, retired_at=None
        )
        self.lapses_on = accepted.aggregate(first=models.Min("accepted_until"))["first"]

    def recount(self) -> None:
        """Set the counters from the answers, where too many changed to count each."""
        for name in NAMES:
            setattr(self, f"count_{name}", 0)
        grouped = (
            self.answers.filter(retired_at=None)
            .order_by()
            .annotate(confirmed=models.Q(accepted_at__isnull=False))
            .values_list("state", "severity", "verdict", "confirmed")
            .annotate(models.Count("pk"))
        )
        for *group, number in grouped:
            for name in counters(*group):
                column = f"count_{name}"
                setattr(self, column, getattr(self, column) + number)
        self.remember_first_lapse()

    @transaction.atomic
    def rename(self, title: str, *, by: User, seen: str | None = None) -> "Audit":
        """Outdated when the audit is no longer called what `seen` says."""
        audit = self.for_change()
        before, audit.title = audit.title, clean_title(title)
        if audit.title == before:
            return audit
        if seen is not None and seen != before:
            raise Outdated(audit.last_naming().actor_name, "the title")
        audit.save(update_fields=["title"])
        audit.log("audit.renamed", by=by, before=before, after=audit.title)
        return audit

    def last_naming(self) -> Event:
        """Who gave it the title that it has."""
        return self.events.filter(verb__in=("audit.started", "audit.renamed")).latest("number")

    @transaction.atomic
    def reopen(self, reason: str, *, by: User) -> "Audit":
        """Begin the next revision; what was sealed stays as it was."""
        audit = Audit.objects.locked(self.pk)
        if not audit.is_sealed:
            raise AuditOpen
        if not Audit.objects.approvable_by(by).filter(pk=audit.pk).exists():
            raise NotAllowed("Only an approver or an owner of the team can reopen an audit.")
        reason = clean_text(reason, REASON_MAX, field="reason")
        if not reason:
            raise Refused("Say why the audit is reopened; it stands in the history.", "reason")
        audit.state = self.State.OPEN
        audit.revision += 1
        audit.save(update_fields=["state", "revision"])
        if not audit.conditions.exists():
            # Sealed before audits had conditions.
            pinned = audit.editions.order_by("pins__position")
            Condition.objects.copy_to(audit, list(pinned))
        audit.log("audit.reopened", by=by, reason=reason)
        return audit


def clean_title(title: str) -> str:
    title = clean(Audit, "title", title)
    if not title:
        raise Refused("Give the audit a title.", field="title")
    return title


class AuditEdition(models.Model):
    """An edition that an audit pinned when it started."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="pins")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="pins")
    position = models.PositiveSmallIntegerField()

    # The newest edition, where there is a newer one and a page names it.
    newer: Edition | None = None

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "edition"], name="an_edition_once_an_audit")
        ]

    def __str__(self) -> str:
        return str(self.edition)
