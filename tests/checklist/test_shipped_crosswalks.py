"""The crosswalk of the four checklists: what no schema can say of it."""

import json
from collections import Counter
from io import StringIO
from itertools import combinations, permutations

import pytest
from django.conf import settings
from django.core.management import call_command
from jsonschema import Draft202012Validator

from checklist import crosswalk_schema, schema

FIXTURES = settings.BASE_DIR / "fixtures"
LAUNCH, PRODUCTION, PLAYBOOK, ENGINEERING = SLUGS = (
    *("claude-launch-18", "claude-production", "claude-playbook", "claude-engineering"),
)
# At least so many of a pair of checklists.
EXPECTED = {
    (LAUNCH, PRODUCTION): 20,
    (LAUNCH, PLAYBOOK): 12,
    (LAUNCH, ENGINEERING): 10,
    (PRODUCTION, PLAYBOOK): 25,
    (PRODUCTION, ENGINEERING): 15,
    (PLAYBOOK, ENGINEERING): 12,
}


@pytest.fixture(scope="module")
def items():
    """(checklist, ref) -> item."""
    return {
        (slug, item.id): item
        for slug in SLUGS
        for _, _, item in schema.parse(
            (FIXTURES / "checklists" / f"{slug}.yaml").read_bytes()
        ).numbered()
    }


@pytest.fixture(scope="module")
def definition(items):
    known = {slug: {ref for other, ref in items if other == slug} for slug in SLUGS}
    data = (FIXTURES / "crosswalks" / "claude-checklists.yaml").read_bytes()
    return crosswalk_schema.parse(data, known)


@pytest.fixture(scope="module")
def relations(definition):
    return definition.relations


@pytest.fixture(scope="module")
def stands(relations):
    """(from, to) -> what from is to to, in both directions."""
    reverse = {"narrower": "broader", "broader": "narrower"}
    there = {ends(relation): relation.relation for relation in relations}
    back = {(to, from_): reverse.get(kind, kind) for (from_, to), kind in there.items()}
    return there | back


def ends(relation):
    return (
        (relation.from_.checklist, relation.from_.item),
        (relation.to.checklist, relation.to.item),
    )


def test_file_is_named_as_its_slug():
    assert [path.name for path in (FIXTURES / "crosswalks").iterdir()] == [
        "claude-checklists.yaml"
    ]


def test_every_pair_of_checklists_is_compared(relations):
    pairs = Counter((relation.from_.checklist, relation.to.checklist) for relation in relations)
    assert set(pairs) == set(combinations(SLUGS, 2))
    assert all(pairs[pair] >= least for pair, least in EXPECTED.items())
    assert 100 <= sum(pairs.values()) <= 150


def test_most_items_of_each_checklist_are_met_elsewhere(relations, items):
    met = {end for relation in relations for end in ends(relation)}
    for slug in SLUGS:
        mine = {item for item in items if item[0] == slug}
        assert len(mine & met) >= len(mine) * 0.7


def test_equal_items_are_answered_alike_and_stand_alike(stands, items):
    equal = [pair for pair, kind in stands.items() if kind == "equal"]
    assert equal
    for left, right in equal:
        assert items[left].severity == items[right].severity
        others = {b for a, b in stands if a in (left, right)} - {left, right}
        for other in others:
            if other[0] not in (left[0], right[0]):
                assert stands[left, other] == stands[right, other]


def test_narrower_reaches_through_to_the_broadest(stands):
    narrower = {pair for pair, kind in stands.items() if kind == "narrower"}
    for (low, middle), (other, high) in permutations(narrower, 2):
        if middle == other and low[0] != high[0]:
            assert stands.get((low, high)) == "narrower"


def test_every_reason_is_its_own_and_says_something(relations):
    reasons = [relation.reason for relation in relations]
    assert all(60 <= len(reason) <= 400 for reason in reasons)
    assert len(set(reasons)) >= len(reasons) - 2


def test_it_fits_the_schema_that_editors_use(definition):
    out = StringIO()
    call_command("checklist_schema", "--crosswalk", stdout=out)
    published = json.loads(out.getvalue())
    Draft202012Validator.check_schema(published)
    assert not list(Draft202012Validator(published).iter_errors(definition.plain()))
