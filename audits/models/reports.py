import datetime as dt
import hashlib
import logging
import os
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models import retries, signing
from audits.models.audits import Audit
from audits.models.causes import cause_of
from audits.models.leases import LEASE, MAX_ATTEMPTS, held, is_over
from audits.models.seals import Seal
from audits.models.snapshots import Snapshot
from audits.models.users import User

logger = logging.getLogger(__name__)


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user) -> "ReportQuerySet":
        return self.filter(snapshot__audit__project__team__memberships__user=user)

    @transaction.atomic
    def request(self, audit: Audit, *, by: User) -> "Report":
        """The report of the audit as it stands: the one there is already, or a new one queued.

        A sealed audit has one report, of its seal; that of a proposed one shows what was
        proposed; a draft is made anew as soon as anything that it shows has changed.
        """
        audit = Audit.objects.locked(audit.pk)
        if audit.is_sealed:
            report, created = self.of_sealed(audit), False
        else:
            report, created = self.get_or_create(
                snapshot=self._snapshot(audit, by), seal=None, defaults={"requested_by": by}
            )
        if not created and report.state == Report.State.FAILED:
            report.queue_again()
        return report

    def of_sealed(self, audit: Audit) -> "Report":
        """Of the revision that is sealed now."""
        reports = self.filter(
            snapshot__audit=audit, snapshot__revision=audit.revision, snapshot__sealed=True
        )
        return reports.order_by(models.F("seal").asc(nulls_last=True))[0]

    def _snapshot(self, audit: Audit, by: User) -> Snapshot:
        if audit.is_proposed:
            return audit.rounds.proposed().select_related("snapshot").get().snapshot
        latest = audit.snapshots.filter(
            sealed=False, events_head=audit.events_head, taken_at__date=timezone.localdate()
        ).first()
        # A renamed project or a moved launch date leaves no event, but the report shows it.
        if latest and latest.is_current(audit):
            return latest
        return Snapshot.objects.take(audit, by=by, at=timezone.now())

    def waiting(self) -> "ReportQuerySet":
        """Queued, or left behind by a worker that died: what the tick rings for again."""
        ended = is_over(timezone.now())
        return self.filter(
            models.Q(state=Report.State.QUEUED) | models.Q(ended, state=Report.State.RUNNING)
        )

    def to_try_again(self, now: dt.datetime) -> list["Report"]:
        """Whose making failed long enough ago, of seals: a draft is made when somebody asks."""
        failed = self.filter(state=Report.State.FAILED, seal__isnull=False)
        return [report for report in failed if retries.is_due(report, now)]


