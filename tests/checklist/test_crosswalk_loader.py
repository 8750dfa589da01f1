from uuid import uuid4

import pytest

from checklist import crosswalk_loader
from checklist.faults import FaultyFile
from checklist.models import Crosswalk, EditionIsFixed, Relation
from tests.checklist.crosswalk_files import HEAD, KNOWN, crosswalk_yaml

pytestmark = pytest.mark.django_db
EQUAL = "alpha/keys equal beta/keys"
NARROWER = "alpha/limits narrower gamma/limits"


@pytest.fixture
def checklists(load):
    """The checklists alpha, beta and gamma."""
    for slug, refs in KNOWN.items():
        items = [(ref, f"{slug} {ref}", "major", "Do it.") for ref in sorted(refs)]
        load(slug=slug, sections={"all": items})


@pytest.fixture
def crosswalk(checklists):
    return crosswalk_loader.load(crosswalk_yaml(EQUAL, NARROWER))[0]


def version(number: str, *relations: str) -> bytes:
    return crosswalk_yaml(*relations, head=HEAD.replace("1.0.0", number))


def test_relations_become_rows_in_the_order_of_the_file(crosswalk):
    assert str(crosswalk) == "How ours meet 1.0.0"
    assert crosswalk.relation_count == 2
    rows = crosswalk.relations.values_list("position", "kind", "from_item", "to_checklist")
    assert list(rows) == [(1, "equal", "keys", "beta"), (2, "narrower", "limits", "gamma")]


def test_same_bytes_again_change_nothing_and_cost_one_query(crosswalk, django_assert_num_queries):
    with django_assert_num_queries(1):
        again, is_new = crosswalk_loader.load(crosswalk_yaml(EQUAL, NARROWER))
    assert (again, is_new, again.relation_count) == (crosswalk, False, 2)


def test_other_bytes_under_the_same_version_are_refused(crosswalk):
    with pytest.raises(FaultyFile, match=r"^3:10: ours 1.0.0 is loaded already"):
        crosswalk_loader.load(crosswalk_yaml(EQUAL))
    assert Relation.objects.count() == 2


def test_check_refuses_what_load_would(crosswalk):
    with pytest.raises(FaultyFile, match=r"ours 1\.0\.0 is loaded already"):
        crosswalk_loader.check(crosswalk_yaml(EQUAL))


def test_check_writes_nothing(checklists):
    assert crosswalk_loader.check(crosswalk_yaml(EQUAL)).slug == "ours"
    assert not Crosswalk.objects.exists()


def test_item_is_looked_up_in_the_latest_edition(checklists, load):
    load(slug="beta", version="2.0.0")
    with pytest.raises(FaultyFile, match='beta has no item "keys" in its latest edition'):
        crosswalk_loader.load(crosswalk_yaml(EQUAL))


def test_loaded_crosswalk_is_fixed(crosswalk):
    with pytest.raises(EditionIsFixed):
        crosswalk.relations.update(kind="equal")
    with pytest.raises(EditionIsFixed):
        crosswalk.save()


def test_team_relates_its_own_items_and_those_of_everybody(checklists, load):
    team = uuid4()
    data = crosswalk_yaml("alpha/keys related theirs/first-item")
    load(slug="theirs", owner=team)
    with pytest.raises(FaultyFile, match='no checklist "theirs"'):
        crosswalk_loader.load(data)
    with pytest.raises(FaultyFile, match='no checklist "theirs"'):
        crosswalk_loader.load(data, owner=uuid4())
    assert crosswalk_loader.load(data, owner=team)[0].owner == team


def test_two_teams_may_load_the_same_file(crosswalk):
    data = crosswalk_yaml(EQUAL, NARROWER)
    loaded = [crosswalk_loader.load(data, owner=team)[1] for team in (uuid4(), uuid4())]
    assert loaded == [True, True]
    assert Crosswalk.objects.count() == 3


def test_relations_between_checklists_are_one_query(crosswalk, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = [
            (relation.from_item, relation.crosswalk.title)
            for relation in Relation.objects.between(["alpha", "gamma"])
        ]
    assert found == [("limits", "How ours meet")]


def test_only_the_latest_version_of_a_crosswalk_counts(crosswalk):
    crosswalk_loader.load(version("1.10", NARROWER))
    crosswalk_loader.load(version("1.9", EQUAL))
    assert [r.kind for r in Relation.objects.between(["alpha", "beta", "gamma"])] == ["narrower"]


def test_crosswalk_of_a_team_counts_for_that_team_alone(checklists):
    team = uuid4()
    crosswalk_loader.load(crosswalk_yaml(EQUAL), owner=team)
    slugs = ["alpha", "beta"]
    assert not Relation.objects.between(slugs)
    assert not Relation.objects.between(slugs, uuid4())
    assert [relation.kind for relation in Relation.objects.between(slugs, team)] == ["equal"]


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"slug: a\nrelations:\n", True),
        (b'slug: a\n"relations" :\n', True),
        (b"slug: a\nsummary: |\n  relations: none\n", False),
        (b"slug: a\nsections:\n", False),
    ],
)
def test_crosswalk_is_told_from_a_checklist_by_its_relations(data, is_one):
    assert crosswalk_loader.is_crosswalk(data) is is_one
