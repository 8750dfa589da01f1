import pytest

from audits.models import Comment
from audits.models.errors import Refused

pytestmark = pytest.mark.usefixtures("chains_hold")


def test_comment_is_kept_with_its_author(answer, ed):
    Comment.objects.add(answer, " Why **50**?\r\nTier 2 allows more. ", by=ed)

    comment = answer.comments.get()
    assert (comment.author, comment.text) == (ed, "Why **50**?\nTier 2 allows more.")


def test_comment_is_an_event_that_holds_the_text(audit, answer, ed):
    Comment.objects.add(answer, "Why 50?", by=ed)

    event = audit.events.last()
    assert (event.verb, event.answer, event.detail["text"]) == ("comment.added", answer, "Why 50?")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \n", "Write something first"),
        ("x" * 20_001, "20,001 characters long; 20,000 is the most"),
        ("first\nsecond \0", r"Line 2 holds a character that cannot be stored \(U\+0000\)"),
        ("\udc80", r"\(U\+DC80\)"),
    ],
)
def test_comment_that_cannot_be_kept_is_refused_in_words(answer, ed, text, why):
    with pytest.raises(Refused, match=why) as refusal:
        Comment.objects.add(answer, text, by=ed)

    assert refusal.value.field == "text"
    assert not Comment.objects.exists()


def test_comment_may_be_as_long_as_the_column(answer, ed):
    Comment.objects.add(answer, "🦊" * 20_000, by=ed)

    assert len(answer.comments.get().text) == 20_000
