import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from audits.models.errors import NotAllowed, Refused, RuleBroken
from audits.models.teams import Membership, Team, check_role
from audits.models.text import clean
from audits.models.users import User

DAYS = 14
# More at once are a list that nobody has looked through.
MOST_AT_ONCE = 50
PENDING = Q(accepted_at=None, declined_at=None, withdrawn_at=None)


class NotInvited(Refused):
    """Each of `faults` is a sentence about one address; nobody was invited."""

    def __init__(self, faults: list[str]):
        super().__init__(" ".join(faults), field="emails")
        self.faults = faults


class InvitationClosed(RuleBroken):
    """The link leads nowhere any more."""

    status = 410


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> "InvitationQuerySet":
        """Neither answered nor withdrawn; their last day may be over."""
        return self.filter(PENDING)

    @transaction.atomic
    def invite(
        self, team: Team, emails: Sequence[str], role: str, *, by: User, by_mail: bool
    ) -> list["Invitation"]:
        """Invite each address with that role, or none of them; each with its `token`.

        `by_mail` says that nobody but the reader of that address will see the link, so that
        whoever follows it has shown that the address is theirs.
        """
        check_role(role)
        team.locked()
        emails = [email.lower() for email in emails]
        if faults := _faults(team, emails):
            raise NotInvited(faults)
        made = [Invitation(team=team, email=email, role=role, invited_by=by) for email in emails]
        for invitation in made:
            invitation._new_token(by_mail)
        Invitation.objects.bulk_create(made)
        told = [{"email": invitation.email, "role": role} for invitation in made]
        team.log_many("invitation.sent", told, by=by)
        return made


def _faults(team: Team, emails: list[str]) -> list[str]:
    # The page lists both already, so this tells an owner nothing that they do not see.
    members = set(team.members.filter(email__in=emails).values_list("email", flat=True))
    waiting = team.invitations.pending().filter(email__in=emails)
    invited = set(waiting.values_list("email", flat=True))
    faults = [f"{email} is a member of this team already." for email in emails if email in members]
    return faults + [
        f"{email} is invited already: send that invitation again, or withdraw it first."
        for email in emails
        if email in invited
    ]


class Invitation(models.Model):
    """A link by which the person of one address may join. Of its token only the hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=10, choices=Membership.Role)
    key = models.CharField(max_length=64)
    by_mail = models.BooleanField()
    # Null: the mail has not left, or the link was handed over.
    mailed_at = models.DateTimeField(null=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    declined_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    # Known only to who has just made the link.
    token: str

    class Meta:
        ordering = ["-created_at", "email"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "email"], condition=PENDING, name="one_invitation_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} is invited to {self.team} as {self.role}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def fits(self, key: str) -> bool:
        """Whether a link with that key (see `key_of`) is the latest of this invitation."""
        return constant_time_compare(self.key, key)

    def refuse_if_closed(self) -> None:
        if self.accepted_at:
            raise InvitationClosed("This invitation has been accepted; a link works once.")
        if self.declined_at:
            raise InvitationClosed("This invitation was declined. The team can invite you again.")
        if self.withdrawn_at:
            raise InvitationClosed("This invitation was withdrawn by the team.")
        if self.has_expired:
            raise InvitationClosed(
                f"This invitation expired on {self.expires_at:%-d %b %Y}. "
                f"Ask {self.invited_by} to send it again."
            )

    @transaction.atomic
    def renew(self, *, by: User, by_mail: bool) -> "Invitation":
        """A new link for two more weeks, and the end of the old one; with its `token`."""
        invitation = self._pending()
        invitation.invited_by = by
        invitation._new_token(by_mail)
        invitation.save()
        self.team.log("invitation.renewed", by=by, email=self.email, role=self.role)
        return invitation

    @transaction.atomic
    def withdraw(self, *, by: User) -> None:
        invitation = self._pending()
        invitation.withdrawn_at, invitation.withdrawn_by = timezone.now(), by
        invitation.save(update_fields=["withdrawn_at", "withdrawn_by"])
        self.team.log("invitation.withdrawn", by=by, email=self.email, role=self.role)

    @transaction.atomic
    def accept(self, *, by: User, key: str) -> Membership:
        """Join the team. Only for who is at the invited address."""
        invitation = self._open(key)
        if not by.is_at(invitation.email):
            raise NotAllowed(f"This invitation is for {invitation.email}, not for you.")
        invitation.accepted_at, invitation.accepted_by = timezone.now(), by
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        if invitation.by_mail:
            by.prove(invitation.email)
        # Who is a member by another way keeps the role that they have.
        member = self.team.memberships.filter(user=by).first()
        return member or self.team.admit(by, invitation.role)

    @transaction.atomic
    def decline(self, *, by: User | None, key: str) -> None:
        invitation = self._open(key)
        if by and not by.is_at(invitation.email):
            raise NotAllowed(f"This invitation is for {invitation.email}, not for you.")
        invitation.declined_at = timezone.now()
        invitation.save(update_fields=["declined_at"])
        self.team.log("invitation.declined", by=by, actor=self.email, role=self.role)

    @transaction.atomic
    def make_account(self, name: str, password: str, *, key: str) -> User | None:
        """An account under the invited address, proven where the link came by mail.

        None where the address is somebody's already: theirs stays as it is.
        """
        invitation = self._open(key)
        email = invitation.email
        proven = EmailAddress.objects.filter(email=email, verified=True)
        if User.objects.filter(email=email).exists() or proven.exists():
            return None
        try:
            with transaction.atomic():
                user = User.objects.create_user(email, password, name=clean(User, "name", name))
        except IntegrityError:
            # Another link made it in the same moment.
            return None
        EmailAddress.objects.create(
            user=user, email=email, primary=True, verified=invitation.by_mail
        )
        return user

    def _new_token(self, by_mail: bool) -> None:
        self.token = secrets.token_urlsafe(32)
        self.key = key_of(self.token)
        self.by_mail, self.mailed_at = by_mail, None
        self.expires_at = timezone.now() + dt.timedelta(days=DAYS)

    def _pending(self) -> "Invitation":
        """The row under the team's lock, while nobody has answered it."""
        self.team.locked()
        invitation = Invitation.objects.pending().filter(pk=self.pk).first()
        if invitation is None:
            raise RuleBroken(f"The invitation of {self.email} is answered or withdrawn already.")
        return invitation

    def _open(self, key: str) -> "Invitation":
        """The row under the team's lock, for who followed its latest link in time."""
        self.team.locked()
        invitation = Invitation.objects.select_related("invited_by").get(pk=self.pk)
        if not invitation.fits(key):
            raise InvitationClosed("A newer link was sent in place of this one. Use that one.")
        invitation.refuse_if_closed()
        return invitation


def key_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