class Report(models.Model):
    """The PDF of a snapshot: queued, rendered by the worker, and kept. A draft is a file that can
    be rendered again; what was sealed is signed too, and its bytes stay in the database."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="reports")
    # The decision that it shows; empty in a draft, and of what was sealed before there were seals.
    seal = models.OneToOneField(Seal, on_delete=models.PROTECT, null=True, related_name="report")
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    step = models.CharField(max_length=60, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot"],
                condition=models.Q(seal=None),
                name="one_report_without_a_seal",
            )
        ]

    def __str__(self) -> str:
        return f"Report of {self.snapshot}"

    def get_absolute_url(self) -> str:
        return reverse("report-detail", args=[self.pk])

    @property
    def path(self) -> Path:
        return settings.REPORTS_DIR / f"{self.pk}.pdf"

    @property
    def is_finished(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def shows_a_decision(self) -> bool:
        """Whether it is more than a draft: of a seal, or of what was sealed before seals were."""
        if self.seal_id is not None:
            return True
        return self.snapshot.sealed and not self._has_seal()

    def _has_seal(self) -> bool:
        return Seal.objects.filter(round__snapshot=self.snapshot_id).exists()

    def queue_again(self) -> None:
        """Render it once more; nothing happens while it waits or is being rendered."""
        finished = Report.objects.filter(
            pk=self.pk, state__in=(self.State.DONE, self.State.FAILED)
        )
        self._queue(finished, attempts=0, requested_at=timezone.now())

    @property
    def tried_again_at(self) -> dt.datetime | None:
        """When the tick takes up by itself what failed. None where that is left to people: for a
        draft, and for what killed its workers."""
        if self.state != self.State.FAILED or self.seal_id is None or self.finished_at is None:
            return None
        if retries.killed_its_workers(self.attempts):
            return None
        return self.finished_at + retries.wait_after(self.attempts)

    def try_again(self) -> None:
        """Queue what failed, as the row was read: two ticks at once do it once."""
        as_read = {"attempts": self.attempts, "finished_at": self.finished_at}
        failed = Report.objects.filter(pk=self.pk, state=self.State.FAILED, **as_read)
        self._queue(failed, attempts=retries.attempts_before_next_try(self.attempts))

    def _queue(self, rows: ReportQuerySet, **values: Any) -> None:
        rows.update(
            state=self.State.QUEUED,
            error="",
            step="",
            percent=0,
            finished_at=None,
            lease_until=None,
            **values,
        )
        self.refresh_from_db()

    def execute(self) -> None:
        """Render, sign and store. Any number of calls do it once; a failure says why in `error`,
        and leaves the decision as it is: it can be tried again, and that of a seal is."""
        if not self._claim():
            return
        try:
            with held(self):
                data = self._made()
            if self.seal is None:
                self._keep_file(data)
            else:
                self._keep_for_good(data)
        except Exception as error:
            logger.exception("Report %s failed", self.pk)
            self._fail(cause_of(error))

    def _claim(self) -> bool:
        """Take the lease; False when the report is done or in another worker's hands."""
        claimed = (
            Report.objects.waiting()
            .filter(pk=self.pk)
            .update(
                state=self.State.RUNNING,
                lease_until=timezone.now() + LEASE,
                attempts=models.F("attempts") + 1,
                step="Reading the snapshot",
                percent=2,
            )
        )
        self.refresh_from_db()
        if claimed and retries.killed_its_workers(self.attempts):
            self._fail(
                f"The worker died {MAX_ATTEMPTS} times while it rendered this report. "
                "It may be too large for this machine's memory."
            )
            return False
        return bool(claimed)

    def _made(self) -> bytes:
        from audits.reports.pdf import render_pdf  # WeasyPrint takes a second to import

        snapshot = self.snapshot
        if self.seal is None:
            return render_pdf(snapshot.content(), snapshot.digest, on_progress=self._progress)
        pdf = render_pdf(
            snapshot.content(),
            snapshot.digest,
            seal=self.seal.content(),
            on_progress=self._progress,
        )
        self._progress("Signing the report", 95)
        reason = f"Sign-off of {snapshot.audit.title[:80]}, revision {snapshot.revision}"
        return signing.sign_report(pdf, reason=reason, at=timezone.now())

    def _progress(self, step: str, percent: int) -> None:
        self._update(step=step[:60], percent=percent)

    def _keep_file(self, data: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A name of its own: a worker that was thought dead may be writing the same report.
        aside = self.path.with_suffix(f".{uuid.uuid4().hex}")
        try:
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                os.fsync(file.fileno())
            aside.replace(self.path)
        finally:
            aside.unlink(missing_ok=True)
        self._finish(data)

    @transaction.atomic
    def _keep_for_good(self, data: bytes) -> None:
        """The bytes and that the report is done, or neither of them."""
        if self._finish(data):
            sha256 = hashlib.sha256(data).hexdigest()
            ReportFile.objects.create(report=self, data=data, sha256=sha256)

    def _finish(self, data: bytes) -> bool:
        return self._update(
            state=self.State.DONE,
            step="",
            percent=100,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            finished_at=timezone.now(),
        )

    def _fail(self, cause: str) -> None:
        self._update(state=self.State.FAILED, error=cause, finished_at=timezone.now())

    def _update(self, **values) -> bool:
        """Change the row as long as it is still in this worker's hands: each claim counts one
        attempt more."""
        mine = Report.objects.filter(pk=self.pk, state=self.State.RUNNING, attempts=self.attempts)
        changed = mine.update(**values)
        self.refresh_from_db()
        return bool(changed)


class ReportFile(models.Model):
    """The signed PDF of a seal: written once, and the database refuses to change or delete it.
    A download returns these bytes, whatever happens to code, users or templates."""

    report = models.OneToOneField(
        Report, on_delete=models.PROTECT, primary_key=True, related_name="file"
    )
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True)
    stored_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.sha256[:12]}, {len(self.data):,} bytes"
