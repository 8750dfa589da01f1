import datetime as dt
import re
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from audits.models.answers import Answer
from audits.models.errors import Refused
from audits.models.teams import Membership
from audits.models.text import HIDDEN, clean
from audits.models.uploads import discard, random_name, store
from audits.models.users import User

TITLE_MAX = 200
HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.ASCII | re.IGNORECASE)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user) -> "EvidenceQuerySet":
        return self.filter(answer__audit__project__team__memberships__user=user)

    def editable_by(self, user) -> "EvidenceQuerySet":
        return self.filter(
            answer__audit__project__team__memberships__user=user,
            answer__audit__project__team__memberships__role__in=Membership.EDIT,
        )

    def attach_link(
        self,
        answer: Answer,
        url: str,
        *,
        by: User,
        title: str = "",
        speaks_of: dt.date | None = None,
    ) -> "Evidence":
        url = check_link(url)
        parts = urlsplit(url)
        title = clean(Evidence, "title", title)
        title = title or f"{parts.netloc}{parts.path}".rstrip("/")[:TITLE_MAX]
        return self._attach(answer, by, Evidence.Kind.LINK, title, speaks_of, url=url)

    def attach_note(
        self,
        answer: Answer,
        text: str,
        *,
        by: User,
        title: str = "",
        speaks_of: dt.date | None = None,
    ) -> "Evidence":
        text = clean(Evidence, "text", text)
        if not text:
            raise Refused("Write the note first.", field="text")
        title = clean(Evidence, "title", title) or _first_line(text)
        return self._attach(answer, by, Evidence.Kind.NOTE, title, speaks_of, text=text)

    def attach_file(
        self,
        answer: Answer,
        upload: File,
        *,
        by: User,
        title: str = "",
        speaks_of: dt.date | None = None,
    ) -> "Evidence":
        """Store the bytes under a random name, then the row; neither stays without the other."""
        # Before the bytes are stored; the row's own check below is the one that counts.
        answer.audit.refuse_if_sealed()
        title = clean(Evidence, "title", title)
        stored = store(upload)
        try:
            return self._attach(
                answer,
                by,
                Evidence.Kind.FILE,
                title or stored.filename,
                speaks_of,
                file=stored.name,
                filename=stored.filename,
                size_bytes=stored.size_bytes,
                content_type=stored.content_type,
                sha256=stored.sha256,
            )
        except BaseException:
            discard(stored.name)
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
    title = models.CharField(max_length=TITLE_MAX)
    url = models.URLField(max_length=2000, blank=True)
    text = models.TextField(blank=True, max_length=20_000)
    file = models.FileField(upload_to=random_name, blank=True, max_length=80)
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
    expires_on = models.DateField(null=True)
    revision = models.PositiveIntegerField()
    # One piece may back several answers, and have several versions: a row for each.
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

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "id"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence-download", args=[self.pk])

    @property
    def opens_with_title(self) -> bool:
        """Whether a note says its title itself, as one does whose title is its first line."""
        return bool(self.text) and _first_line(self.text) == self.title

    @transaction.atomic
    def remove(self, reason: str, *, by: User) -> "Evidence":
        """Take the evidence off the answer; that it was there, and what it was, stays.

        A file's bytes go too, unless a sealed revision rests on them.
        """
        audit = self.answer.audit.for_change()
        evidence = Evidence.objects.get(pk=self.pk)
        if evidence.removed_at:
            raise Refused("This evidence was removed already.")
        reason = clean(Evidence, "removed_reason", reason, field="reason")
        if not reason:
            raise Refused("Say why it is removed; the reason stays in its place.", "reason")
        evidence.removed_at = timezone.now()
        evidence.removed_by = by
        evidence.removed_reason = reason
        stored = evidence.file.name
        if stored and evidence.revision == audit.revision:
            evidence.file = ""
            transaction.on_commit(lambda: discard(stored))
        evidence.save()
        audit.log(
            "evidence.removed",
            by=by,
            answer=self.answer,
            reason=reason,
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


def _first_line(text: str) -> str:
    line = HIDDEN.sub("", text.splitlines()[0])
    return line.strip("#*- ")[:TITLE_MAX] or "Note"


def check_link(url: str) -> str:
    """The URL, stripped; Refused unless it is http or https, whole, and without a password."""
    url = clean(Evidence, "url", url)
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    # Names without a dot are fine: much evidence lies on hosts that only the team can reach.
    if not HOST.fullmatch(_ascii(host)) or parts.scheme not in ("http", "https"):
        raise Refused("Write a whole address that begins with https:// or http://.", "url")
    if "@" in parts.netloc:
        raise Refused("The address holds a user name or password; leave it out.", "url")
    if not url.isprintable() or " " in url:
        raise Refused("The address holds a space or an invisible character.", "url")
    return url


def _ascii(host: str) -> str:
    """The host as DNS knows it; empty when it cannot be one."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
