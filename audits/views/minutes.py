"""The minutes of a review that has ended: a page, and a file."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from audits import access_reviews
from audits.access_reviews import Visitor
from audits.http import Request, for_guests
from audits.models import Review
from audits.reports.minutes import (
    KINDS,
    POINTS,
    Minutes,
    as_markdown,
    shown_for,
    stay,
    tally,
    terms,
)
from audits.reports.text import day


@for_guests
@require_safe
def review_minutes(request: Request, pk) -> HttpResponse:
    """For the team, and for the guests of the review while their links hold."""
    visitor = access_reviews.visitor(request, pk)
    told = _told(visitor.review)
    context = {
        "review": visitor.review,
        "visitor": visitor,
        "audit": visitor.review.audit,
        "project": visitor.review.audit.project,
        "minutes": told,
        "held": stay({"from": told["review"]["started_at"], "until": told["review"]["ended_at"]}),
        "present": [
            each | {"stays": [stay(times) for times in each["times"]]} for each in told["present"]
        ],
        "agenda": _agenda(told, visitor),
        "conditions": _with_days(told["conditions"]),
        "actions": _with_days(told["actions"]),
    }
    return render(request, "reviews/minutes.html", context)


@for_guests
@require_safe
def minutes_text(request: Request, pk) -> HttpResponse:
    """The same as Markdown."""
    review = access_reviews.visitor(request, pk).review
    told = _told(review)
    text = as_markdown(told, review.minutes_digest)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    name = slugify(told["review"]["title"])[:60] or "review"
    response["Content-Disposition"] = f'attachment; filename="minutes-{name}-{review.number}.md"'
    return response


def _with_days(promised: list[dict]) -> list[dict]:
    return [each | {"due": day(each["due"])} for each in promised]


def _told(review: Review) -> Minutes:
    """What was frozen, and nothing of the rows of today."""
    if review.minutes is None:
        raise Http404
    return json.loads(bytes(review.minutes))


def _agenda(told: Minutes, visitor: Visitor) -> list[dict[str, Any]]:
    """With its words, and for the team the way to each item."""
    answers = {} if visitor.is_guest else _answers(visitor.review)
    return [
        point
        | {
            "kind_name": KINDS[point["kind"]],
            "decision_name": POINTS[point["decision"]],
            "terms_told": terms(point),
            "shown_for": shown_for(point["seconds"]),
            "polls": [poll | {"tally": tally(poll)} for poll in point["polls"]],
            "answer": answers.get(point["number"]),
        }
        for point in told["agenda"]
    ]


def _answers(review: Review) -> dict[int, int | None]:
    """Number of the point -> primary key of the answer that it was about."""
    return dict(enumerate(review.points.values_list("answer", flat=True), start=1))
