"""Who can still sign, against every way to seat the people by brute force."""

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from audits.models.quorum import Role, Rules, able, can_be_met, why_impossible

PEOPLE = range(5)
NAMES = {pk: f"P{pk}" for pk in PEOPLE}
SETS = st.frozensets(st.sampled_from(PEOPLE))
ROLES = st.lists(
    st.builds(Role, st.sampled_from("ABC"), st.integers(1, 2), st.none() | SETS),
    min_size=1,
    max_size=3,
    unique_by=lambda role: role.name,
).map(tuple)
RULES = st.builds(
    Rules, ROLES, st.booleans(), st.none() | st.integers(1, 9), st.booleans(), st.booleans()
)
MANY = settings(max_examples=300, deadline=None)


def every_end(rules: Rules, approvers: frozenset[int], author: int | None):
    """Each way in which the signatures could all be given, as sets of (role, person)."""
    seats = [combinations(sorted(able(role, approvers)), role.count) for role in rules.roles]
    for chosen in product(*map(list, seats)):
        given = [
            (role.name, who)
            for role, people in zip(rules.roles, chosen, strict=True)
            for who in people
        ]
        signers = [who for _, who in given]
        if rules.four_eyes and len(set(signers)) < len(signers):
            continue
        if rules.four_eyes and set(signers) == {author}:
            continue
        yield set(given)


@MANY
@given(RULES, SETS, st.none() | st.sampled_from(PEOPLE))
def test_policy_can_be_met_exactly_when_somebody_finds_a_way(rules, approvers, author):
    found = any(True for _ in every_end(rules, approvers, author))

    assert can_be_met(rules, approvers, author=author) == found


@MANY
@given(RULES, SETS, st.none() | st.sampled_from(PEOPLE), st.data())
def test_what_is_left_can_be_met_exactly_when_a_way_holds_what_was_given(
    rules, approvers, author, data
):
    ends = sorted(map(sorted, every_end(rules, approvers, author)))
    free = sorted((role.name, who) for role in rules.roles for who in able(role, approvers))
    signed = data.draw(
        st.lists(st.sampled_from(free), unique=True, max_size=3) if free else st.just([])
    )
    over = any(
        len([1 for name, _ in signed if name == role.name]) > role.count for role in rules.roles
    )
    twice = rules.four_eyes and len({who for _, who in signed}) < len(signed)
    alone = rules.four_eyes and rules.seats == 1 and signed == [(rules.roles[0].name, author)]
    if over or twice or alone:  # which signing refuses
        return

    found = any(set(signed) <= set(end) for end in ends)

    assert can_be_met(rules, approvers, signed, author) == found


@MANY
@given(RULES, SETS, st.none() | st.sampled_from(PEOPLE))
def test_reasons_are_given_exactly_when_it_cannot_be_met(rules, approvers, author):
    reasons = why_impossible(rules, {pk: NAMES[pk] for pk in approvers}, author)

    assert bool(reasons) != can_be_met(rules, approvers, author=author)
    assert all(reason.endswith(".") for reason in reasons)


@MANY
@given(RULES, RULES, SETS, st.none() | st.sampled_from(PEOPLE))
def test_tightened_never_loosens(rules, more, approvers, author):
    both = rules.tightened(more)

    for end in every_end(both, approvers, author):
        for each in (rules, more):
            assert not each.missing(end)
            for role in each.roles:
                signers = {who for name, who in end if name == role.name}
                assert signers <= able(role, approvers)
    assert both.four_eyes == (rules.four_eyes or more.four_eyes)
    assert both.release_bound == (rules.release_bound or more.release_bound)
    assert both.conditional == (rules.conditional and more.conditional)
    for each in (rules, more):
        assert each.valid_days is None or both.valid_days <= each.valid_days


@MANY
@given(RULES)
def test_rules_survive_their_json(rules):
    assert Rules.from_json(rules.to_json()) == rules


@MANY
@given(RULES, RULES)
def test_tightening_twice_is_tightening_once(rules, more):
    both = rules.tightened(more)

    assert both.tightened(more) == both
