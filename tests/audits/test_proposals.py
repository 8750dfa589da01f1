import pytest

from audits.models import Audit, Evidence, Tie
from audits.models.errors import Outdated, Refused
from audits.models.proposals import take
from tests.audits.helpers import build_edition, relate


@pytest.fixture
def tie(project, ed) -> Tie:
    """`launch` 2 is narrower than `other` 2, which is done with a note; `other` 3 is equal to
    `launch` 2."""
    editions = [build_edition(), build_edition("other")]
    relate(
        ("launch/item-2", "narrower", "other/item-2"),
        ("launch/item-2", "equal", "other/item-3"),
    )
    audit = Audit.objects.start(project, "Both", editions, by=ed)
    broader = audit.answers.get(position=8)
    broader.record("done", by=ed)
    Evidence.objects.attach_note(broader, "Seen.", by=ed)
    return audit.ties.select_related("first__item", "second").get(kind="narrower")


def now(answer):
    return type(answer).objects.get(pk=answer.pk)


def seen(tie):
    return {
        pk: now(end).version
        for pk, end in ((tie.first_id, tie.first), (tie.second_id, tie.second))
    }


def test_narrower_item_is_answered_as_the_broader_one_with_its_evidence(tie, noor):
    taken = take(tie, tie.first, by=noor, seen=seen(tie))

    assert (taken.state, now(tie.first).changed_by) == ("done", noor)
    pieces = {row.piece for row in Evidence.objects.current()}
    assert len(pieces) == 1
    assert now(tie.first).evidence.count() == 1


def test_those_that_are_answered_together_with_it_follow(tie, noor):
    take(tie, tie.first, by=noor, seen=seen(tie))

    together = tie.audit.answers.get(position=9)
    assert (together.state, together.evidence.count()) == ("done", 1)


def test_accepted_risk_waits_for_its_approver_again(tie, ed, noor, tomorrow):
    tie.second.record("risk_accepted", by=noor, reason="Small.", approver=noor, until=tomorrow)

    taken = take(tie, tie.first, by=ed, seen=seen(tie))

    assert taken.awaits_approver


@pytest.mark.parametrize("end", ["first", "second"])
def test_what_changed_meanwhile_is_not_taken_over(tie, noor, end):
    shown = seen(tie)
    getattr(tie, end).record("not_applicable", by=noor, reason="Not ours.")

    with pytest.raises(Outdated, match="Noor Haddad"):
        take(tie, tie.first, by=noor, seen=shown)


def test_settled_item_takes_nothing_over(tie, noor):
    tie.first.record("done", by=noor)

    with pytest.raises(Refused):
        take(tie, tie.first, by=noor, seen=seen(tie))


def test_open_item_gives_nothing_to_take_over(tie, noor):
    with pytest.raises(Refused):
        take(tie, tie.second, by=noor, seen=seen(tie))
