import pytest

from audits.models import Audit, Policy, Report, SignOff
from audits.models.errors import NotAllowed, NotProposed, Outdated, Refused
from audits.models.quorum import Role, Rules
from audits.models.signoffs import roles_to_sign
from tests.audits.helpers import propose, seal, sign


@pytest.fixture
def ask_for(harbour, alice):
    """`ask_for("Security", four_eyes=True)`: a policy of the team."""

    def _ask_for(*roles, **rules) -> None:
        asked = tuple(role if isinstance(role, Role) else Role(role) for role in roles)
        Policy.objects.change_team(harbour, Rules(asked, **rules), by=alice)

    return _ask_for


def test_signature_is_on_exactly_one_snapshot(settled_audit, noor):
    sign_off = seal(settled_audit, by=noor)

    snapshot = settled_audit.snapshots.get()
    assert (sign_off.snapshot, sign_off.digest) == (snapshot, snapshot.digest)
    assert (snapshot.sealed, snapshot.revision) == (True, 1)


def test_signature_says_who_in_which_role_decided_what(settled_audit, noor):
    seal(settled_audit, by=noor, statement="  Tier 2 is enough. ")

    sign_off = SignOff.objects.get()
    assert (sign_off.by, sign_off.by_name, sign_off.role) == (noor, "Noor Haddad", "Approver")
    assert (sign_off.decision, sign_off.statement) == ("go", "Tier 2 is enough.")


def test_last_signature_seals_and_queues_the_report(settled_audit, noor):
    seal(settled_audit, by=noor)

    verbs = list(settled_audit.events.order_by("-number").values_list("verb", flat=True)[:2])
    assert verbs == ["audit.signed", "sign_off.given"]
    assert Report.objects.get().state == "queued"


def test_signature_before_the_last_seals_nothing(settled_audit, ed, noor, ask_for):
    ask_for("Engineering", "Security")

    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Security")

    assert row.missing == {"Engineering": 1}
    assert Audit.objects.get().state == "proposed"


@pytest.mark.parametrize("who", ["ed", "vic", "mallory"])
def test_only_an_approver_or_an_owner_signs(settled_audit, ed, request, who):
    row = propose(settled_audit, by=ed)

    with pytest.raises(NotAllowed, match="does not name you"):
        sign(row, by=request.getfixturevalue(who))


def test_approver_who_became_a_viewer_cannot_sign(settled_audit, harbour, ed, noor, alice):
    row = propose(settled_audit, by=ed)
    harbour.memberships.get(user=noor).change_role("viewer", by=alice)

    with pytest.raises(NotAllowed):
        sign(row, by=noor)


def test_role_that_names_people_is_signed_by_them_alone(settled_audit, ed, noor, alice, ask_for):
    ask_for(Role("Security", people=frozenset({alice.pk})))
    row = propose(settled_audit, by=ed)

    with pytest.raises(NotAllowed):
        sign(row, by=noor, role="Security")

    assert sign(row, by=alice, role="Security").role == "Security"


def test_nobody_signs_twice_in_a_role(settled_audit, ed, noor, ask_for):
    ask_for(Role("Security", 2))
    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Security")

    with pytest.raises(Refused, match="You signed as Security already"):
        sign(row, by=noor, role="Security")


def test_role_takes_as_many_as_it_asks_for(settled_audit, ed, noor, alice, ask_for):
    ask_for("Security", "Product")
    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Security")

    with pytest.raises(Refused, match="Nobody more is asked to sign as Security"):
        sign(row, by=alice, role="Security")


def test_with_four_eyes_nobody_signs_in_two_roles(settled_audit, ed, noor, alice, ask_for):
    ask_for("Security", "Product", four_eyes=True)
    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Security")

    with pytest.raises(Refused, match="nobody signs in two roles"):
        sign(row, by=noor, role="Product")

    assert roles_to_sign(row, noor) == []


def test_without_four_eyes_one_person_may_sign_in_all_roles(settled_audit, ed, noor, ask_for):
    ask_for("Security", "Product")
    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Security")

    sign(row, by=noor, role="Product")

    assert Audit.objects.get().state == "signed"


def test_with_four_eyes_who_gave_most_of_the_answers_is_not_the_only_signer(
    audit, noor, alice, ask_for
):
    for answer in audit.answers.all():
        answer.record("done", by=noor)
    ask_for("Approver", four_eyes=True)
    row = propose(audit, by=noor)

    with pytest.raises(Refused, match="You gave most of the answers"):
        sign(row, by=noor)

    assert sign(row, by=alice).by == alice


def test_signature_that_would_leave_a_role_to_nobody_is_refused(
    settled_audit, ed, noor, alice, ask_for
):
    ask_for("Product", Role("Security", people=frozenset({noor.pk})), four_eyes=True)
    row = propose(settled_audit, by=ed)

    with pytest.raises(Refused, match="nobody is left for the other roles"):
        sign(row, by=noor, role="Product")


def test_nobody_signs_while_something_stands_in_the_way(audit, ed, noor):
    row = propose(audit, by=ed)

    with pytest.raises(Refused, match="2 blockers are open, so nobody can sign it"):
        sign(row, by=noor)


def test_open_minors_do_not_stand_in_the_way(settled_audit, ed, noor):
    settled_audit.answers.get(position=3).record("open", by=ed)

    assert seal(settled_audit, by=noor).decision == "go"


@pytest.mark.parametrize("typed", ["", "sign", "sign revision 2", "revision 1"])
def test_confirmation_names_the_revision(settled_audit, noor, typed):
    with pytest.raises(Refused, match="Write exactly “sign revision 1”") as refusal:
        seal(settled_audit, by=noor, confirmation=typed)

    assert refusal.value.field == "confirmation"


def test_confirmation_forgives_capitals_and_spaces(settled_audit, noor):
    assert seal(settled_audit, by=noor, confirmation=" Sign  Revision 1")


def test_nobody_signs_a_digest_that_they_were_not_shown(settled_audit, ed, noor):
    row = propose(settled_audit, by=ed)

    with pytest.raises(Outdated):
        sign(row, by=noor, seen="0" * 64)


def test_outdated_proposal_is_signed_by_nobody(settled_audit, answer, ed, noor):
    row = propose(settled_audit, by=ed)
    answer.record("open", by=ed)

    with pytest.raises(NotProposed, match="is outdated"):
        sign(row, by=noor)


def test_signature_that_was_taken_back_counts_no_more(settled_audit, ed, noor, ask_for):
    ask_for("Security", "Product")
    row = propose(settled_audit, by=ed)
    given = sign(row, by=noor, role="Security")

    given.withdraw(by=noor)

    assert row.missing == {"Security": 1, "Product": 1}
    assert settled_audit.events.last().verb == "sign_off.withdrawn"


@pytest.mark.parametrize("statement", ["x" * 4001, "a\0b"])
def test_statement_that_cannot_be_kept_is_refused(settled_audit, noor, statement):
    with pytest.raises(Refused) as refusal:
        seal(settled_audit, by=noor, statement=statement)

    assert refusal.value.field == "statement"


def test_renaming_a_person_does_not_change_what_was_signed(sealed_audit, noor):
    noor.name = "Noor Haddad-Lind"
    noor.save()

    assert SignOff.objects.get().by_name == "Noor Haddad"
