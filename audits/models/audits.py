import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from audits.models import machine, outdating, rings
from audits.models.audit_rows import TITLE_MAX, AuditQuerySet, clean_title
from audits.models.claims import Claim, counters
from audits.models.conditions import Condition
from audits.models.counters import NAMES, Counters
from audits.models.errors import AuditOpen, AuditSealed, NotAllowed, Outdated, Refused
from audits.models.events import GENESIS, Entry, Event, chain
from audits.models.lifecycle import OF_A_REVIEW, OF_A_SIGN_OFF, SEALED, AuditState, RoundState
from audits.models.projects import Project
from audits.models.teams import Membership
from audits.models.text import clean_text
from audits.models.users import User
from audits.reports.labels import letters
from checklist.models import Edition

if TYPE_CHECKING:
    from audits.models.answers import Answer
    from audits.models.rounds import Round


REASON_MAX = 2000


class Audit(Counters):
    """One run of one or more checklist editions against a project, for a launch."""

    State = AuditState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="audits")
    title = models.CharField(max_length=TITLE_MAX)
    editions = models.ManyToManyField(Edition, through="AuditEdition", related_name="audits")
    state = models.CharField(max_length=10, choices=AuditState, default=AuditState.OPEN)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # The end of the event chain: appending needs no look at the last event, and a truncated
    # chain no longer meets it.
    events_count = models.PositiveIntegerField(default=0)
    events_head = models.CharField(max_length=64, default=GENESIS)

    # What an appended event moves, beside the counters.
    CHAINED = ("events_count", "events_head")

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
        return self.state in SEALED

    @property
    def is_proposed(self) -> bool:
        return self.state == self.State.PROPOSED

    @cached_property
    def proposal(self) -> "Round | None":
        """The round that waits for signatures, with the number that it has as `signatures`."""
        return self._last_round if self._last_round and self._last_round.is_proposed else None

    @cached_property
    def outdated_proposal(self) -> "Round | None":
        """The one that a change ended, with the `signatures` that count no more, until somebody
        proposes again."""
        last = self._last_round
        return last if last and last.state == RoundState.OUTDATED else None

    @cached_property
    def _last_round(self) -> "Round | None":
        """Of this revision: the rounds before it were decided."""
        standing = models.Count("sign_offs", models.Q(sign_offs__withdrawn_at=None))
        latest = models.F("ended_at").desc(nulls_first=True)
        rounds = self.rounds.filter(revision=self.revision).order_by(latest)
        return rounds.annotate(signatures=standing).first()

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

    @cached_property
    def decided(self) -> "Round | None":
        """The round that was signed or refused last; an audit that never was asks nothing."""
        if self.revision == 1 and not self.is_sealed:
            return None
        return self.rounds.sealed().order_by("-ended_at").first()

    def for_change(self) -> "Audit":
        """This audit under its lock; AuditSealed when it is. Inside a transaction only.

        A proposed audit can be changed: what `log` then tells takes it back to open."""
        audit = Audit.objects.locked(self.pk)
        audit.refuse_if_sealed()
        return audit

    def learn_from(self, other: "Audit") -> None:
        """Take over what was read with it already and does not change with an answer."""
        known = vars(other)
        vars(self).update({name: known[name] for name in ("viewer", "letters") if name in known})
        if Audit._meta.get_field("project").is_cached(other):
            self.project = other.project

    def follow(self, other: "Audit") -> None:
        """Take over what was appended meanwhile to the same audit under the same lock, so that
        who goes on with this row appends after it."""
        for name in ("state", *self.CHAINED):
            setattr(self, name, getattr(other, name))

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
        entries: Sequence[Entry],
        *,
        by: User | None,
    ) -> list[Event]:
        """Append an event for each answer and what is told of it, and store the counters."""
        events = chain(self, verb, entries, by=by)
        Event.objects.bulk_create(events, batch_size=500)
        self.save(update_fields=[*self.CHAINED, *self.COUNTED])
        rings.audit(self.pk)
        if self.is_proposed and verb not in OF_A_SIGN_OFF | OF_A_REVIEW:
            self.outdate(by=by, cause=events[-1].number)
        return events

    def outdate(self, *, by: User | None, cause: int | None = None, why: str = "") -> None:
        """Open again, since what was proposed is no longer what is there: the signatures given
        so far count no more. `cause` is the number of the event that changed it; where it was
        no person, or something that has no events, such as the project, `why` says so. Under the
        caller's lock."""
        now = timezone.now()
        proposed = self.rounds.get(state=RoundState.PROPOSED)
        signatures = proposed.sign_offs.filter(withdrawn_at=None).count()
        self.rounds.filter(pk=proposed.pk).update(state=RoundState.OUTDATED, ended_at=now)
        self.state = self.State.OPEN
        self.save(update_fields=["state"])
        self.log("audit.outdated", by=by, cause=cause, why=why, signatures=signatures)
        outdating.note(proposed.pk)

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
        machine.refresh(audit)
        return audit


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
