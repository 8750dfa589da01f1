import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models import contents
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.contents import Content
from audits.models.errors import Outdated, Refused
from audits.models.expiry import CURRENT, Days, stale
from audits.models.teams import Membership
from audits.models.text import clean
from audits.models.ties import partners
from audits.models.users import User

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun

# How long the bytes of a removed file wait, so that its removal can be taken back.
BYTES_WAIT = dt.timedelta(hours=1)
# What `record` tells.
VERBS = frozenset(
    {
        *("evidence.added", "evidence.removed", "evidence.replaced"),
        *("evidence.dated", "evidence.undone"),
    }
)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user) -> "EvidenceQuerySet":
        return self.filter(answer__audit__project__team__memberships__user=user)

    def editable_by(self, user) -> "EvidenceQuerySet":
        return self.filter(
            answer__audit__project__team__memberships__user=user,
            answer__audit__project__team__memberships__role__in=Membership.EDIT,
        )

    def current(self) -> "EvidenceQuerySet":
        """What backs an answer now: neither removed nor replaced."""
        return self.filter(**CURRENT)

    def stale(self) -> "EvidenceQuerySet":
        """Current, and its last good day is over."""
        return self.filter(**stale())

    def attach_link(
        self, answer: Answer, url: str, *, by: User, title: str = "", **days: dt.date | None
    ) -> "Evidence":
        """`days` are those of `Days`: what it speaks of, and until when it is good."""
        return self._attach(answer, contents.link(url, title), Days(**days), by)

    def attach_note(
        self, answer: Answer, text: str, *, by: User, title: str = "", **days: dt.date | None
    ) -> "Evidence":
        return self._attach(answer, contents.note(text, title), Days(**days), by)

    @transaction.atomic
    def attach_run(self, answer: Answer, run: "ProbeRun", *, by: User) -> "Evidence":
        """A frozen copy of what a probe found, which the run's own days do not end. Refused for a
        run of another project, while it is not over, and when it backs the answer already."""
        audit = answer.audit.for_change()
        if run.watch.environment.project_id != audit.project_id:
            raise Refused("This run looked at another project.", "run")
        content = contents.run(run)
        days = Days(speaks_of=timezone.localdate(run.finished_at))
        first = Answer.objects.select_related("item").folded().get(pk=answer.pk)
        first.refuse_if_retired()
        there = self.current().filter(answer__audit=audit, run=run.pk)
        backed = set(there.values_list("answer_id", flat=True))
        if first.pk in backed:
            raise Refused("This run backs the answer already.", "run")
        # Its own row stays too, however old it grows.
        type(run).objects.filter(pk=run.pk).update(stays=True)
        piece = Evidence(**content, **vars(days.checked(audit.project.team, content["kind"])))
        new = [each for each in partners(audit, [first]) if each.pk not in backed]
        return piece.back(audit, new, by=by)[0]

    def attach_file(
        self, answer: Answer, upload: File, *, by: User, title: str = "", **days: dt.date | None
    ) -> "Evidence":
        """Store the bytes under a random name, then the row; neither stays without the other."""
        # Before the bytes are stored; the row's own check below is the one that counts.
        answer.audit.refuse_if_sealed()
        with contents.file(upload, title) as content:
            return self._attach(answer, content, Days(**days), by)

    @transaction.atomic
    def _attach(self, answer: Answer, content: dict[str, Any], days: Days, by: User) -> "Evidence":
        """Back the answer, and those that are answered together with it, by one new piece."""
        audit = answer.audit.for_change()
        days = days.checked(audit.project.team, content["kind"])
        first = Answer.objects.select_related("item").folded().get(pk=answer.pk)
        first.refuse_if_retired()
        piece = Evidence(**content, **vars(days))
        return piece.back(audit, partners(audit, [first]), by=by)[0]


