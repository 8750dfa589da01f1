import time

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from checklist import differences, schema
from checklist.differences import between
from checklist.wording import Piece, compare
from tests.checklist.conftest import definition_yaml
from tests.checklist.definitions import definitions

SECTIONS = {
    "keys": [
        ("a", "Keys are secret", "blocker", "Hide them."),
        ("b", "Keys are rotated", "major", "Rotate them."),
        ("c", "Keys are apart", "minor", "Part them."),
    ],
    "cost": [("d", "Cost is capped", "major", "Set a cap.")],
}
OLD = schema.parse(definition_yaml(sections=SECTIONS))


def changed(ref: str, **fields) -> schema.Definition:
    """The old definition, in which one item has other values."""
    sections = [
        section.model_copy(
            update={
                "items": [
                    item.model_copy(update=fields) if item.id == ref else item
                    for item in section.items
                ]
            }
        )
        for section in OLD.sections
    ]
    return OLD.model_copy(update={"sections": sections})


def arranged(**sections) -> schema.Definition:
    """The old items, by their letters, in other places."""
    items = {item.id: item for _, _, item in OLD.numbered()}
    by_id = {section.id: section for section in OLD.sections}
    made = [
        by_id[name].model_copy(update={"items": [items[ref] for ref in refs]})
        for name, refs in sections.items()
    ]
    return OLD.model_copy(update={"sections": made})


def test_the_same_has_no_difference():
    change = between(OLD, OLD.model_copy())
    assert change.is_empty
    assert not change.items


def test_another_version_alone_is_no_difference():
    change = between(OLD, OLD.model_copy(update={"version": "2.0"}))
    assert change.is_empty
    assert [(field.name, field.old, field.new) for field in change.head] == [
        ("version", "1.0.0", "2.0")
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": "Keys are hidden"}, "the title is worded differently"),
        ({"guidance": "Hide them well."}, "what to do has changed"),
        ({"verify": "Look twice."}, "how to verify has changed"),
        ({"parameters": []}, "the parameters have changed"),
    ],
)
def test_what_is_asked_changes_the_meaning(fields, reason):
    (item,) = between(OLD, changed("a", **fields)).items
    assert item.reasons == [reason]
    assert item.changed_meaning
    assert [field.name for field in item.reworded] == list(fields)


def test_raised_severity_changes_the_meaning_and_a_lower_one_does_not():
    (raised,) = between(OLD, changed("b", severity="blocker")).items
    (lowered,) = between(OLD, changed("b", severity="minor")).items
    assert raised.reasons == ["the severity was raised from major to blocker"]
    assert raised.severity == ("major", "blocker")
    assert lowered.severity == ("major", "minor")
    assert not lowered.changed_meaning


@pytest.mark.parametrize(
    "fields",
    [
        {"why": "It costs."},
        {"probes": []},
        {"see_also": [schema.Source(document="article", place="2")]},
        {"source": schema.Source(document="article", place="2")},
        {"evidence": [schema.Evidence(kind="note", text="A note")]},
    ],
)
def test_what_stands_around_it_does_not_change_the_meaning(fields):
    (item,) = between(OLD, changed("a", **fields)).items
    assert not item.changed_meaning
    assert [field.name for field in item.fields] == list(fields)


@pytest.mark.parametrize("guidance", ["Hide\nthem.", "Hide them.\n", "  Hide   them."])
def test_white_space_is_no_difference(guidance):
    assert between(OLD, changed("a", guidance=guidance)).is_empty


def test_added_and_removed_items_are_named_with_their_section():
    change = between(arranged(keys="ab", cost="d"), arranged(keys="ac", cost="d"))
    assert [(item.ref, item.number, item.section.id) for item in change.added] == [
        ("c", 2, "keys")
    ]
    assert [(item.ref, item.number) for item in change.removed] == [("b", 2)]
    assert not change.moved


@pytest.mark.parametrize(
    ("sections", "moved"),
    [
        ({"keys": "bca", "cost": "d"}, ["a"]),
        ({"keys": "ab", "cost": "cd"}, ["c"]),
        ({"cost": "d", "keys": "abc"}, []),
        ({"keys": "cba", "cost": "d"}, ["c", "b"]),
    ],
)
def test_the_fewest_items_have_moved(sections, moved):
    change = between(OLD, arranged(**sections))
    assert [item.ref for item in change.moved] == moved
    assert not change.reopening


def test_section_that_moved_moves_none_of_its_items():
    change = between(OLD, arranged(cost="d", keys="abc"))
    assert [(section.ref, section.moved) for section in change.sections] == [("cost", True)]
    assert not change.items


def test_item_is_found_by_its_id():
    change = between(OLD, changed("a", title="Keys are hidden"))
    assert change.by_ref["a"].fields[0].pieces == [
        Piece("Keys are ", "same"),
        Piece("secret", "removed"),
        Piece("hidden", "added"),
    ]
    assert "b" not in change.by_ref


def test_conditions_and_documents_are_compared_too():
    more = "exit_criteria:\n  - {id: x, text: Done, source: {document: article, place: p}}\n"
    new = schema.parse(definition_yaml(sections=SECTIONS, more=more))
    assert [(change.kind, change.ref) for change in between(OLD, new).exit_criteria] == [
        ("added", "x")
    ]
    assert [(change.kind, change.ref) for change in between(new, OLD).exit_criteria] == [
        ("removed", "x")
    ]


words = st.lists(st.sampled_from(["a", "b", "c", "d\n"]), max_size=30).map(" ".join)


@given(words, words)
def test_pieces_make_both_texts(old, new):
    pieces = compare(old, new)
    for kind, text in (("removed", old), ("added", new)):
        made = " ".join(piece.text for piece in pieces if piece.kind in ("same", kind))
        assert made.split() == text.split()


@given(definitions(), definitions())
@tries(max_examples=30, deadline=None)
def test_any_two_definitions_can_be_compared(old, new):
    change = between(old, new)
    refs = {item.id for _, _, item in old.numbered()} ^ {item.id for _, _, item in new.numbered()}
    assert {item.ref for item in change.added + change.removed} == refs
    assert between(new, new).is_empty


def test_10_000_items_are_compared_within_seconds():
    (section,) = schema.parse(definition_yaml()).sections
    (item,) = section.items
    many = [item.model_copy(update={"id": f"i{number}"}) for number in range(10_000)]
    old, new = (
        OLD.model_copy(update={"sections": [section.model_copy(update={"items": items})]})
        for items in (many, many[::-1])
    )
    start = time.process_time()
    assert len(differences.between(old, new).moved) == 9_999
    assert time.process_time() - start < 20


def test_text_that_is_costly_to_compare_stands_whole():
    old, new = "a " * 1000, "b a " * 499

    assert compare(old, new) == [Piece(old, "removed"), Piece(new, "added")]
