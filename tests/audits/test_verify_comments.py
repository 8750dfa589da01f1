"""Comments and conditions that were rewritten, and what the command makes of them."""

import pytest
from django.utils import timezone

from audits.models import Audit, Comment, Condition
from audits.models.loading import load, look
from audits.models.moves import move
from audits.models.undo import undo
from tests.audits.edits import last
from tests.audits.helpers import build_edition
from tests.audits.tampering import event, rewrite, tamper, told, untie, verify
from tests.audits.test_loading import text_of
from tests.audits.test_verify_answers import an_owner, holds


@pytest.fixture
def talked_about(audit, answer, ed) -> Audit:
    """Two comments (2, 3); the second was withdrawn (4)."""
    for text in ("Seen.", "Said in anger."):
        Comment.objects.add(answer, text, by=ed)
    undo(last(audit, "comment.added"), by=ed)
    return Audit.objects.get(pk=audit.pk)


OTHER = "a comment says something else than what was written"
TURNED = "a comment was taken back, or brought back, without an event"
COMMENTS = {
    "text": ("Seen.", lambda audit: {"text": "Not seen."}, 2, OTHER),
    "author": ("Seen.", lambda audit: {"author": an_owner()}, 2, OTHER),
    "answer": ("Seen.", lambda audit: {"answer": audit.answers.get(position=2)}, 2, OTHER),
    "withdrawn": ("Seen.", lambda audit: {"withdrawn_at": timezone.now()}, 2, TURNED),
    "brought back": ("Said in anger.", lambda audit: {"withdrawn_at": None}, 4, TURNED),
}


@pytest.mark.parametrize("what", COMMENTS)
def test_altered_comment_is_found(talked_about, capsys, what):
    text, values, number, finding = COMMENTS[what]
    assert holds(capsys)
    Comment.objects.filter(text=text).update(**values(talked_about))

    assert verify(capsys) == told(talked_about, number, finding)


def test_removed_comment_is_found(talked_about, capsys):
    Comment.objects.filter(text="Said in anger.").delete()

    assert verify(capsys) == told(talked_about, 3, "the comment that it tells of is missing")


def test_inserted_comment_is_found(talked_about, answer, ed, capsys):
    Comment.objects.create(answer=answer, author=ed, text="Seen.")

    assert verify(capsys) == told(talked_about, 4, "no event tells of a comment")


def test_comment_that_was_turned_without_an_event_and_then_with_one_is_found(
    talked_about, ed, capsys
):
    Comment.objects.exclude(withdrawn_at=None).update(withdrawn_at=None)
    comment = Comment.objects.select_related("answer__item").get(text="Said in anger.")
    comment.withdraw(Audit.objects.get(pk=talked_about.pk), by=ed, undoes=3)

    assert verify(capsys) == told(
        talked_about, 5, "it takes back, or brings back, a comment that did not stand so"
    )


def test_comment_that_its_event_does_not_name_is_known_by_what_it_says(audit, answer, ed, capsys):
    Comment.objects.add(answer, "Seen.", by=ed)
    untie()
    detail = event(audit, 2).detail
    del detail["comment"]
    tamper(audit, 2, detail=detail)
    rewrite(audit)
    assert holds(capsys)

    Comment.objects.filter(text="Seen.").delete()

    assert verify(capsys) == told(audit, 2, "a comment that an event tells of is missing")


@pytest.fixture
def settled(project, ed, noor) -> Audit:
    """One of three conditions is met (2), was waived (3) and is met again (4)."""
    asked = {"entry_conditions": ["It runs now"], "exit_criteria": ["All is seen", "All is told"]}
    audit = Audit.objects.start(project, "First launch", [build_edition(**asked)], by=ed)
    condition = audit.conditions.get(text="All is seen")
    condition.settle("met", "In the minutes.", by=ed)
    condition.settle("waived", "Later.", by=noor)
    undo(last(audit, "condition.settled"), by=noor)
    return Audit.objects.get(pk=audit.pk)


def has_another(text: str, what: str) -> str:
    return f"“{text}” has another {what} than the events leave it"


SEEN, RUNS = "All is seen", "It runs now"
CONDITIONS = {
    "state": (SEEN, lambda: {"state": "waived"}, has_another(SEEN, "state")),
    "note": (SEEN, lambda: {"note": "So."}, has_another(SEEN, "note")),
    "version": (SEEN, lambda: {"version": 2}, has_another(SEEN, "version")),
    "person": (
        SEEN,
        lambda: {"changed_by": an_owner()},
        has_another(SEEN, "person who changed it"),
    ),
    "state of what nobody changed": (RUNS, lambda: {"state": "met"}, has_another(RUNS, "state")),
    "text": (
        *(RUNS, lambda: {"text": "It ran"}),
        "the conditions are not those that the editions ask for",
    ),
    "kind": (
        *(RUNS, lambda: {"kind": "exit"}),
        "the conditions are not those that the editions ask for",
    ),
}


@pytest.mark.parametrize("what", CONDITIONS)
def test_altered_condition_is_found(settled, capsys, what):
    text, values, finding = CONDITIONS[what]
    assert holds(capsys)
    Condition.objects.filter(text=text).update(**values())

    assert verify(capsys) == told(settled, 4, finding)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (SEEN, "a condition that it tells of is missing"),
        (RUNS, "the conditions are not those that the editions ask for"),
    ],
)
def test_removed_condition_is_found(settled, capsys, text, finding):
    Condition.objects.filter(text=text).delete()

    assert verify(capsys) == told(settled, 4, finding)


def test_rewritten_condition_that_somebody_changed_since_is_found(settled, ed, capsys):
    Condition.objects.filter(text=SEEN).update(note="Never.")
    settled.conditions.get(text=SEEN).settle("open", by=ed)

    assert verify(capsys) == told(
        settled, 5, f"it changes “{SEEN}”, which did not stand so before it"
    )


def test_conditions_hold_through_a_move_and_back_and_are_watched_after_it(
    settled, ed, noor, capsys
):
    settled.conditions.get(text="All is told").settle("met", by=ed)
    asked = {"exit_criteria": ["All is told", "All is seen by two"]}
    move(settled, build_edition(version="2.0.0", **asked), by=noor)
    assert holds(capsys)
    Condition.objects.filter(text="All is told").update(state="open")
    assert verify(capsys) == told(settled, 6, has_another("All is told", "state"))
    Condition.objects.filter(text="All is told").update(state="met")

    undo(last(settled, "audit.moved"), by=noor)

    assert holds(capsys)
    settled.conditions.get(text=SEEN).settle("open", by=ed)
    assert holds(capsys)


def test_move_that_tells_no_conditions_leaves_them_out(settled, noor, capsys):
    move(settled, build_edition(version="2.0.0", exit_criteria=["All is seen"]), by=noor)
    untie()
    detail = event(settled, 5).detail
    del detail["stand"]
    tamper(settled, 5, detail=detail)
    rewrite(settled)
    Condition.objects.update(note="Another.")

    assert holds(capsys)


def test_loaded_condition_that_was_altered_is_found(settled, ed, capsys):
    text = text_of(settled)
    loaded = load(settled.project, look(settled.project, text, "json", by=ed), by=ed)
    assert holds(capsys)
    loaded.conditions.filter(text=SEEN).update(state="open")

    assert verify(capsys) == told(loaded, 2, has_another(SEEN, "state"))
