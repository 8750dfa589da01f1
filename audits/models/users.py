from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.utils import timezone

from audits.models import rings
from audits.models.errors import Refused


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Without a password the account waits for its owner to set one by e-mail."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address. Never deleted: what they did keeps their name."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def is_at(self, email: str) -> bool:
        """Whether mail to that address is for this account: it was made with it, or proved it.

        By the very letters: to a database's upper case, ı and i are the same.
        """
        proven = EmailAddress.objects.filter(user=self, email=email, verified=True)
        return self.email == email or proven.exists()

    def prove(self, email: str) -> None:
        """Something that only the owner of that address can have was shown. Nothing changes
        where another account has proven it before."""
        if EmailAddress.objects.filter(user=self, verified=True).exists():
            return
        address, _ = EmailAddress.objects.get_or_create(user=self, email=email)
        if address.set_verified():
            address.set_as_primary()

    @transaction.atomic
    def close(self) -> None:
        """Leave every team and sign in no more; the name stays on what was done, and no passkey.

        Refused where a team would be left without an owner.
        """
        if ownerless := list(self.teams.owned_alone_by(self)):
            names = ", ".join(team.name for team in ownerless)
            raise Refused(f"You are the only owner of {names}. Make somebody else an owner first.")
        for membership in self.memberships.select_related("team", "user").order_by("team_id"):
            membership.end(by=self)
        Authenticator.objects.filter(user=self).delete()
        self.is_active = False
        self.save(update_fields=["is_active"])
        rings.rights()

    @property
    def initials(self) -> str:
        words = str(self).replace("@", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
