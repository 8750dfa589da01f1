import hashlib
import secrets

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models.errors import Refused
from audits.models.teams import Team
from audits.models.text import clean
from audits.models.users import User

PREFIX = "cs_"
# Of random bytes: nobody guesses them, so a plain SHA-256 keeps them as safe as a slow hash would.
KEY_BYTES = 32
HINT_LENGTH = 8
# Of one team, not counting revoked ones.
MOST = 50
# `last_used_at` tells days apart; a write a minute is enough for that.
USE_TOLD_SECONDS = 60


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> "ApiTokenQuerySet":
        return self.filter(revoked_at=None)

    @transaction.atomic
    def issue(self, team: Team, name: str, *, by: User) -> tuple["ApiToken", str]:
        """The token, and its key, which nobody can ever show again."""
        team = team.locked()
        name = clean(ApiToken, "name", name)
        if not name:
            raise Refused("Name the token after what uses it.", field="name")
        if self.live().filter(team=team).count() >= MOST:
            raise Refused(
                f"A team has at most {MOST} tokens. Revoke one that nothing uses.", field="name"
            )
        key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
        token = self.create(
            team=team, name=name, hint=key[:HINT_LENGTH], key_sha256=_digest(key), created_by=by
        )
        team.log("token.issued", by=by, name=name, hint=token.hint)
        return token, key

    def authenticate(self, key: str) -> "ApiToken | None":
        """The token of a key that somebody sends; None for a wrong or a revoked one.

        It is looked up by its hash, so how long that takes says nothing about the key.
        """
        token = self.live().filter(key_sha256=_digest(key)).select_related("team").first()
        if token:
            token.tell_use()
        return token


class ApiToken(models.Model):
    """Lets a machine act for a team. Only the SHA-256 of the key is kept; `hint` is how the key
    begins, so that people can tell one from another."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    hint = models.CharField(max_length=12)
    key_sha256 = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def tell_use(self) -> None:
        """Note that it was used now, at most once a minute."""
        now = timezone.now()
        if self.last_used_at and (now - self.last_used_at).total_seconds() < USE_TOLD_SECONDS:
            return
        self.last_used_at = now
        self.save(update_fields=["last_used_at"])

    @transaction.atomic
    def revoke(self, *, by: User) -> None:
        """It opens nothing from now on; what it registered stays."""
        team = self.team.locked()
        revoked = ApiToken.objects.live().filter(pk=self.pk).update(revoked_at=timezone.now())
        if revoked:
            team.log("token.revoked", by=by, name=self.name, hint=self.hint)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
