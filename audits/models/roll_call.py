"""The roll call at the end of a review: each role that is asked speaks for itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models import policies, quorum
from audits.models.audits import Audit
from audits.models.authors import main_author
from audits.models.errors import NotAllowed, Refused
from audits.models.quorum import Role, Rules
from audits.models.reviews import Review
from audits.models.signoffs import SignOff
from audits.models.text import clean
from audits.models.users import User

NOT_NAMED = "The sign-off policy does not name you for a role of this roll call."


class WordQuerySet(models.QuerySet["Word"]):
    @transaction.atomic
    def say(
        self, review: Review, *, by: User, role: str, decision: str, statement: str = ""
    ) -> "Word":
        """Speak in the role, or say something else than before; until the review ends."""
        review = review.running()
        _refuse_role(review, by, role)
        statement = clean(self.model, "statement", statement)
        _refuse_decision(review.audit, decision, statement)
        said = {
            "by_name": str(by),
            "decision": decision,
            "statement": statement,
            "at": timezone.now(),
        }
        word, _ = self.update_or_create(review=review, role=role, by=by, defaults=said)
        review.touch()
        return word

    @transaction.atomic
    def take_back(self, review: Review, *, by: User, role: str) -> None:
        """As if nothing had been said in the role; nothing to take back is no fault."""
        review = review.running()
        taken, _ = self.filter(review=review, role=role, by=by).delete()
        if taken:
            review.touch()


class Word(models.Model):
    """What a person said in a role."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="words")
    role = models.CharField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=254)
    decision = models.CharField(max_length=14, choices=SignOff.Decision)
    statement = models.TextField(blank=True, max_length=4000)
    at = models.DateTimeField()

    objects = WordQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "role", "by"], name="one_word_a_person_in_a_role"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.get_decision_display()}"


@dataclass(frozen=True)
class Voice:
    """A role that is asked: what was said in it, and who may speak in it or spoke already."""

    role: Role
    words: Sequence[Word]
    people: Sequence[User]

    @property
    def is_missing(self) -> bool:
        return not self.words

    def word_of(self, user: User) -> Word | None:
        return next((word for word in self.words if word.by_id == user.pk), None)


def asked(review: Review, rules: Rules) -> list[Role]:
    """The roles of the roll call: those that the review names, or else those of the policy. In
    one that the policy does not know any more speaks whoever may approve."""
    if not review.roles:
        return list(rules.roles)
    return [rules.role(name) or Role(name) for name in review.roles]


def voices(review: Review, rules: Rules | None = None) -> list[Voice]:
    """The roll call as it stands, in a constant number of queries."""
    audit = review.audit
    rules = rules or policies.in_force(audit)
    said, able = list(review.words.all()), policies.approvers(audit.project.team)
    barred = _barred(audit, rules)
    return [_voice(role, rules, said, able, barred) for role in asked(review, rules)]


def _voice(
    role: Role, rules: Rules, said: Iterable[Word], able: Mapping[int, User], barred: set[int]
) -> Voice:
    elsewhere = {word.by_id for word in said if word.role != role.name and rules.four_eyes}
    who = quorum.able(role, able) - barred - elsewhere
    # Whoever lost the right to speak has not spoken: the roll call is of now.
    words = [word for word in said if word.role == role.name and word.by_id in who]
    return Voice(role, words, [user for pk, user in able.items() if pk in who])


def _barred(audit: Audit, rules: Rules) -> set[int]:
    """With four eyes, whoever gave most of the answers is not the only one to say go."""
    author = main_author(audit) if rules.four_eyes and rules.seats == 1 else None
    return set() if author is None else {author}


def _refuse_role(review: Review, by: User, role: str) -> None:
    """Each speaks for themselves, in a role in which they may sign."""
    rules = policies.in_force(review.audit)
    mine = [voice.role.name for voice in voices(review, rules) if by in voice.people]
    if role in mine:
        return
    if rules.four_eyes and review.words.filter(by=by).exclude(role=role).exists():
        raise Refused(
            "You spoke in another role already, and the policy asks for four eyes. Take that "
            "word back first.",
            field="role",
        )
    if not mine:
        raise NotAllowed(NOT_NAMED)
    raise Refused("Choose a role in which you may speak.", field="role")


def _refuse_decision(audit: Audit, decision: str, statement: str) -> None:
    if decision not in SignOff.Decision.values:
        raise Refused("Say go, conditional go or no-go.", field="decision")
    if decision == SignOff.Decision.NO_GO and not statement:
        raise Refused("Say why it is a no-go; the minutes keep it.", field="statement")
    if decision == SignOff.Decision.CONDITIONAL_GO and not policies.in_force(audit).conditional:
        raise Refused("The sign-off policy allows no conditional go.", field="decision")
