import datetime as dt
import hashlib
import logging
import os
import uuid
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models.audits import Audit
from audits.models.snapshots import Snapshot
from audits.models.users import User

logger = logging.getLogger(__name__)

# Longer than the task's own time limit, so that a lease never ends under a living worker.
LEASE = dt.timedelta(seconds=330)
MAX_ATTEMPTS = 3


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user) -> "ReportQuerySet":
        return self.filter(snapshot__audit__project__team__memberships__user=user)

    @transaction.atomic
    def request(self, audit: Audit, *, by: User) -> "Report":
        """The report of the audit as it stands: the one there is already, or a new one queued.

        A sealed audit has one report, of its sealed snapshot; a draft is made anew as soon as
        anything that it shows has changed.
        """
        audit = Audit.objects.locked(audit.pk)
        snapshot = self._snapshot(audit, by)
        report, created = self.get_or_create(snapshot=snapshot, defaults={"requested_by": by})
        if not created and report.state == Report.State.FAILED:
            report.queue_again()
        return report

    def _snapshot(self, audit: Audit, by: User) -> Snapshot:
        if audit.is_sealed:
            return audit.snapshots.get(revision=audit.revision, sealed=True)
        latest = audit.snapshots.filter(
            sealed=False, events_head=audit.events_head, taken_at__date=timezone.localdate()
        ).first()
        # A renamed project or a moved launch date leaves no event, but the report shows it.
        if latest and latest.is_current(audit):
            return latest
        return Snapshot.objects.take(audit, by=by, at=timezone.now())

    def waiting(self) -> "ReportQuerySet":
        """Queued, or left behind by a worker that died: what the tick rings for again."""
        return self.filter(
            models.Q(state=Report.State.QUEUED)
            | models.Q(state=Report.State.RUNNING, lease_until__lt=timezone.now())
        )


class Report(models.Model):
    """The PDF of a snapshot: queued, rendered by the worker, kept as a file."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    snapshot = models.OneToOneField(Snapshot, on_delete=models.PROTECT, related_name="report")
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

    def queue_again(self) -> None:
        """Render it once more; nothing happens while it waits or is being rendered."""
        finished = Report.objects.filter(
            pk=self.pk, state__in=(self.State.DONE, self.State.FAILED)
        )
        finished.update(
            state=self.State.QUEUED,
            error="",
            step="",
            percent=0,
            attempts=0,
            requested_at=timezone.now(),
            finished_at=None,
            lease_until=None,
        )
        self.refresh_from_db()

    def execute(self) -> None:
        """Render and store. Any number of calls do it once; a failure says why in `error`."""
        from audits.reports.pdf import render_pdf  # WeasyPrint takes a second to import

        if not self._claim():
            return
        try:
            data = render_pdf(
                self.snapshot.content(), self.snapshot.digest, on_progress=self._progress
            )
            self._store(data)
        except Exception as error:
            logger.exception("Report %s failed", self.pk)
            self._fail(_cause(error))

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
        if claimed and self.attempts > MAX_ATTEMPTS:
            self._fail(
                f"The worker died {MAX_ATTEMPTS} times while it rendered this report. "
                "It may be too large for this machine's memory."
            )
            return False
        return bool(claimed)

    def _progress(self, step: str, percent: int) -> None:
        self._update(step=step[:60], percent=percent)

    def _store(self, data: bytes) -> None:
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
        self._update(
            state=self.State.DONE,
            step="",
            percent=100,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            finished_at=timezone.now(),
        )

    def _fail(self, cause: str) -> None:
        self._update(state=self.State.FAILED, error=cause, finished_at=timezone.now())

    def _update(self, **values) -> None:
        """Change the row as long as the lease is still this worker's."""
        Report.objects.filter(
            pk=self.pk, state=self.State.RUNNING, lease_until=self.lease_until
        ).update(**values)
        self.refresh_from_db()


def _cause(error: Exception) -> str:
    """For people: what went wrong, without a traceback or a path."""
    if isinstance(error, SoftTimeLimitExceeded):
        return "Rendering took longer than five minutes and was stopped."
    if isinstance(error, MemoryError):
        return "The worker ran out of memory while it rendered the report."
    if isinstance(error, OSError) and error.errno:
        return f"The report could not be stored: {os.strerror(error.errno)}."
    if isinstance(error, OSError) and "cannot load library" in str(error):
        return (
            "A native library of the PDF renderer is missing on the worker's machine; "
            "docs/operating.md names the packages."
        )
    return f"Rendering stopped with {type(error).__name__}. The worker's log has the details."
