"""Mail to those who take part in a review: invitations, changes, cancellations, each with its
calendar file. What is due, the rows say; a lost task is rung for again by the tick."""

import datetime as dt
import logging
import uuid

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from audits.alerts import pace
from audits.alerts.base import Outcome, Result
from audits.models import calendars, mail_bell, posting
from audits.models.deliveries import CHANCE, LONGEST
from audits.models.lifecycle import ReviewState
from audits.models.participants import AHEAD, DAYS, Participant, ParticipantQuerySet
from audits.models.review_rows import FORGOTTEN
from audits.models.reviews import Review
from audits.models.teams import Membership

logger = logging.getLogger(__name__)

# Longer than the task may live. A worker that died with it leaves a mail that may be sent twice,
# which a calendar takes for one.
LEASE = dt.timedelta(seconds=120)
# About an hour of trying: by then somebody has read on the page why.
ATTEMPTS = 9
# Who plans changes their mind more than once: those invited hear of it when it is settled.
QUIET = dt.timedelta(seconds=60)


def due() -> ParticipantQuerySet:
    """Who has to be told something that their last mail did not say, the longest waiting first."""
    now = timezone.now()
    if not settings.MAIL_IS_SENT:
        return Participant.objects.none()
    return (
        _told_otherwise(now)
        .exclude(email="")
        .filter(Q(user=None) | models.Exists(_still_a_member()), mail_next_at__lte=now)
        .order_by("mail_next_at")
    )


def _told_otherwise(now: dt.datetime) -> ParticipantQuerySet:
    newer = (
        Q(mailed_sequence=None)
        | Q(mailed_link=None)
        | ~Q(mailed_link=F("link_number"))
        | Q(mailed_sequence__lt=F("review__calendar_sequence"))
    )
    is_ahead = Q(review__state__in=AHEAD)
    to_invite = is_ahead & Q(invited_by__isnull=False, withdrawn_at=None) & newer
    to_call_off = ~is_ahead | Q(withdrawn_at__isnull=False)
    # By its index: few reviews of all that there were are not over yet.
    at_hand = Participant.objects.filter(
        review__state__in=(*AHEAD, ReviewState.CANCELLED), review__starts_at__gt=now - FORGOTTEN
    )
    return at_hand.filter(to_invite | to_call_off & Q(mailed_sequence__isnull=False))


def _still_a_member() -> models.QuerySet[Membership]:
    return Membership.objects.filter(
        team=models.OuterRef("review__audit__project__team"),
        user=models.OuterRef("user"),
        user__is_active=True,
    )


def follow(review: Review) -> None:
    """The review was changed or cancelled, in the caller's transaction: those invited are told,
    of a change after a minute without another; and links of guests that would end before the
    minutes are there last longer."""
    is_off = review.state == ReviewState.CANCELLED
    rows = review.participants.standing()
    at = timezone.now() + (dt.timedelta() if is_off else QUIET)
    rows.update(mail_next_at=at, mail_tries=0, mail_says="")
    lasts = review.ends_at + dt.timedelta(days=DAYS[0])
    rows.guests().filter(expires_at__lt=lasts).update(expires_at=lasts)
    if is_off:
        pks = list(rows.values_list("pk", flat=True))
        transaction.on_commit(lambda: all(map(mail_bell.ring, pks)))


def make_up_for_clock(now: dt.datetime) -> int:
    """After the clock was set back: mails that wait for longer than they could have been put off
    are due. How many."""
    untried = Q(mail_tries=0, mail_next_at__gt=now + QUIET)
    too_far = untried | Q(mail_next_at__gt=now + LONGEST)
    return Participant.objects.filter(too_far).update(mail_next_at=now)


def execute(pk) -> None:
    """Send what is due to one; any number of calls at once send it once."""
    row = _claim(pk)
    if row is None:
        return
    is_off = row.review.state == ReviewState.CANCELLED or row.withdrawn_at is not None
    try:
        outcome = posting.post(message(row, is_off=is_off))
    except Exception as error:
        # Not with its text, which nobody has looked through for what is secret.
        logger.error("The mail to participant %s failed: %s", pk, type(error).__name__)
        outcome = Outcome(Result.LATER, "The mail could not be made; the operator's log says why.")
    _store(row, outcome, is_off=is_off)


def _claim(pk) -> Participant | None:
    """The row as it is now, for the one worker that is to send."""
    rows = due().select_related("review__audit__project", "review__facilitator", "user")
    row = rows.filter(pk=pk).first()
    if row is None:
        return None
    mine = Participant.objects.filter(pk=pk, mail_next_at=row.mail_next_at)
    row.mail_tries, row.mail_next_at = row.mail_tries + 1, timezone.now() + LEASE
    taken = mine.update(mail_tries=row.mail_tries, mail_next_at=row.mail_next_at)
    return row if taken else None


def _store(row: Participant, outcome: Outcome, *, is_off: bool) -> None:
    now = timezone.now()
    if outcome.result is Result.SENT:
        # Who was asked anew meanwhile has another link, or is rung for: that stays due.
        Participant.objects.filter(pk=row.pk).update(
            mailed_at=now,
            mailed_sequence=None if is_off else row.review.calendar_sequence,
            mailed_link=None if is_off else row.link_number,
        )
        values = {"mail_next_at": now, "mail_tries": 0, "mail_says": ""}
    else:
        values = {"mail_next_at": _next(row, outcome, now), "mail_says": outcome.says[:300]}
    # As long as nobody rang for it since.
    mine = Participant.objects.filter(pk=row.pk, mail_next_at=row.mail_next_at)
    mine.update(**values)


def _next(row: Participant, outcome: Outcome, now: dt.datetime) -> dt.datetime | None:
    """When to try again: None to give up. What may have arrived is sent again, since calendars
    take two of the same for one."""
    if outcome.result not in (Result.LATER, Result.UNKNOWN) or row.mail_tries >= ATTEMPTS:
        return None
    wait = pace.wait_s(row.mail_tries, outcome.after_s, chance=CHANCE)
    return now + dt.timedelta(seconds=wait)


def link_of(row: Participant) -> str:
    """Where they go: a guest by their own link, a member to the review."""
    path = reverse("guest-link", args=[row.token]) if row.is_guest else _path(row.review)
    return f"{settings.PUBLIC_URL}{path}"


def message(row: Participant, *, is_off: bool) -> EmailMultiAlternatives:
    review, link = row.review, link_of(row)
    context = {
        "row": row,
        "review": review,
        "link": "" if is_off else link,
        "is_off": is_off,
        "is_change": _is_less(row.mailed_sequence, review.calendar_sequence),
        "public_url": settings.PUBLIC_URL,
    }
    method = calendars.CANCEL if is_off else calendars.REQUEST
    # What was called off holds no link that would still let anybody in.
    shown = f"{settings.PUBLIC_URL}{_path(review)}" if is_off else link
    file = calendars.for_mail(row, method=method, link=shown).decode()
    mail = EmailMultiAlternatives(
        " ".join(render_to_string("reviews/mail_subject.txt", context).split()),
        render_to_string("reviews/mail.txt", context),
        to=[row.user.email if row.user else row.email],
        reply_to=[review.facilitator.email],
        headers=posting.headers(str(uuid.uuid4())),
    )
    # Calendars read the one, people without such a calendar open the other.
    mail.attach_alternative(file, f"text/calendar; method={method}")
    mail.attach("review.ics", file.encode(), "application/ics")
    return mail


def _is_less(mailed: int | None, now: int) -> bool:
    return mailed is not None and mailed < now


def _path(review: Review) -> str:
    return reverse("review-detail", args=[review.pk])
