from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import IntegrityError, models, transaction
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Without a password the account waits for its owner to set one by e-mail."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def of_address(self, email: str, *, name: str = "") -> "User":
        """The account of that address, or a new one that waits for its owner."""
        if user := self._known(email):
            return user
        try:
            with transaction.atomic():
                return self.create_user(email, name=name)
        except IntegrityError:
            # Somebody else invited the same person at the same moment.
            return self.get(email=email.lower())

    def _known(self, email: str) -> "User | None":
        # By the very letters: to a database's upper case, ı and i are the same.
        user = self.filter(email=email.lower()).first()
        proven = EmailAddress.objects.filter(user=user, verified=True)
        if user and not user.last_login and not proven.exists():
            # Whoever signed up under this address has not shown that it is theirs; its owner
            # sets a password by mail.
            user.set_unusable_password()
            user.save(update_fields=["password"])
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

    @property
    def initials(self) -> str:
        words = str(self).replace("@", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
