import pytest

from audits.models import Audit
from audits.models.chains import find_broken_link
from audits.models.errors import Refused
from audits.models.handovers import actions_of, left_open_by, part
from tests.audits.helpers import seal
from tests.audits.test_actions import promise


@pytest.fixture
def eds(audit, ed):
    """Two answers that ed is to see to; the first is done already."""
    answers = list(audit.answers.order_by("position")[:2])
    for answer in answers:
        answer.plan(by=ed, owner=ed, due=None)
    answers[0].record("done", by=ed)
    return answers


def test_open_answers_alone_are_left_behind(eds, ed, harbour):
    assert list(left_open_by(ed, harbour)) == [eds[1]]


def test_sealed_audit_leaves_nothing_to_hand_over(eds, audit, ed, harbour):
    Audit.objects.filter(pk=audit.pk).update(state="signed")

    assert not left_open_by(ed, harbour).exists()


def test_heir_gets_what_is_open(eds, audit, ed, alice, harbour):
    given = part(harbour.memberships.get(user=ed), by=alice, heir=alice)

    assert given == 1
    assert [answer.owner for answer in audit.answers.order_by("position")[:2]] == [ed, alice]
    assert not harbour.members.filter(pk=ed.pk).exists()
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_without_an_heir_the_name_stays(eds, audit, ed, alice, harbour):
    part(harbour.memberships.get(user=ed), by=alice, heir=None)

    assert audit.answers.get(pk=eds[1].pk).owner == ed


def test_heir_is_a_member(eds, audit, ed, alice, harbour, mallory):
    with pytest.raises(Refused, match="must be a member"):
        part(harbour.memberships.get(user=ed), by=alice, heir=mallory)

    assert harbour.members.filter(pk=ed.pk).exists()


def test_who_left_stays_the_owner_while_the_date_moves(eds, audit, ed, alice, harbour):
    part(harbour.memberships.get(user=ed), by=ed, heir=None)

    answer = eds[1].plan(by=alice, owner=ed, due=audit.created_at.date())

    assert audit.answers.get(pk=answer.pk).due == audit.created_at.date()


def test_who_left_becomes_the_owner_of_nothing_more(audit, answer, ed, alice, harbour):
    harbour.memberships.get(user=ed).end(by=ed)

    with pytest.raises(Refused, match="must be a member"):
        answer.plan(by=alice, owner=ed, due=None)


def test_heir_keeps_what_was_promised_after_the_seal_too(settled_audit, alice, ed, noor):
    action = promise(settled_audit, ed)
    seal(settled_audit, by=noor)

    part(settled_audit.project.team.memberships.get(user=ed), by=alice, heir=alice)

    assert list(actions_of(alice, settled_audit.project.team)) == [action]
