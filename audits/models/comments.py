from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.errors import NotAllowed, Refused
from audits.models.text import clean
from audits.models.users import User


class CommentQuerySet(models.QuerySet["Comment"]):
    @transaction.atomic
    def add(self, answer: Answer, text: str, *, by: User) -> "Comment":
        """Say something about an answer, in Markdown. What was said stays."""
        audit = answer.audit.for_change()
        text = clean(Comment, "text", text)
        if not text:
            raise Refused("Write something first.", field="text")
        comment = self.create(answer=answer, author=by, text=text)
        audit.log(
            "comment.added",
            by=by,
            answer=answer,
            **answer.named(),
            comment=comment.pk,
            text=text,
        )
        return comment


class Comment(models.Model):
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments"
    )
    text = models.TextField(max_length=20_000)
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.author}, {self.created_at:%Y-%m-%d %H:%M}"

    def withdraw(self, audit: Audit, *, by: User, undoes: int) -> None:
        """Take back what one said, or say it again after that; what was said stays in the
        history. Under the audit's lock that the caller holds."""
        if self.author_id != by.pk:
            raise NotAllowed(f"Only {self.author} can take back this comment.")
        verb = "comment.withdrawn" if self.withdrawn_at is None else "comment.restored"
        self.withdrawn_at = timezone.now() if self.withdrawn_at is None else None
        self.save(update_fields=["withdrawn_at"])
        answer = self.answer
        answer.audit = audit
        answer.last_event = audit.log(
            verb, by=by, answer=answer, **answer.named(), comment=self.pk, undoes=undoes
        )
