import re
import uuid

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from audits.models.environment_terms import host_of
from audits.models.environments import Environment
from audits.models.errors import Refused
from audits.models.teams import Membership
from audits.models.text import clean
from audits.models.users import User
from audits.probes.references import ReferenceFault, parse

# How the keys of the API begin, and what a header may be called.
LIKE_A_KEY = re.compile(r"sk-ant-\S{8}")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
MOST = 20


class KeyReferenceQuerySet(models.QuerySet["KeyReference"]):
    def visible_to(self, user) -> "KeyReferenceQuerySet":
        return self.filter(environment__project__team__memberships__user=user)

    def editable_by(self, user) -> "KeyReferenceQuerySet":
        return self.filter(
            environment__project__team__memberships__user=user,
            environment__project__team__memberships__role__in=Membership.EDIT,
        )

    @transaction.atomic
    def add(
        self,
        environment: Environment,
        *,
        by: User,
        purpose: str,
        reference: str = "",
        sealed_value: str = "",
        label: str = "",
        header: str = "",
    ) -> "KeyReference":
        """Where a key is to be had: by a reference, or as a value that was sealed already.

        Refused for a label that is a key, a purpose that takes one alone and has it, and where
        there is not exactly one of the two.
        """
        environment = Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
        key = self.model(
            environment=environment,
            purpose=_purpose(purpose),
            host=_host(environment, purpose),
            label=_label(label),
            header=_header(purpose, header),
            reference=_reference(reference),
            sealed_value=sealed_value,
            added_by=by,
        )
        if bool(key.reference) == bool(key.sealed_value):
            raise Refused("Give either a reference or a value.", "reference")
        if environment.keys.count() >= MOST:
            raise Refused(f"An environment has at most {MOST} keys.", "reference")
        try:
            with transaction.atomic():
                key.save(force_insert=True)
        except IntegrityError:
            raise Refused(
                "There is one already; remove it before you add another.", "purpose"
            ) from None
        key.tell("key.added", by=by)
        return key


class KeyReference(models.Model):
    """Where the worker finds a key; nobody else resolves it.

    It is sent to `host` alone, which was the environment's when it was added: whoever changes the
    address does not get the keys that others gave.

    `fingerprint` is as in `audits.probes.base.Key`, of the key that was there at `resolved_at`;
    `fault` says why none was found since. `header` is the request header that a key of the app's
    own endpoint goes into.
    """

    class Purpose(models.TextChoices):
        API = "api", "API key"
        ADMIN = "admin", "Admin API key"
        APP = "app", "Header of the app"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="keys")
    purpose = models.CharField(max_length=5, choices=Purpose, default=Purpose.API)
    label = models.CharField(max_length=60, blank=True)
    header = models.CharField(max_length=60, blank=True)
    host = models.CharField(max_length=255)
    reference = models.CharField(max_length=500, blank=True)
    sealed_value = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    resolved_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=500, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(default=timezone.now)

    objects = KeyReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["environment"],
                condition=models.Q(purpose="admin"),
                name="one_admin_key_an_environment",
            ),
            models.UniqueConstraint(
                fields=["environment", "header"],
                condition=models.Q(purpose="app"),
                name="one_value_a_header_of_the_app",
            ),
            models.CheckConstraint(
                condition=models.Q(reference="") ^ models.Q(sealed_value=""),
                name="a_reference_or_a_sealed_value",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.get_purpose_display()

    @property
    def is_sealed(self) -> bool:
        """Whether the value itself is kept, encrypted, in this installation."""
        return bool(self.sealed_value)

    @transaction.atomic
    def remove(self, *, by: User) -> None:
        self.tell("key.removed", by=by)
        self.delete()

    def tell(self, verb: str, *, by: User) -> None:
        project = self.environment.project
        project.team.log(
            verb,
            by=by,
            key=str(self),
            purpose=self.get_purpose_display(),
            environment=self.environment.name,
            name=project.name,
            project=str(project.pk),
        )

    def found(self, fingerprint: str) -> None:
        """The worker has it."""
        self._keep(fingerprint=fingerprint, fault="")

    def missed(self, fault: str) -> None:
        """The worker does not; `fault` says why, without the value."""
        self._keep(fault=fault[:500])

    def _keep(self, **columns: str) -> None:
        """A write only where something is new: a probe a minute resolves it each time."""
        if self.resolved_at and all(getattr(self, name) == it for name, it in columns.items()):
            return
        if "fingerprint" in columns:
            self.resolved_at = timezone.now()
        for name, value in columns.items():
            setattr(self, name, value)
        self.save(update_fields=[*columns, "resolved_at"])


def _purpose(purpose: str) -> str:
    if purpose not in KeyReference.Purpose.values:
        raise Refused(f"Choose one of {', '.join(KeyReference.Purpose.values)}.", "purpose")
    return purpose


def _label(label: str) -> str:
    # What somebody pasted into the wrong field must not be kept, nor shown to the team.
    if LIKE_A_KEY.search(label):
        raise Refused("That looks like a key. A label is what you call the key.", "label")
    return clean(KeyReference, "label", label)


def _reference(text: str) -> str:
    text = clean(KeyReference, "reference", text)
    try:
        return str(parse(text)) if text else ""
    except ReferenceFault as fault:
        raise Refused(str(fault), "reference") from None


def _host(environment: Environment, purpose: str) -> str:
    if purpose != KeyReference.Purpose.APP:
        return host_of(environment.api_url)
    if not environment.chat_url:
        raise Refused("Give the environment a chat endpoint first.", "purpose")
    return host_of(environment.chat_url)


def _header(purpose: str, header: str) -> str:
    if LIKE_A_KEY.search(header):
        raise Refused("That looks like a key. The header is what carries it.", "header")
    if purpose != KeyReference.Purpose.APP:
        return ""
    header = clean(KeyReference, "header", header)
    if not HEADER.fullmatch(header):
        raise Refused("Write the name of the header, such as Authorization.", "header")
    return header
