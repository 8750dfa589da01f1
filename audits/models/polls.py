"""A quick poll in a review, with names."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import models, transaction
from django.utils import timezone

from audits.models.agenda import AgendaPoint
from audits.models.errors import Refused, RuleBroken
from audits.models.participants import Participant
from audits.models.text import clean, clean_text

FEWEST, MOST = 2, 6
CHOICE_CHARACTERS = 80
MOST_A_POINT = 20

PRESETS = {
    "unsure": ("Yes", "No", "Unsure"),
    "go": ("Go", "No-go"),
}


class PollOpen(RuleBroken):
    def __init__(self) -> None:
        super().__init__("A poll is open on this point. Close it before you open another.")


class PollClosed(RuleBroken):
    def __init__(self) -> None:
        super().__init__("This poll is closed, so votes in it stay as they are.")


class PollQuerySet(models.QuerySet["Poll"]):
    def open(self) -> "PollQuerySet":
        return self.filter(closed_at=None)

    @transaction.atomic
    def ask(
        self, point: AgendaPoint, question: str, choices: Sequence[str], *, by: Participant
    ) -> "Poll":
        """Open a poll on the point: one at a time."""
        review = point.review.running()
        point = review.on_agenda(point)
        question = clean(self.model, "question", question)
        if not question:
            raise Refused("Say what is asked.", field="question")
        asked = _choices(choices)
        polls = Poll.objects.filter(point=point)
        if polls.open().exists():
            raise PollOpen
        if polls.count() >= MOST_A_POINT:
            raise Refused(f"This point had {MOST_A_POINT} polls, which is the most.")
        poll = self.create(
            point=point,
            question=question,
            choices=asked,
            asked_by=by,
            opened_at=timezone.now(),
        )
        review.touch()
        return poll


def _choices(choices: Sequence[str]) -> list[str]:
    cleaned = [
        clean_text(each, CHOICE_CHARACTERS, field="choices", one_line=True) for each in choices
    ]
    said = [each for each in cleaned if each]
    if not FEWEST <= len(said) <= MOST:
        raise Refused(
            f"A poll has {FEWEST} to {MOST} choices, one a line; these are {len(said)}.", "choices"
        )
    if len({each.casefold() for each in said}) < len(said):
        raise Refused("Two of the choices are the same.", field="choices")
    return said


class Poll(models.Model):
    point = models.ForeignKey(AgendaPoint, on_delete=models.CASCADE, related_name="polls")
    question = models.CharField(max_length=300)
    # Two to six texts.
    choices = models.JSONField()
    asked_by = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = PollQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["point"],
                condition=models.Q(closed_at=None),
                name="one_open_poll_a_point",
            )
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def results(self) -> list[tuple[str, list["Vote"]]]:
        """Each choice with its votes, in the order in which they were cast."""
        by_choice: dict[int, list[Vote]] = defaultdict(list)
        for vote in self.votes.all():
            by_choice[vote.choice].append(vote)
        return [(choice, by_choice[at]) for at, choice in enumerate(self.choices)]

    @transaction.atomic
    def vote(self, choice: int, *, by: Participant) -> "Vote":
        """Choose, or choose otherwise, as long as it is open."""
        poll = self._locked()
        if not 0 <= choice < len(poll.choices):
            raise Refused("This is none of the poll's choices.", field="choice")
        vote = poll.votes.filter(participant=by).first()
        if vote and vote.choice == choice:
            return vote
        vote = vote or Vote(poll=poll, participant=by)
        vote.choice, vote.at = choice, timezone.now()
        vote.save()
        poll.point.review.touch()
        return vote

    @transaction.atomic
    def close(self) -> "Poll":
        poll = self._locked()
        poll.closed_at = timezone.now()
        poll.save(update_fields=["closed_at"])
        poll.point.review.touch()
        return poll

    def _locked(self) -> "Poll":
        """The open poll, under the lock of its review, which must be under way. Inside a
        transaction only."""
        review = self.point.review.running()
        poll = Poll.objects.select_related("point").get(pk=self.pk)
        poll.point.review = review
        if not poll.is_open:
            raise PollClosed
        return poll


class Vote(models.Model):
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="votes")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    # An index into the poll's choices.
    choice = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "participant"], name="one_vote_a_participant")
        ]

    def __str__(self) -> str:
        return f"{self.participant}: {self.choice}"
