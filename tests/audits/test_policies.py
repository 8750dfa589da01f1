"""What a team asks of a sign-off, and what an audit asks on top."""

import pytest

from audits.exports.formats import FORMATS
from audits.models import Membership, Policy
from audits.models.authors import main_author, main_authors
from audits.models.errors import Outdated, Refused
from audits.models.exports import plain_of
from audits.models.loading import load, look
from audits.models.policies import in_force, unsignable, why_impossible
from audits.models.quorum import DEFAULT, Role, Rules
from tests.audits.helpers import propose, sign
from tests.audits.racing import at_once, chain_holds, refusals

SECURITY = Rules((Role("Security"), Role("Engineering", 2)))


@pytest.fixture
def security(harbour, alice) -> Policy:
    return Policy.objects.change_team(harbour, SECURITY, by=alice)


def only(*users) -> frozenset[int]:
    return frozenset(user.pk for user in users)


@pytest.mark.parametrize(
    "wanted",
    [
        SECURITY,
        Rules((Role("Security", 2), Role("Engineering", 2), Role("Legal"))),
        Rules((Role("Security", 1, frozenset({1})), Role("Engineering", 2)), valid_days=9),
        Rules(SECURITY.roles, four_eyes=True, release_bound=True, conditional=False),
    ],
)
def test_what_is_beyond_the_team_together_with_the_team_is_what_was_wanted(wanted):
    assert SECURITY.tightened(wanted.beyond(SECURITY)) == wanted


def test_audit_keeps_only_what_the_team_does_not_ask(security, audit, noor):
    wanted = Rules((Role("Security", 2), Role("Engineering", 2), Role("Legal")))

    policy = Policy.objects.tighten(audit, wanted, by=noor)

    assert policy.written.roles == (Role("Security", 2), Role("Legal"))


def test_audit_that_asks_for_what_the_team_asks_asks_nothing_on_top(security, audit, noor):
    policy = Policy.objects.tighten(audit, SECURITY, by=noor)

    assert policy.written == Rules(())
    assert not audit.events.filter(verb="audit.policy").exists()


def test_team_that_asks_for_more_later_is_obeyed_by_an_audit_that_asked_on_top(
    security, audit, alice, noor
):
    Policy.objects.tighten(audit, Rules((Role("Security", 2),)), by=noor)

    Policy.objects.change_team(harbour_of(audit), Rules((Role("Security", 3),)), by=alice)

    assert in_force(audit).role("Security").count == 3


def harbour_of(audit):
    return audit.project.team


def test_role_of_nobody_is_refused(harbour, alice):
    with pytest.raises(Refused, match="Name at least one person who may sign as Security"):
        Policy.objects.change_team(harbour, Rules((Role("Security", 1, frozenset()),)), by=alice)


def test_second_of_two_first_policies_is_outdated(security, harbour, alice):
    with pytest.raises(Outdated, match="Alice Berg changed the policy"):
        Policy.objects.change_team(harbour, DEFAULT, by=alice, seen_version=0)


def test_policy_says_when_its_last_signer_was_demoted(harbour, noor, alice):
    rules = Rules((Role("Security", 1, only(noor)),))
    Policy.objects.change_team(harbour, rules, by=alice)

    harbour.memberships.get(user=noor).change_role(Membership.Role.EDITOR, by=alice)

    assert why_impossible(rules, harbour) == [
        "Security asks for 1 signature, and nobody may sign in this role."
    ]


def test_audit_that_asks_for_more_people_than_there_are_cannot_be_signed(harbour, audit, alice):
    Policy.objects.tighten(audit, Rules((Role("Legal", 2),)), by=alice)

    ((found, why),) = unsignable(harbour)

    assert found == audit
    assert why == ["Legal asks for 2 signatures, and only Alice Berg may sign in this role."]


def test_only_signer_who_gave_most_of_the_answers_cannot_sign(harbour, audit, answer, alice):
    answer.record("done", by=alice)

    Policy.objects.change_team(harbour, Rules((Role("Approver"),), four_eyes=True), by=alice)

    ((found, why),) = unsignable(harbour)
    assert found == audit
    assert why[0].startswith("Alice Berg gave most of the answers")


def test_audit_that_is_sealed_already_is_not_named(harbour, sealed_audit, noor, alice):
    Policy.objects.change_team(harbour, Rules((Role("Security", 9),)), by=alice)

    assert unsignable(harbour) == []


def test_authors_of_many_audits_are_those_of_each(settled_audit, launch, alice, ed):
    other = launch("Agent", 3).audits.get()
    other.answers.get(position=2).record("done", by=alice)
    tied = launch("Search", 3).audits.get()
    for user, position in ((alice, 1), (ed, 2)):
        tied.answers.get(position=position).record("done", by=user)
    audits = [settled_audit, other, tied]

    assert main_authors(audits) == {audit.pk: main_author(audit) for audit in audits}
    assert list(main_authors(audits).values()) == [ed.pk, alice.pk, None]


def test_who_loaded_an_audit_gave_the_answers_in_it(settled_audit, noor, ed):
    file = FORMATS["json"].dump(plain_of(settled_audit))
    project = settled_audit.project
    loaded = load(project, look(project, file, "json", by=noor), by=noor)

    assert main_author(loaded) == main_authors([loaded])[loaded.pk] == noor.pk

    for answer in loaded.answers.filter(position__lte=5):
        answer.record("open", by=ed)
        answer.record("done", by=ed)
    assert main_author(loaded) == main_authors([loaded])[loaded.pk] == ed.pk


def test_who_loaded_an_audit_cannot_be_its_only_signer(settled_audit, harbour, alice, noor):
    Policy.objects.change_team(harbour, Rules((Role("Approver"),), four_eyes=True), by=alice)
    file = FORMATS["json"].dump(plain_of(settled_audit))
    project = settled_audit.project
    loaded = load(project, look(project, file, "json", by=noor), by=noor)
    proposed = propose(loaded, by=alice)

    with pytest.raises(Refused, match="You gave most of the answers"):
        sign(proposed, by=noor)


def test_audits_that_cannot_be_signed_cost_the_same_however_many_there_are(
    harbour, launch, alice, django_assert_num_queries
):
    Policy.objects.change_team(harbour, Rules((Role("Approver"),), four_eyes=True), by=alice)
    launch("Agent", 3, audits=3)

    with django_assert_num_queries(5):
        unsignable(harbour)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_set_the_first_policy_at_once_one_is_told(harbour, alice):
    def set_to(count: int):
        rules = Rules((Role("Security", count),))
        return lambda: Policy.objects.change_team(harbour, rules, by=alice, seen_version=0)

    outcomes = at_once(*[set_to(count) for count in range(1, 5)])

    assert refusals(outcomes) == [Outdated] * 3
    assert Policy.objects.get(team=harbour).version == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_tighten_an_audit_at_once_one_is_heard(audit, alice):
    def ask_for(count: int):
        rules = Rules((Role("Approver", count),))
        return lambda: Policy.objects.tighten(audit, rules, by=alice, seen_version=0)

    outcomes = at_once(*[ask_for(count) for count in range(2, 6)])

    assert refusals(outcomes) == [Outdated] * 3
    assert audit.events.filter(verb="audit.policy").count() == 1
    assert chain_holds(audit)
