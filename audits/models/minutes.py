"""The minutes of a review, as they are frozen when it ends: docs/snapshot-format.md."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Prefetch

from audits.models.actions import Action
from audits.models.agenda import AgendaPoint
from audits.models.attendance import Attendance
from audits.models.audits import Audit
from audits.models.obstacles import Obstacle
from audits.models.participants import Participant
from audits.models.polls import Poll, Vote
from audits.models.reviews import Review
from audits.models.roll_call import Voice, Word
from audits.models.text import UNSTORABLE
from audits.models.told import day, moment, stamp
from audits.models.users import User

FORMAT = "countersign.minutes/1"


def build(
    review: Review,
    audit: Audit,
    voices: Sequence[Voice],
    obstacles: Sequence[Obstacle],
    conditions: Sequence[dict[str, Any]],
    *,
    by: User,
) -> dict[str, Any]:
    """What was said and decided, everybody by the name of now, in a constant number of queries.
    `review` has its outcome and its end already; `conditions` are columns of `GoCondition`."""
    points = list(_points(review))
    actions = list(review.actions.select_related("owner", "created_by").order_by("created_at"))
    numbers: dict[int | None, int] = {
        point.pk: number for number, point in enumerate(points, start=1)
    }
    return {
        "format": FORMAT,
        "review": _about(review, by),
        "audit": {"id": str(audit.pk), "title": audit.title, "revision": audit.revision},
        "project": audit.project.name,
        "team": audit.project.team.name,
        **_people(review),
        "agenda": [_point(point, numbers[point.pk], audit) for point in points],
        "actions": [_action(each, numbers.get(each.point_id)) for each in actions],
        "roll_call": [_voice(voice) for voice in voices],
        "obstacles": [
            {"kind": str(each.kind), "title": each.title, "detail": each.detail}
            for each in obstacles
        ],
        "outcome": review.outcome,
        "statement": review.statement,
        "conditions": [_condition(each) for each in conditions],
        "events": {"count": audit.events_count, "head": audit.events_head},
    }


def _about(review: Review, by: User) -> dict[str, Any]:
    return {
        "id": str(review.pk),
        "number": review.number,
        "title": review.title,
        "planned_for": stamp(review.starts_at),
        "planned_minutes": review.planned_minutes,
        "started_at": moment(review.started_at),
        "ended_at": moment(review.ended_at),
        "facilitator": str(review.facilitator),
        "ended_by": str(by),
        "previous": review.previous.number if review.previous else None,
    }


def _people(review: Review) -> dict[str, list[dict[str, Any]]]:
    """Who was there and when, in the order in which they came; who was invited and was not."""
    present: list[dict[str, Any]] = []
    absent: list[dict[str, Any]] = []
    for each in review.participants.prefetch_related("attendances").select_related("user"):
        told: dict[str, Any] = {"name": _named(each), "guest": each.is_guest}
        stays = [
            {"from": stamp(stay.joined_at), "until": moment(_until(stay, review))}
            for stay in each.attendances.all()
        ]
        if stays:
            present.append(told | {"times": stays})
        elif each.withdrawn_at is None:
            absent.append(told)
    present.sort(key=lambda told: (told["times"][0]["from"], told["name"]))
    return {"present": present, "absent": sorted(absent, key=lambda told: told["name"])}


def _until(stay: Attendance, review: Review) -> dt.datetime | None:
    """Who came in at the very moment of the end, when the others had left, was there for none of
    it."""
    return stay.left_at or (review.ended_at and max(stay.joined_at, review.ended_at))


def _named(participant: Participant) -> str:
    return str(participant.user) if participant.user else participant.name


def _points(review: Review) -> Iterable[AgendaPoint]:
    votes = Vote.objects.select_related("participant__user")
    polls = Poll.objects.select_related("asked_by__user").prefetch_related(
        Prefetch("votes", queryset=votes)
    )
    points = review.points.select_related("answer__item__edition__checklist")
    return points.prefetch_related(Prefetch("polls", queryset=polls))


def _point(point: AgendaPoint, number: int, audit: Audit) -> dict[str, Any]:
    return {
        "number": number,
        "kind": point.kind,
        "title": point.title,
        "reasons": [str(reason) for reason in point.reasons],
        "item": _item(point, audit),
        "seconds": point.seconds,
        "decision": point.decision,
        "reason": point.reason,
        "terms": _terms(point),
        "decided_by": point.decided_by_name,
        "decided_at": moment(point.decided_at),
        "note": UNSTORABLE.sub("\ufffd", point.note),
        "polls": [_poll(poll) for poll in point.polls.all()],
    }


def _terms(point: AgendaPoint) -> dict[str, str | None]:
    """As they were said; of an accepted risk also when its approver confirmed it, if they did."""
    if "approver" not in point.terms:
        return point.terms
    at = None
    if point.answer and str(point.answer.accepted_until) == point.terms["until"]:
        at = moment(point.answer.accepted_at)
    return point.terms | {"confirmed_at": at}


def _item(point: AgendaPoint, audit: Audit) -> dict[str, Any] | None:
    if point.answer is None:
        return None
    point.answer.audit = audit
    item = point.answer.item
    return {
        "checklist": item.edition.checklist.slug,
        "id": item.ref,
        "label": point.answer.label,
        "title": item.title,
    }


def _poll(poll: Poll) -> dict[str, Any]:
    return {
        "question": poll.question,
        "choices": list(poll.choices),
        "asked_by": _named(poll.asked_by),
        "opened_at": stamp(poll.opened_at),
        "closed_at": moment(poll.closed_at),
        "votes": [
            {
                "by": _named(vote.participant),
                "guest": vote.participant.is_guest,
                "choice": vote.choice,
                "at": stamp(vote.at),
            }
            for vote in poll.votes.all()
        ],
    }


def _action(action: Action, number: int | None) -> dict[str, Any]:
    return {
        "id": str(action.pk),
        "title": action.title,
        "owner": str(action.owner),
        "due": day(action.due),
        "state": action.state,
        "point": number,
        "by": str(action.created_by),
    }


def _voice(voice: Voice) -> dict[str, Any]:
    return {"role": voice.role.name, "words": [_word(word) for word in voice.words]}


def _word(word: Word) -> dict[str, Any]:
    return {
        "by": word.by_name,
        "decision": word.decision,
        "statement": word.statement,
        "at": stamp(word.at),
    }


def _condition(told: dict[str, Any]) -> dict[str, Any]:
    """As `go_conditions.told` has one that is stored."""
    return {
        "number": told["number"],
        "text": told["text"],
        "owner": str(told["owner"]),
        "due": day(told["due"]),
        "covers": told["covers_title"],
    }
