import pytest

from checklist import crosswalk_faults, crosswalk_schema
from checklist.faults import FaultyFile
from tests.checklist.crosswalk_files import FAULTY, GOOD, KNOWN, crosswalk_yaml


def faults_of(data: bytes, known=KNOWN) -> list[str]:
    with pytest.raises(FaultyFile) as caught:
        crosswalk_schema.parse(data, known)
    return [str(fault) for fault in caught.value.faults]


def test_good_file_is_read_whole():
    definition = crosswalk_schema.parse(GOOD, KNOWN)
    (relation,) = definition.relations
    assert (definition.slug, definition.version, definition.summary) == ("ours", "1.0.0", "")
    assert (relation.from_.checklist, relation.from_.item) == ("alpha", "keys")
    assert (relation.to.checklist, relation.relation) == ("beta", "equal")


@pytest.mark.parametrize("name", FAULTY)
def test_fault_says_where_what_and_how_to_mend_it(name):
    data, place, problem, remedy = FAULTY[name]
    found = faults_of(data)
    (named,) = [fault for fault in found if fault.startswith(f"{place}: ")]
    assert problem in named
    assert remedy in named.partition("; ")[2]


@pytest.mark.parametrize("name", sorted(set(FAULTY) - {"unknown field of an end"}))
def test_fault_is_named_once(name):
    assert len(faults_of(FAULTY[name][0])) == 1


def test_every_fault_is_named_at_once():
    data = crosswalk_yaml("alpha/key equal beta/keys", "alpha/keys like delta/keys")
    places = [fault.split(": ")[0] for fault in faults_of(data)]
    assert places == ["5:36", "10:15", "11:21"]


def test_equal_items_of_three_checklists_need_all_three_pairs():
    data = crosswalk_yaml(
        "alpha/keys equal beta/keys", "beta/keys equal gamma/keys", "gamma/keys equal alpha/keys"
    )
    assert len(crosswalk_schema.parse(data, KNOWN).relations) == 3


def test_narrower_may_go_from_item_to_item_to_item():
    data = crosswalk_yaml(
        "alpha/keys narrower beta/keys",
        "beta/keys narrower gamma/keys",
        "gamma/keys broader alpha/keys",
    )
    assert crosswalk_schema.parse(data, KNOWN)


def test_without_any_checklist_the_remedy_is_to_load_them():
    assert all(fault.endswith("load its checklists first") for fault in faults_of(GOOD, {}))


def test_item_is_suggested_among_thousands():
    known = KNOWN | {"alpha": {f"item-{number:05}" for number in range(10_000)} | {"keys"}}
    (fault,) = faults_of(crosswalk_yaml("alpha/item-07001x equal beta/keys"), known)
    assert 'did you mean "item-07001"?' in fault


def test_too_many_relations_are_one_fault(monkeypatch):
    monkeypatch.setattr(crosswalk_faults, "MAX_RELATIONS", 1)
    data = crosswalk_yaml("alpha/keys equal beta/keys", "alpha/keys equal gamma/keys")
    assert faults_of(data) == [
        "9:5: the file has 2 relations, more than 1; split it into several crosswalks"
    ]
