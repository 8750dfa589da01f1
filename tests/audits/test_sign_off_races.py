"""Eight clients at the same moment, each with a connection of its own, ten rounds of each:
exactly one outcome, an unbroken chain, and rows that stand as its events tell."""

import functools
import uuid
from collections import Counter

import pytest
from django.utils import timezone

from audits.models import Audit, GoCondition, Release, Report, Round, Seal, SignOff, User
from audits.models.chains import find_broken_link
from audits.models.errors import NotProposed, RuleBroken
from audits.models.go_conditions import Asked
from audits.models.quorum import Role
from audits.models.snapshots import state_seen
from tests.audits.helpers import build_edition, propose, refuse, require, settle, sign
from tests.audits.racing import at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROUNDS = 10
ENDS = {"audit.signed", "audit.refused", "audit.withdrawn", "audit.outdated"}


def ten_times(test):
    @functools.wraps(test)
    def repeated(**fixtures):
        for _ in range(ROUNDS):
            test(**fixtures)

    return repeated


@pytest.fixture
def approvers(harbour) -> list[User]:
    people = [User.objects.create_user(f"{n}@harbour.example", name=f"P {n}") for n in range(8)]
    for person in people:
        harbour.admit(person, "approver")
    return people


@pytest.fixture
def edition():
    """Small: what is raced for is the round, and each has an audit of its own."""
    return build_edition(items=2)


@pytest.fixture
def fresh(project, edition, alice):
    """Another audit with nothing in the way."""

    def make() -> Audit:
        audit = Audit.objects.start(project, "First launch", [edition], by=alice)
        settle(audit, by=alice)
        return Audit.objects.get(pk=audit.pk)

    return make


def verbs(audit: Audit) -> Counter[str]:
    return Counter(audit.events.values_list("verb", flat=True))


def check(audit: Audit) -> Audit:
    """The rows and the chain tell the same, down to each signature and each state."""
    audit = Audit.objects.get(pk=audit.pk)
    assert find_broken_link(audit, files=True) is None
    assert audit.rounds.proposed().count() == (audit.state == "proposed")
    assert Seal.objects.filter(round__audit=audit).count() == audit.rounds.sealed().count()
    assert Report.objects.filter(seal__round__audit=audit).count() == audit.rounds.sealed().count()
    return audit


@ten_times
def test_of_eight_who_propose_one_does(fresh, approvers):
    audit = fresh()
    seen = state_seen(audit)

    outcomes = at_once(
        *(lambda by=by: Round.objects.propose(audit, by=by, seen=seen) for by in approvers)
    )

    assert len(refusals(outcomes)) == 7
    assert (check(audit).state, audit.rounds.count()) == ("proposed", 1)


@ten_times
def test_of_eight_who_sign_for_the_one_seat_one_does(fresh, approvers):
    audit = fresh()
    row = propose(audit, by=approvers[0])

    outcomes = at_once(*(lambda by=by: sign(row, by=by) for by in approvers))

    assert refusals(outcomes) == [NotProposed] * 7
    assert (check(audit).state, row.sign_offs.count()) == ("signed", 1)


@ten_times
def test_of_eight_who_sign_for_four_seats_four_do_and_the_last_seals(
    fresh, approvers, harbour, alice
):
    require(harbour, Role("Security", 2), Role("Product", 2), by=alice, four_eyes=True)
    roles = ["Security", "Product"] * 4
    audit = fresh()
    row = propose(audit, by=alice)

    outcomes = at_once(
        *(
            lambda by=by, role=role: sign(row, by=by, role=role)
            for by, role in zip(approvers, roles, strict=True)
        )
    )

    assert len(refusals(outcomes)) == 4
    assert (check(audit).state, row.sign_offs.count()) == ("signed", 4)
    assert verbs(audit)["audit.signed"] == 1


