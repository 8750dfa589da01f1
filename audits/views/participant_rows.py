"""Who takes part in a review, as its pages list them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from audits.models import Participant, Review
from audits.models.lifecycle import ReviewState
from audits.models.review_mail import link_of


@dataclass(frozen=True)
class Row:
    """`mail` says in words what became of the mail, in that tone; `link` is there where somebody
    has to hand it over."""

    participant: Participant
    tone: str
    mail: str
    link: str = ""


def people_of(review: Review) -> Sequence[Participant]:
    """In one query, those who were withdrawn among them."""
    return list(review.participants.select_related("user", "invited_by"))


def context(review: Review, people: Iterable[Participant], *, may_edit: bool) -> dict[str, Any]:
    """For templates/reviews/participants.html."""
    standing = [each for each in people if each.withdrawn_at is None]
    for each in standing:
        each.review = review
    return {
        "participant_rows": [_row(each, with_links=may_edit) for each in standing],
        "mail_is_sent": settings.MAIL_IS_SENT,
        "may_invite": may_edit and (review.is_planned or review.is_running),
    }


def _row(each: Participant, *, with_links: bool) -> Row:
    tone, mail = _mail(each)
    by_hand = not settings.MAIL_IS_SENT or tone == "fail" or _is_untold(each)
    shown = with_links and each.is_guest and by_hand and not each.has_expired
    return Row(each, tone, mail, link_of(each) if shown else "")


def _is_untold(each: Participant) -> bool:
    """Whether a guest has another link than their last mail says, and the meeting is over: no
    mail of it leaves any more."""
    has_ended = each.review.state == ReviewState.ENDED
    return each.is_guest and has_ended and each.mailed_link != each.link_number


def _mail(each: Participant) -> tuple[str, str]:
    if each.invited_by_id is None:
        return "", "came without an invitation"
    if not settings.MAIL_IS_SENT or _is_untold(each):
        if each.is_guest:
            return "", "link to hand over"
        return "", "invited" if each.review.state == ReviewState.ENDED else "no mail: tell them"
    if each.mail_next_at is None:
        return "fail", f"Not sent. {each.mail_says}"
    if each.mail_says:
        return "warn", f"Not sent yet. {each.mail_says} It is tried again."
    if each.is_told:
        return "", f"mailed {each.mailed_at:%-d %b %Y, %H:%M} UTC"
    return "", "mail on its way"
