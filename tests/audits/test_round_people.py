"""People who leave, are demoted, renamed or shut out between proposing and signing."""

import pytest

from audits.models import Audit, Round, SignOff
from audits.models.errors import NotAllowed, NotProposed, Refused, RuleBroken
from audits.models.quorum import Role
from tests.audits.helpers import propose, refuse, require, sign

TWO = (Role("Security"), Role("Product"))


@pytest.fixture
def proposed(settled_audit, harbour, alice, ed) -> Round:
    require(harbour, *TWO, by=alice)
    return propose(settled_audit, by=ed)


def test_who_left_signs_nothing(proposed, harbour, noor, alice):
    harbour.memberships.get(user=noor).end(by=alice)

    with pytest.raises(NotAllowed, match="does not name you"):
        sign(proposed, by=noor, role="Security")


def test_who_was_demoted_signs_nothing(proposed, harbour, noor, alice):
    harbour.memberships.get(user=noor).change_role("editor", by=alice)

    with pytest.raises(NotAllowed):
        refuse(proposed, by=noor, role="Security")


def test_whose_account_is_shut_signs_nothing(proposed, noor):
    noor.is_active = False
    noor.save()

    with pytest.raises(NotAllowed):
        sign(proposed, by=noor, role="Security")


def test_signature_of_who_left_since_counts(proposed, harbour, noor, alice):
    sign(proposed, by=noor, role="Security")
    harbour.memberships.get(user=noor).end(by=alice)

    sign(proposed, by=alice, role="Product")

    assert Audit.objects.get(pk=proposed.audit_id).state == "signed"


def test_who_left_can_take_a_signature_back_as_long_as_the_round_goes_on(
    proposed, harbour, noor, alice
):
    given = sign(proposed, by=noor, role="Security")
    harbour.memberships.get(user=noor).end(by=alice)

    given.withdraw(by=noor)

    assert proposed.missing == {"Security": 1, "Product": 1}


def test_record_names_a_signer_as_they_were_called_then(proposed, noor, alice):
    sign(proposed, by=noor, role="Security")
    noor.name = "N. Haddad"
    noor.save()

    sign(proposed, by=alice, role="Product")

    signed = Round.objects.get(pk=proposed.pk).seal.content()["sign_offs"]
    assert [each["by"] for each in signed] == ["Noor Haddad", "Alice Berg"]


def test_round_that_nobody_is_left_to_sign_can_be_refused_or_withdrawn(
    settled_audit, harbour, alice, noor, ed
):
    require(harbour, Role("Security", 1, frozenset({noor.pk})), by=alice)
    row = propose(settled_audit, by=ed)
    harbour.memberships.get(user=noor).end(by=alice)

    with pytest.raises(NotAllowed):
        sign(row, by=alice, role="Security")
    row.withdraw("Nobody is left who could sign it.", by=alice)

    assert Audit.objects.get(pk=settled_audit.pk).state == "open"


def test_who_gave_most_answers_is_not_the_only_signer(settled_audit, harbour, alice, noor, ed):
    require(harbour, Role("Approver"), by=alice, four_eyes=True)
    harbour.memberships.get(user=ed).change_role("approver", by=alice)
    row = propose(settled_audit, by=ed)

    with pytest.raises(Refused, match="You gave most of the answers"):
        sign(row, by=ed)
    sign(row, by=noor)

    assert Audit.objects.get(pk=settled_audit.pk).state == "signed"


def test_nobody_signs_in_two_roles_under_four_eyes(settled_audit, harbour, alice, noor, ed):
    require(harbour, *TWO, by=alice, four_eyes=True)
    row = propose(settled_audit, by=ed)
    sign(row, by=noor, role="Security")

    with pytest.raises(Refused, match="nobody signs in two roles"):
        sign(row, by=noor, role="Product")


def test_signature_that_leaves_nobody_for_the_other_role_is_refused(
    settled_audit, harbour, alice, noor, ed
):
    roles = (Role("Security", 1, frozenset({noor.pk})), Role("Product"))
    require(harbour, *roles, by=alice, four_eyes=True)
    row = propose(settled_audit, by=ed)

    with pytest.raises(Refused, match="nobody is left for the other roles"):
        sign(row, by=noor, role="Product")


def test_signer_who_thinks_again_withdraws_before_refusing(proposed, noor):
    given = sign(proposed, by=noor, role="Security")

    with pytest.raises(RuleBroken, match="Withdraw your signature, then refuse it"):
        refuse(proposed, by=noor, role="Security")
    given.withdraw(by=noor)
    refuse(proposed, by=noor, role="Security")

    standing = SignOff.objects.standing().get()
    assert (standing.decision, standing.by) == ("no_go", noor)


def test_nothing_of_a_round_that_is_over_can_be_withdrawn(proposed, noor, alice):
    given = sign(proposed, by=noor, role="Security")
    sign(proposed, by=alice, role="Product")

    with pytest.raises(NotProposed):
        given.withdraw(by=noor)


def test_project_that_changed_between_the_look_and_the_lock_is_not_signed(
    proposed, noor, monkeypatch
):
    monkeypatch.setattr(Round, "outdate_if_changed", lambda row: False)
    project = proposed.audit.project
    type(project).objects.filter(pk=project.pk).update(name="Other")

    with pytest.raises(RuleBroken, match="changed the project or the policy"):
        sign(proposed, by=noor, role="Security")


def test_release_that_was_replaced_is_not_proposed(settled_audit, harbour, alice, project):
    require(harbour, Role("Approver"), by=alice, release_bound=True)
    for name in ("v1", "v2"):
        project.releases.model.objects.register(project, name, by=alice)

    for release in ("", "v1"):
        with pytest.raises(Refused, match="v2 is the latest"):
            propose(settled_audit, by=alice, release=release)
    propose(settled_audit, by=alice, release="v3")