class Evidence(Content):
    """What backs an answer. One piece may back several answers, and have several versions: a
    row for each, which share `piece`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="evidence")
    # The day that the evidence speaks of, which is not the day on which it was added.
    speaks_of = models.DateField()
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # The last day on which it is good.
    expires_on = models.DateField(null=True)
    revision = models.PositiveIntegerField()
    piece = models.UUIDField(default=uuid.uuid4, db_index=True)
    version = models.PositiveIntegerField(default=1)
    replaced_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    removed_reason = models.CharField(max_length=500, blank=True)
    # When the bytes of a removed file go; empty where a sealed revision rests on them.
    discard_at = models.DateTimeField(null=True)
    # The number of the audit's event that changed the row last.
    changed_in = models.PositiveIntegerField(default=0)

    # What its event tells, beside its kind and title.
    FACTS = ("url", "text", "filename", "sha256")
    # What may change of a row, which an undo sets back.
    STANDING = (
        *("expires_on", "replaced_at", "replaced_by_id"),
        *("removed_at", "removed_by_id", "removed_reason", "discard_at"),
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "id"]
        verbose_name_plural = "evidence"
        indexes = [
            models.Index(fields=["file"], name="evidence_file"),
            models.Index(fields=["discard_at"], name="evidence_discard"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence-download", args=[self.pk])

    @property
    def is_current(self) -> bool:
        return self.removed_at is None and self.replaced_at is None

    @property
    def stale_since(self) -> dt.date | None:
        """The first day on which it was no longer good, if that is over; see `stale`."""
        today = timezone.localdate()
        if not self.is_current or self.expires_on is None or self.expires_on >= today:
            return None
        return self.expires_on + dt.timedelta(days=1)

    @property
    def has_bytes(self) -> bool:
        """Whether there is a file to take away: not once it was removed, though its bytes wait."""
        return bool(self.file) and self.discard_at is None

    @transaction.atomic
    def remove(self, reason: str, *, by: User, seen_current: bool = False) -> "Evidence":
        """Take the evidence off the answer, with its former versions; that it was there, and
        what it was, stays. A former version can be taken off by itself.

        A file's bytes go too, an hour later, unless a sealed revision or another answer needs
        them. Outdated when the page showed it as current and somebody replaced it since.
        """
        audit = self.answer.audit.for_change()
        row = Evidence.objects.select_related("replaced_by", "answer__item").get(pk=self.pk)
        if row.removed_at:
            raise Refused("This evidence was removed already.")
        if seen_current and row.replaced_at:
            raise Outdated(str(row.replaced_by), "this evidence")
        reason = clean(Evidence, "removed_reason", reason, field="reason")
        if not reason:
            raise Refused("Say why it is removed; the reason stays in its place.", "reason")
        change = Change(row, *([] if row.replaced_at else row.former()))
        for each in change.rows:
            each.take_off(audit, reason, by)
        record(audit, "evidence.removed", [change], by=by, reason=reason)
        return row

    def former(self) -> list["Evidence"]:
        """Its earlier versions on the same answer that were not removed."""
        return list(
            Evidence.objects.filter(
                answer=self.answer_id, piece=self.piece, removed_at=None
            ).exclude(replaced_at=None)
        )

    def take_off(self, audit: Audit, reason: str, by: User) -> None:
        self.removed_at, self.removed_by, self.removed_reason = timezone.now(), by, reason
        if self.file and self.revision == audit.revision:
            self.discard_at = self.removed_at + BYTES_WAIT

    def back(
        self, audit: Audit, answers: Sequence[Answer], *, by: User, **told: str
    ) -> list["Evidence"]:
        """Let this piece, as it is in this version, back the answers: a row for each."""
        about = {"piece": self.piece, "version": self.version, "revision": audit.revision}
        about |= {"speaks_of": self.speaks_of, "expires_on": self.expires_on, "added_by": by}
        rows = [Evidence(answer=answer, **self.held(), **about) for answer in answers]
        changes = [Change(row) for row in rows]
        for change in changes[0 if told else 1 :]:
            # A machine attached it: say what led there.
            change.told = told or {"backs": answers[0].item.title}
        record(audit, "evidence.added", changes, by=by)
        return rows

    def fingerprint(self) -> dict[str, Any]:
        """What the event chain keeps of it."""
        facts = {"evidence": str(self.pk), "piece": str(self.piece), "of_piece": self.version}
        facts |= {"kind": self.kind, "name": self.title}
        # What a run found is as long as it is: its digest stands for it.
        names = ("url", "filename", "sha256") if self.kind == self.Kind.RUN else self.FACTS
        facts |= {name: value for name in names if (value := getattr(self, name))}
        if self.expires_on:
            facts["expires_on"] = self.expires_on.isoformat()
        return facts | {"speaks_of": self.speaks_of.isoformat()}

    def standing(self) -> dict[str, Any]:
        """The values that may change, as JSON can hold them."""
        return {name: _plain(getattr(self, name)) for name in self.STANDING}


class Change:
    """What happens to the evidence of one answer: the rows that change, the first of which its
    event names, and what else is told."""

    def __init__(self, *rows: Evidence, **told: Any):
        self.rows = rows
        self.told = told
        self.before = {row.pk: None if row._state.adding else row.standing() for row in rows}

    def was(self) -> dict[str, Any]:
        """Row -> its former values, of those that changed; None of a new row."""
        return {str(row.pk): _changed(self.before[row.pk], row.standing()) for row in self.rows}

    def now(self) -> dict[str, Any]:
        """Row -> its new values, of those that changed; a new row is as its event tells."""
        return {
            str(row.pk): _changed(row.standing(), before)
            for row in self.rows
            if (before := self.before[row.pk]) is not None
        }


def record(audit: Audit, verb: str, changes: Sequence[Change], *, by: User, **told: Any) -> None:
    """Store the rows and append an event for each answer, under the lock that the caller holds.

    As with answers, each event holds the former values as `was`, the new ones as `now`, and
    `batch` if there are more.
    """
    first, entries = audit.events_count + 1, []
    for number, change in enumerate(changes, start=first):
        for row in change.rows:
            row.changed_in = number
        head = change.rows[0]
        detail = head.answer.named() | head.fingerprint() | told | change.told
        entries.append((head.answer, detail | {"was": change.was(), "now": change.now()}))
    rows = [row for change in changes for row in change.rows]
    former = [row for row in rows if not row._state.adding]
    Evidence.objects.bulk_create([row for row in rows if row._state.adding], 500)
    columns = [name.removesuffix("_id") for name in Evidence.STANDING]
    Evidence.objects.bulk_update(former, [*columns, "changed_in"], 200)
    if len(entries) > 1:
        batch = {"first": first, "count": len(entries)}
        entries = [(answer, detail | {"batch": batch}) for answer, detail in entries]
    for (answer, _), event in zip(entries, audit.log_many(verb, entries, by=by), strict=True):
        answer.last_event = event


def _changed(values: dict[str, Any] | None, unlike: dict[str, Any]) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: value for name, value in values.items() if value != unlike[name]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
