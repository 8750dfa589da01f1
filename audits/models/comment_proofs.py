"""Do the comments of an audit stand as its events tell?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from audits.models.audits import Audit
from audits.models.comments import Comment
from audits.models.disorder import Finding, OutOfOrder
from audits.models.events import Event
from audits.reports.canonical import canonical_json, digest

AT_ONCE = 200


@dataclass(slots=True)
class ToldComment:
    """`number` is that of the event that made it, `last` that of the last that tells of it, and
    `said` a digest of what does not change."""

    number: int
    last: int
    said: str
    is_withdrawn: bool = False


class ToldComments:
    """Takes the events in order."""

    def __init__(self) -> None:
        self.known: dict[int, ToldComment] = {}
        # From before events named their comments: what was said, and how often.
        self.unnamed: Counter[str] = Counter()

    def take(self, event: Event) -> None:
        if event.verb == "comment.added":
            said = _said(event.answer_id, event.actor_id, event.detail["text"])
            if "comment" in event.detail:
                told = ToldComment(event.number, event.number, said)
                self.known[event.detail["comment"]] = told
            else:
                self.unnamed[said] += 1
        elif event.verb in ("comment.withdrawn", "comment.restored"):
            self._turned(event)

    def _turned(self, event: Event) -> None:
        told, withdrew = self.known.get(event.detail["comment"]), event.verb == "comment.withdrawn"
        if told is None or told.is_withdrawn == withdrew:
            raise OutOfOrder("it takes back, or brings back, a comment that did not stand so")
        told.is_withdrawn, told.last = withdrew, event.number


def findings(audit: Audit, comments: ToldComments) -> Iterator[Finding]:
    """The number of the event that tells otherwise, the last where none tells, and what is wrong:
    in one query, some rows at a time."""
    missing, unnamed = set(comments.known), comments.unnamed.copy()
    rows = Comment.objects.filter(answer__audit=audit).order_by("pk")
    for row in rows.iterator(chunk_size=AT_ONCE):
        missing.discard(row.pk)
        said = _said(row.answer_id, row.author_id, row.text)
        if told := comments.known.get(row.pk):
            if told.said != said:
                yield told.number, "a comment says something else than what was written"
            if (row.withdrawn_at is not None) != told.is_withdrawn:
                yield told.last, "a comment was taken back, or brought back, without an event"
        elif unnamed[said]:
            unnamed[said] -= 1
        else:
            yield audit.events_count, "no event tells of a comment"
    for pk in missing:
        yield comments.known[pk].number, "the comment that it tells of is missing"
    if unnamed.total():
        yield audit.events_count, "a comment that an event tells of is missing"


def _said(answer: int | None, author: int | None, text: str) -> str:
    return digest(canonical_json({"answer": answer, "author": author, "text": text}))
