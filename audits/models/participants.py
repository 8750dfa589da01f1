"""Who takes part in a review: invited members, and guests who come by a signed link."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.utils import timezone

from audits.models import mail_bell, rings
from audits.models.errors import Refused
from audits.models.lifecycle import AHEAD
from audits.models.reviews import Review
from audits.models.teams import Membership
from audits.models.text import clean
from audits.models.told import stamp
from audits.models.users import User

# Of one review, not counting those who were withdrawn.
MOST = 200
# Whoever gave no name goes by an address, which may be longer.
NAME_MAX = 150
# After the planned end, that a guest's link still works: for the minutes.
DAYS = (1, 7, 30)
# The other columns may be written by a worker at the same time.
RUNG = ("mail_next_at", "mail_tries", "mail_says")
ASKED = (
    *RUNG,
    *("invited_by", "name", "email", "withdrawn_at"),
    *("mailed_link", "link_number", "expires_at"),
)
SIGNED = signing.Signer(salt="audits.guest")


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def guests(self) -> "ParticipantQuerySet":
        return self.filter(user=None)

    def standing(self) -> "ParticipantQuerySet":
        return self.filter(withdrawn_at=None)

    def admitted(self) -> "ParticipantQuerySet":
        """Guests whose link holds; whoever came by it must have come by the latest one, of number
        `link_number`."""
        return self.guests().standing().filter(expires_at__gt=timezone.now())

    def of_token(self, token: str) -> "tuple[Participant, int] | None":
        """Whose link that is, and its number, whether it still holds or not."""
        try:
            key, number = SIGNED.unsign_object(token)
            pk = uuid.UUID(key)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        guests = self.guests().select_related("review__audit__project__team", "invited_by")
        found = guests.filter(pk=pk).first()
        return (found, number) if found else None

    def member(self, review: Review, user: User) -> "Participant":
        """A member as participant, whether they were invited or come by themselves."""
        participant, _ = self.get_or_create(
            review=review, user=user, defaults={"name": str(user)[:NAME_MAX], "email": user.email}
        )
        return participant

    @transaction.atomic
    def invite_members(
        self, review: Review, users: Iterable[User], *, by: User
    ) -> list["Participant"]:
        """Ask members of the team to come. Who is invited already stays so."""
        row = _open(review)
        wanted = {user.pk for user in users}
        members = row.audit.project.team.people(frozenset(Membership.Role)).filter(pk__in=wanted)
        if len(members) < len(wanted):
            raise Refused("Choose people who are members of the team.", field="users")
        here = {each.user_id: each for each in row.participants.filter(user__in=wanted)}
        invited = []
        for user in members:
            participant = here.get(user.pk) or Participant(review=row, user=user)
            if participant.invited_by_id is None or participant.withdrawn_at:
                participant._ask(by, str(user)[:NAME_MAX], user.email)
                invited.append(participant)
        _within_limit(row)
        row.touch()
        return invited

    @transaction.atomic
    def invite_guest(
        self, review: Review, *, name: str, email: str, by: User, days: int = DAYS[0]
    ) -> "Participant":
        """Ask somebody without an account, who may look and speak. Whoever was withdrawn comes
        back to what they said before."""
        row = _open(review)
        name, email = clean(Participant, "name", name), email.strip().lower()
        if not name or not email:
            missing = "email" if name else "name"
            raise Refused("A guest has a name and an e-mail address.", field=missing)
        _refuse_known(row, email)
        former = row.participants.guests().filter(email=email).order_by("-created_at").first()
        guest = former or Participant(review=row)
        guest.review = row
        guest.expires_at = expiry(row, days)
        guest.link_number += 1
        guest._ask(by, name, email)
        _within_limit(row)
        row.touch()
        row.audit.log("guest.invited", by=by, **guest.told())
        return guest


class Participant(models.Model):
    """`user` is null for a guest, who may look and speak, but neither answer nor sign."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="seats"
    )
    name = models.CharField(max_length=NAME_MAX)
    email = models.EmailField("e-mail address", blank=True)
    # Null: came by themselves.
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # When the last mail left; for which `calendar_sequence`, null where their calendar shows
    # nothing; and with which link.
    mailed_at = models.DateTimeField(null=True)
    mailed_sequence = models.PositiveIntegerField(null=True)
    mailed_link = models.PositiveIntegerField(null=True)
    # Not before then; null: given up, for `mail_says`.
    mail_next_at = models.DateTimeField(null=True, default=timezone.now)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_says = models.CharField(max_length=300, blank=True)
    # A guest's link: each new one makes the former void.
    link_number = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="one_participation_a_member"),
            models.UniqueConstraint(
                fields=["review", "email"],
                condition=models.Q(user=None, withdrawn_at=None),
                name="one_guest_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_guest(self) -> bool:
        return self.user_id is None

    @property
    def has_expired(self) -> bool:
        return self.expires_at is None or self.expires_at <= timezone.now()

    @property
    def token(self) -> str:
        """What the guest's link ends with: nothing of it is stored."""
        return SIGNED.sign_object([self.pk.hex, self.link_number])

    def admits(self, link_number: int) -> bool:
        """Whether the guest's link of that number lets anybody in: see `admitted`."""
        return (
            self.is_guest
            and self.withdrawn_at is None
            and not self.has_expired
            and self.link_number == link_number
        )

    @property
    def why_no_entry(self) -> str:
        """What a guest is told whose link was good once."""
        if self.withdrawn_at:
            return "Your invitation to this review was withdrawn."
        if self.has_expired:
            return "Your link to this review has expired. Ask whoever invited you for a new one."
        return "A newer link was sent in place of yours. Open that one."

    @property
    def is_told(self) -> bool:
        """Whether the last mail that left says what holds now."""
        return (
            self.mailed_link == self.link_number
            and self.mailed_sequence == self.review.calendar_sequence
        )

    def told(self) -> dict[str, Any]:
        """What an event says of a guest: no address, which nobody needs in a history for ever."""
        review = {"review": str(self.review_id), "number": self.review.number}
        until = {"until": stamp(self.expires_at)} if self.expires_at else {}
        return review | {"participant": str(self.pk), "guest": self.name} | until

    @transaction.atomic
    def renew(self, *, by: User, days: int = DAYS[0]) -> "Participant":
        """A new link for a guest, and the end of the one before."""
        guest = self._standing()
        if not guest.is_guest:
            raise Refused(f"{guest} is a member and needs no link.")
        guest.expires_at = expiry(guest.review, days)
        guest.link_number += 1
        guest._ask(by, guest.name, guest.email)
        guest.review.touch()
        rings.rights()
        guest.review.audit.log("guest.invited", by=by, **guest.told(), again=True)
        return guest

    @transaction.atomic
    def withdraw(self, *, by: User) -> "Participant":
        """They are expected no more. A guest is out at once; a member stays one."""
        row = self._standing()
        row.withdrawn_at = timezone.now()
        row._ring()
        row.save(update_fields=["withdrawn_at", *RUNG])
        row.review.touch()
        rings.rights()
        if row.is_guest:
            row.review.audit.log("guest.withdrawn", by=by, **row.told())
        return row

    @transaction.atomic
    def mail_again(self) -> "Participant":
        """The same invitation once more, for who has not got it."""
        row = self._standing()
        row.mailed_link = None
        row._ring()
        row.save(update_fields=["mailed_link", *RUNG])
        return row

    def _standing(self) -> "Participant":
        """The row under the locks of audit and review, both as they are now."""
        audit, review = self.review.locked()
        review.audit = audit
        row = review.participants.standing().filter(pk=self.pk).first()
        if row is None:
            raise Refused(f"The invitation of {self} is withdrawn already.")
        row.review = review
        return row

    def _ask(self, by: User, name: str, email: str) -> None:
        self.invited_by, self.name, self.email = by, name, email
        self.withdrawn_at = self.mailed_link = None
        self._ring()
        self.save(update_fields=None if self._state.adding else ASKED)

    def _ring(self) -> None:
        """A mail is due: review_mail.py finds by itself what it has to say."""
        self.mail_next_at, self.mail_tries, self.mail_says = timezone.now(), 0, ""
        transaction.on_commit(lambda: mail_bell.ring(self.pk))


def expiry(review: Review, days: int) -> dt.datetime:
    if days not in DAYS:
        raise Refused(f"A guest's link works for {DAYS[0]} to {DAYS[-1]} days.", field="days")
    return max(review.ends_at, timezone.now()) + dt.timedelta(days=days)


def _open(review: Review) -> Review:
    """The review under its locks; ReviewNotSo when nobody can come any more."""
    audit, row = review.locked()
    row.audit = audit
    row.refuse_unless(*AHEAD)
    return row


def _refuse_known(review: Review, email: str) -> None:
    # The page lists both already, so this tells an editor nothing that they do not see.
    if review.audit.project.team.members.filter(email=email).exists():
        raise Refused(f"{email} is a member of the team: invite them as one.", field="email")
    if review.participants.guests().standing().filter(email=email).exists():
        raise Refused(
            f"{email} is invited already: give them a new link, or withdraw them first.",
            field="email",
        )


def _within_limit(review: Review) -> None:
    if review.participants.standing().count() > MOST:
        raise Refused(f"A review has at most {MOST} participants. Withdraw some first.")
