"""Answers that were rewritten in the database, and what the command makes of them."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from audits.models import Answer, Audit, User, obstacles
from audits.models.loading import load, look
from audits.models.moves import move
from audits.models.undo import undo
from tests.audits.edits import last
from tests.audits.helpers import build_edition
from tests.audits.tampering import event, rewrite, tamper, told, untie, verify
from tests.audits.test_loading import full, text_of  # noqa: F401
from tests.audits.test_undo import fresh

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def holds(capsys) -> bool:
    call_command("verify_events")
    return "every chain holds" in capsys.readouterr().out


def alter(answer: Answer, **values) -> None:
    Answer.objects.filter(pk=answer.pk).update(**values)


@pytest.fixture
def worked_on(audit, answer, ed, noor, tomorrow) -> Audit:
    """Item 1 was rated (2), planned (3), and its risk accepted (4, 5); item 2 is done (6)."""
    answer.rate("major", "Few are hurt.", by=noor)
    answer.plan(by=noor, owner=ed, due=tomorrow)
    answer.record("risk_accepted", by=ed, reason="Rare.", approver=noor, until=tomorrow)
    answer.confirm_acceptance(by=noor)
    audit.answers.get(position=2).record("done", by=ed)
    return Audit.objects.get(pk=audit.pk)


def an_owner() -> User:
    return User.objects.get(email__startswith="alice")


# What is written into the row of item 1, after which event that is found, and as what.
ALTERED = {
    "state": (lambda: {"state": "done"}, 4, "has another state than the events leave it"),
    "reason": (lambda: {"reason": "So."}, 4, "has another reason than the events leave it"),
    "approver": (
        lambda: {"approver": an_owner()},
        4,
        "has another approver than the events leave it",
    ),
    "confirmed": (
        *(lambda: {"accepted_at": LONG_AGO}, 5),
        "has another time of acceptance than the events leave it",
    ),
    "until": (
        *(lambda: {"accepted_until": dt.date(2099, 1, 1)}, 4),
        "has another last day of acceptance than the events leave it",
    ),
    "owner": (lambda: {"owner": an_owner()}, 3, "has another owner than the events leave it"),
    "due": (lambda: {"due": None}, 3, "has another due date than the events leave it"),
    "severity": (
        lambda: {"severity": "minor"},
        2,
        "has another severity than the events leave it",
    ),
    "its reason": (
        *(lambda: {"severity_reason": "So."}, 2),
        "has another reason of its severity than the events leave it",
    ),
    "version": (lambda: {"version": 9}, 5, "is at version 9, unlike the events tell"),
    "changed by": (
        *(lambda: {"changed_by": an_owner()}, 5),
        "was changed last by somebody else than the events tell",
    ),
}


def test_what_was_worked_on_holds(worked_on, capsys):
    assert holds(capsys)


@pytest.mark.parametrize("what", ALTERED)
def test_altered_answer_is_found(worked_on, answer, capsys, what):
    values, number, finding = ALTERED[what]
    alter(answer, **values())

    assert verify(capsys) == told(worked_on, number, f"“Item 1” {finding}")


@pytest.mark.parametrize(
    ("values", "finding"),
    [
        ({"state": "done"}, "has another state than the events leave it"),
        ({"due": dt.date(2099, 1, 1)}, "has another due date than the events leave it"),
        ({"severity": "minor"}, "has another severity than the events leave it"),
        ({"version": 2}, "is at version 2, unlike the events tell"),
    ],
)
def test_altered_answer_of_which_no_event_tells_is_found(worked_on, capsys, values, finding):
    alter(worked_on.answers.get(position=4), **values)

    assert verify(capsys) == told(worked_on, 6, f"“Item 4” {finding}")


def test_altered_answer_stands_in_the_way_of_a_go(settled_audit, answer):
    assert list(obstacles.of(settled_audit)) == []
    alter(answer, reason="So.")

    (found,) = obstacles.of(settled_audit)
    assert (found.kind, found.detail) == (
        "chain",
        "“Item 1” has another reason than the events leave it.",
    )


def test_answer_that_was_put_aside_is_found(worked_on, answer, capsys):
    alter(answer, retired_at=LONG_AGO)

    assert verify(capsys) == told(
        worked_on, 6, "“Item 1” was put aside, though an edition asks it"
    )


def test_answer_that_counts_though_it_was_put_aside_is_found(audit, noor, capsys):
    move(audit, build_edition(version="2.0.0", without=[4]), by=noor)
    assert holds(capsys)
    alter(audit.answers.get(item__ref="item-4"), retired_at=None)

    assert verify(capsys) == told(audit, 2, "“Item 4” counts, though no edition asks it")


def test_removed_answer_is_found(worked_on, capsys):
    worked_on.answers.filter(position=4).delete()

    assert verify(capsys) == told(worked_on, 6, "an item of the editions has no answer")


def test_answer_that_was_moved_elsewhere_is_found(worked_on, answer, alice, capsys):
    other = Audit.objects.start(worked_on.project, "Other", [build_edition("other")], by=alice)
    alter(answer, audit=other)

    assert verify(capsys, worked_on.pk) == told(worked_on, 5, "an answer is missing")
    assert "“Item 1” counts, though no edition asks it" in verify(capsys, other.pk)


def test_rewritten_answer_that_somebody_changed_since_is_found(worked_on, answer, ed, capsys):
    alter(answer, owner=an_owner(), reason="Never.")
    answer.record("done", by=ed)

    assert verify(capsys) == told(
        worked_on, 7, "it changes another reason of “Item 1” than was left before it"
    )


def test_rewritten_version_that_somebody_changed_since_is_found(worked_on, answer, ed, capsys):
    alter(answer, version=9)
    answer.record("done", by=ed)

    assert verify(capsys) == told(worked_on, 7, "it makes version 10 of “Item 1”, which was at 5")


def test_answer_that_is_of_another_item_is_found(worked_on, answer, capsys):
    alter(answer, item=build_edition("more", items=2).items.get(ref="item-2"), severity="major")

    assert verify(capsys).endswith("“Item 2” is another item than the events tell of")


def test_what_older_events_do_not_tell_is_not_asked(worked_on, answer, ed, capsys):
    answer.plan(by=ed, owner=None, due=None)
    untie()
    for number in range(2, 8):
        detail = event(worked_on, number).detail
        older = ("now",) if number % 2 else ("now", "was", "version")
        tamper(worked_on, number, detail={k: v for k, v in detail.items() if k not in older})
    rewrite(worked_on)
    assert holds(capsys)

    alter(answer, version=7)

    assert verify(capsys) == told(worked_on, 7, "“Item 1” is at version 7, unlike the events tell")


def test_severities_hold_through_moves_and_back(audit, ed, noor, capsys):
    audit.answers.get(position=3).rate("blocker", "It would stop us.", by=ed)
    audit.answers.get(position=1).rate("minor", "Few.", by=noor)
    changed = {"item_3": {"severity": "blocker"}, "item_2": {"severity": "minor"}}
    move(audit, build_edition(version="2.0.0", without=[4], **changed), by=noor)
    for _ in range(3):
        assert holds(capsys)
        undo(last(audit, "audit.moved"), by=noor)

    assert holds(capsys)
    alter(audit.answers.get(position=3), severity="minor", severity_reason="")

    assert verify(capsys) == told(
        *(audit, last(audit, "audit.moved").number),
        "“Item 3” has another severity than the events leave it",
    )


def test_reason_of_a_severity_may_change_alone(audit, answer, noor, capsys):
    answer.rate("minor", "Few are hurt.", by=noor)
    fresh(answer).rate("minor", "Nobody is hurt.", by=noor)
    move(audit, build_edition(version="2.0.0", item_1={"severity": "minor"}), by=noor)
    undo(last(audit, "answer.rated"), by=noor)
    assert holds(capsys)

    move(audit, build_edition(version="3.0.0", item_1={"severity": "blocker"}), by=noor)

    assert fresh(answer).severity == "minor"
    assert holds(capsys)


def test_reason_of_a_severity_may_go_alone(audit, answer, noor, capsys):
    answer.rate("minor", "Nobody is hurt.", by=noor)
    fresh(answer).rate("major", "Few are hurt.", by=noor)
    move(audit, build_edition(version="2.0.0", item_1={"severity": "minor"}), by=noor)
    undo(last(audit, "answer.rated"), by=noor)
    fresh(answer).rate("minor", "", by=noor)
    assert holds(capsys)

    move(audit, build_edition(version="3.0.0", item_1={"severity": "major"}), by=noor)

    assert fresh(answer).severity == "major"
    assert holds(capsys)


def test_rating_that_is_undone_under_another_edition_gives_that_ones_severity(
    audit, answer, noor, capsys
):
    answer.rate("minor", "Few.", by=noor)
    move(audit, build_edition(version="2.0.0", item_1={"severity": "major"}), by=noor)

    undo(last(audit, "answer.rated"), by=noor)

    assert Answer.objects.get(pk=answer.pk).severity == "major"
    assert holds(capsys)


@pytest.fixture
def loaded(full, alice) -> Audit:  # noqa: F811
    audit = load(full.project, look(full.project, text_of(full), "json", by=alice), by=alice)
    Audit.objects.exclude(pk=audit.pk).update(title="The other")
    return Audit.objects.get(pk=audit.pk)


def test_loaded_audit_that_was_worked_on_holds(loaded, ed, noor, capsys):
    for answer in loaded.answers.filter(position__in=(1, 2, 4)):
        answer.record("not_applicable", by=ed, reason="No.")
    loaded.answers.get(position=4).rate("major", "Some.", by=noor)
    severities = {"item_1": {"severity": "major"}, "item_2": {"severity": "minor"}}
    move(loaded, build_edition(version="2.0.0", without=[5], **severities), by=noor)

    assert holds(capsys)


@pytest.mark.parametrize("position", [1, 2, 5])
@pytest.mark.parametrize(
    "values", [{"state": "not_applicable"}, {"due": timezone.localdate()}, {"reason": "So."}]
)
def test_loaded_answer_that_was_altered_is_found(loaded, capsys, position, values):
    alter(loaded.answers.get(position=position), **values)

    assert verify(capsys).endswith("event 2: the answers began otherwise than they were loaded")