@ten_times
def test_signing_refusing_editing_and_withdrawing_at_once_have_one_outcome(
    fresh, approvers, harbour, alice, ed, project
):
    require(harbour, Role("Security"), Role("Product"), by=alice, release_bound=True)
    number = uuid.uuid4().hex
    audit = fresh()
    row = propose(audit, by=ed, release=f"next {number}")
    given = sign(row, by=approvers[0], role="Security")
    answer = audit.answers.select_related("audit").first()

    outcomes = at_once(
        lambda: sign(row, by=approvers[1], role="Product"),
        lambda: sign(row, by=approvers[2], role="Product"),
        lambda: refuse(row, by=approvers[3], role="Security"),
        lambda: answer.record("not_applicable", by=ed, reason="No."),
        lambda: row.withdraw("No.", by=ed),
        lambda: given.withdraw(by=approvers[0]),
        lambda: Release.objects.register(project, f"other {number}", by=ed),
        lambda: audit.reopen("Once more.", by=alice),
    )

    told = verbs(check(audit))
    assert sum(told[verb] for verb in ENDS) == 1
    assert told["audit.reopened"] == (not isinstance(outcomes[7], RuleBroken))


@ten_times
def test_last_signature_and_an_edit_never_seal_what_was_not_shown(fresh, approvers, ed):
    audit = fresh()
    row = propose(audit, by=ed)
    answers = 3 * list(audit.answers.select_related("audit"))

    outcomes = at_once(
        *(lambda by=by: sign(row, by=by) for by in approvers[:2]),
        *(
            lambda answer=answer: answer.record("not_applicable", by=ed, reason="No.")
            for answer in answers
        ),
    )

    audit, signed = check(audit), len(refusals(outcomes[:2])) == 1
    assert (audit.state == "signed") == signed
    assert refusals(outcomes[2:]) != [] or not signed
    frozen = Round.objects.get(pk=row.pk).snapshot.content()["events"]["head"]
    assert audit.events.get(verb="audit.proposed").previous_hash == frozen


@ten_times
def test_what_expires_is_released_and_is_reopened_at_once_ends_once(
    fresh, approvers, harbour, alice, ed, project
):
    require(harbour, Role("Approver"), by=alice, release_bound=True, valid_days=1)
    number = uuid.uuid4().hex
    audit = fresh()
    row = propose(audit, by=ed, release=f"next {number}")
    sign(row, by=approvers[0])

    at_once(
        *(lambda: Round.objects.get(pk=row.pk).expire("over", by=None) for _ in range(3)),
        *(
            lambda name=name: Release.objects.register(project, name, by=ed)
            for name in (f"a {number}", f"b {number}", f"c {number}")
        ),
        *(lambda by=by: audit.reopen("Once more.", by=by) for by in approvers[:2]),
    )

    audit, told = check(audit), verbs(audit)
    assert (told["audit.expired"], told["audit.reopened"]) == (1, 1)
    assert (audit.state, audit.revision) == ("open", 2)
    assert Round.objects.get(pk=row.pk).state == "expired"


@ten_times
def test_release_and_proposals_at_once_leave_no_proposal_for_another_release(
    fresh, approvers, harbour, alice, ed, project
):
    require(harbour, Role("Approver"), by=alice, release_bound=True)
    number = uuid.uuid4().hex
    Release.objects.register(project, f"old {number}", by=ed)
    audits = [fresh() for _ in range(7)]

    at_once(
        lambda: Release.objects.register(project, f"new {number}", by=ed),
        *(
            lambda audit=audit: sign(
                propose(audit, by=ed, release=f"old {number}"), by=approvers[0]
            )
            for audit in audits
        ),
    )

    for audit in audits:
        check(audit)
    live = Round.objects.filter(state__in=("proposed", "signed"))
    assert not live.filter(release=f"old {number}").exists()


@ten_times
def test_condition_that_eight_settle_is_settled_and_told_in_one_order(fresh, approvers, ed):
    audit = fresh()
    asked = Asked("Raise the limit.", ed, timezone.localdate())
    sign(propose(audit, by=ed, decision="conditional_go", conditions=[asked]), by=approvers[0])
    condition = GoCondition.objects.get(round__audit=audit)

    outcomes = at_once(
        *(
            lambda by=by, place=place: condition.settle(
                True, f"Done, said {place}.", by=by, seen_version=1
            )
            for place, by in enumerate(approvers)
        )
    )

    assert len(refusals(outcomes)) == 7
    assert verbs(check(audit))["go_condition.settled"] == 1


@ten_times
def test_signature_that_is_given_eight_times_by_one_person_stands_once(fresh, approvers, ed):
    audit = fresh()
    row = propose(audit, by=ed)

    at_once(*(lambda: sign(row, by=approvers[0]) for _ in range(8)))

    assert (check(audit).state, SignOff.objects.filter(round=row).count()) == ("signed", 1)
