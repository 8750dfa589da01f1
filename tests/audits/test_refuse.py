import pytest

from audits.models import Audit, Policy, SignOff
from audits.models.errors import NotAllowed, Refused
from audits.models.quorum import Role, Rules
from tests.audits.helpers import propose, refuse, sign


@pytest.fixture
def proposed(audit, ed):
    """With two blockers open."""
    return propose(audit, by=ed)


def test_refusal_is_a_no_go_whatever_stands_in_the_way(proposed, noor):
    given = refuse(proposed, by=noor, reason="Two blockers are open.")

    assert (given.decision, given.statement) == ("no_go", "Two blockers are open.")
    assert Audit.objects.get().state == "refused"


def test_one_refusal_ends_it_whoever_signed_before(settled_audit, harbour, alice, ed, noor):
    Policy.objects.change_team(harbour, Rules((Role("Security"), Role("Product"))), by=alice)
    row = propose(settled_audit, by=ed)
    sign(row, by=alice, role="Product")

    refuse(row, by=noor, role="Security")

    row.refresh_from_db()
    assert (row.state, row.was_refused) == ("refused", True)
    recorded = row.seal.content()
    assert recorded["decision"] == "no_go"
    assert [each["decision"] for each in recorded["sign_offs"]] == ["go", "no_go"]


def test_refusal_needs_a_reason(proposed, noor):
    with pytest.raises(Refused, match="Say why it is refused"):
        refuse(proposed, by=noor, reason=" ")

    assert not SignOff.objects.exists()


def test_phrase_of_a_signature_refuses_nothing(proposed, noor):
    with pytest.raises(Refused, match="Write exactly “refuse revision 1”"):
        refuse(proposed, by=noor, confirmation=proposed.phrase)


@pytest.mark.parametrize("who", ["ed", "vic", "mallory"])
def test_only_who_may_sign_refuses(proposed, request, who):
    with pytest.raises(NotAllowed, match="does not name you"):
        refuse(proposed, by=request.getfixturevalue(who))
