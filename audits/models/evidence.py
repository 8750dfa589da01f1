import datetime as dt
import hashlib
import uuid
from urllib.parse import urlsplit

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.validators import URLValidator
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.errors import Refused
from audits.models.teams import Membership
from audits.models.users import User

CHUNK_BYTES = 64 * 1024


class StorageFailed(Refused):
    status = 507


def uploads() -> FileSystemStorage:
    """Where files lie: outside every served folder."""
    return FileSystemStorage(location=settings.UPLOADS_DIR)


def random_name(evidence: "Evidence", filename: str) -> str:
    """A name that tells nothing and cannot be guessed; the person's own is kept in the row."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user) -> "EvidenceQuerySet":
        return self.filter(answer__audit__project__team__memberships__user=user)

    def editable_by(self, user) -> "EvidenceQuerySet":
        return self.filter(
            answer__audit__project__team__memberships__user=user,
            answer__audit__project__team__memberships__role__in=Membership.EDIT,
        )

    def present(self) -> "EvidenceQuerySet":
        return self.filter(removed_at=None)

    def attach_link(
        self, answer: Answer, url: str, *, by: User, title: str = "", speaks_of: dt.date | None = None
    ) -> "Evidence":
        url = check_link(url)
        parts = urlsplit(url)
        title = title.strip() or f"{parts.netloc}{parts.path}".rstrip("/")[:200]
        return self._attach(answer, by, Evidence.Kind.LINK, title, speaks_of, url=url)

    def attach_note(
        self, answer: Answer, text: str, *, by: User, title: str = "", speaks_of: dt.date | None = None
    ) -> "Evidence":
        text = text.strip()
        if not text:
            raise Refused("Write the note first.", field="text")
        title = title.strip() or text.splitlines()[0].lstrip("#*- ")[:200]
        return self._attach(answer, by, Evidence.Kind.NOTE, title, speaks_of, text=text)

    def attach_file(
        self, answer: Answer, upload: File, *, by: User, title: str = "", speaks_of: dt.date | None = None
    ) -> "Evidence":
        """Store the bytes under a random name, then the row; neither stays without the other."""
        # Before the bytes are stored; the row's own check below is the one that counts.
        answer.audit.refuse_if_sealed()
        if upload.size > settings.EVIDENCE_MAX_BYTES:
            raise Refused(too_large(), field="file")
        if not upload.size:
            raise Refused("The file is empty.", field="file")
        sha256, head = _digest(upload)
        filename = (upload.name or "file").replace("\\", "/").rsplit("/", 1)[-1][:200]
        try:
            stored = uploads().save(random_name(Evidence(), filename), upload)
        except OSError as error:
            raise StorageFailed(
                f"The file could not be stored: {error.strerror}. Nothing was changed.", "file"
            ) from error
        try:
            return self._attach(
                answer,
                by,
                Evidence.Kind.FILE,
                title.strip() or filename,
                speaks_of,
                file=stored,
                filename=filename,
                size_bytes=upload.size,
                content_type=sniff(head),
                sha256=sha256,
            )
        except BaseException:
            uploads().delete(stored)
            raise

    @transaction.atomic
    def _attach(
        self, answer: Answer, by: User, kind: str, title: str, speaks_of: dt.date | None, **fields
    ) -> "Evidence":
        audit = answer.audit.for_change()
        today = timezone.localdate()
        if speaks_of and speaks_of > today + dt.timedelta(days=1):
            raise Refused("Evidence cannot speak of a day to come.", field="speaks_of")
        evidence = self.create(
            answer=answer,
            kind=kind,
            title=title,
            speaks_of=speaks_of or today,
            added_by=by,
            revision=audit.revision,
            **fields,
        )
        audit.log(
            "evidence.added", by=by, answer=answer, **answer.named(), **evidence.fingerprint()
        )
        return evidence


class Evidence(models.Model):
    """What backs an answer."""

    class Kind(models.TextChoices):
        LINK = "link"
        FILE = "file"
        NOTE = "note"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=4, choices=Kind)
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=2000, blank=True)
    text = models.TextField(blank=True, max_length=20_000)
    file = models.FileField(storage=uploads, upload_to=random_name, blank=True, max_length=80)
    filename = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # The day that the evidence speaks of, which is not the day on which it was added.
    speaks_of = models.DateField()
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    revision = models.PositiveIntegerField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    removed_reason = models.CharField(max_length=500, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "id"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence-download", args=[self.pk])

    @transaction.atomic
    def remove(self, reason: str, *, by: User) -> "Evidence":
        """Take the evidence off the answer; that it was there, and what it was, stays.

        A file's bytes go too, unless a sealed revision rests on them.
        """
        audit = self.answer.audit.for_change()
        evidence = Evidence.objects.select_for_update().get(pk=self.pk)
        if evidence.removed_at:
            raise Refused("This evidence was removed already.")
        if not reason.strip():
            raise Refused("Say why it is removed; the reason stays in its place.", "reason")
        evidence.removed_at = timezone.now()
        evidence.removed_by = by
        evidence.removed_reason = reason.strip()
        stored = evidence.file.name
        if stored and evidence.revision == audit.revision:
            evidence.file = ""
            transaction.on_commit(lambda: uploads().delete(stored))
        evidence.save()
        audit.log(
            "evidence.removed",
            by=by,
            answer=self.answer,
            reason=evidence.removed_reason,
            **self.answer.named(),
            **evidence.fingerprint(),
        )
        return evidence

    def fingerprint(self) -> dict[str, str]:
        """What the event chain keeps of it."""
        facts = {"evidence": str(self.pk), "kind": self.kind, "name": self.title}
        for name in ("url", "text", "filename", "sha256"):
            if value := getattr(self, name):
                facts[name] = value
        return facts | {"speaks_of": self.speaks_of.isoformat()}


def too_large() -> str:
    return f"The file is larger than {settings.EVIDENCE_MAX_BYTES // (1024 * 1024)} MB."


def check_link(url: str) -> str:
    """The URL, stripped; Refused unless it is http or https, whole, and without a password."""
    url = url.strip()
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        raise Refused(
            "Write a whole address that begins with https:// or http://.", field="url"
        ) from None
    if len(url) > 2000:
        raise Refused("The address is longer than 2,000 characters.", field="url")
    if "@" in urlsplit(url).netloc:
        raise Refused("The address holds a user name or password; leave it out.", field="url")
    return url


def _digest(upload: File) -> tuple[str, bytes]:
    """SHA-256 in hex, and the first bytes."""
    sha256, head = hashlib.sha256(), b""
    upload.seek(0)
    for chunk in upload.chunks(CHUNK_BYTES):
        head = head or chunk[:4096]
        sha256.update(chunk)
    upload.seek(0)
    return sha256.hexdigest(), head


def sniff(head: bytes) -> str:
    """The media type by content; the sender's word for it is not asked."""
    try:
        if mime := puremagic.from_string(head, mime=True):
            return mime
    except (puremagic.PureError, ValueError):
        pass
    try:
        head.decode("utf-8", errors="strict" if len(head) < 4096 else "ignore")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if b"\0" in head else "text/plain"
