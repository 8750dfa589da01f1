import pytest

from audits.models import Draft
from audits.models.drafts import PartChanged
from audits.models.errors import Outdated, Refused
from checklist import definitions, drafting, loader, schema
from checklist.faults import FaultyFile
from checklist.formats import registry
from tests.checklist.conftest import definition_yaml

SECTIONS = {
    "keys": [("a", "Keys are secret", "blocker", "Hide them."), ("b", "B", "minor", "Do b.")],
    "cost": [("c", "Cost is capped", "major", "Set a cap.")],
}
TEXT = definition_yaml(slug="ours", title="Our rules", sections=SECTIONS).decode()


@pytest.fixture
def draft(harbour, alice) -> Draft:
    return Draft.objects.begin(harbour, TEXT, by=alice)


def refs(draft: Draft) -> dict[str, list[str]]:
    sections = draft.definition().sections
    return {section.id: [item.id for item in section.items] for section in sections}


def retitled(title: str):
    def edit(plain: dict) -> None:
        drafting.items(plain)["a"]["title"] = title

    return edit


def seen_item(draft: Draft, ref: str) -> str:
    return drafting.fingerprint(drafting.items(draft.definition().plain())[ref])


def test_draft_keeps_a_good_text_as_it_was_written(draft):
    assert (draft.text, draft.title, draft.fault_count) == (TEXT, "Our rules", 0)


def test_draft_keeps_a_faulty_text_and_counts_its_faults(harbour, alice):
    draft = Draft.objects.begin(harbour, TEXT.replace("blocker", "grave"), by=alice)
    assert (draft.fault_count, draft.title) == (1, "Untitled draft")
    assert "grave" in draft.text
    assert [fault.line for fault in draft.check_text().faults] == [13]


def test_good_json_becomes_yaml(harbour, alice):
    json = schema.dump(schema.parse(TEXT.encode()), registry.JSON).decode()
    draft = Draft.objects.begin(harbour, json, by=alice, format=registry.JSON)
    assert draft.format == "yaml"
    assert draft.text.startswith("slug: ours\n")


def test_change_writes_the_same_yaml_that_one_can_download(draft, ed):
    draft.change(retitled("Keys are hidden"), by=ed)
    stored = Draft.objects.get()
    assert stored.text.encode() == schema.dump(stored.definition())
    assert stored.definition().sections[0].items[0].title == "Keys are hidden"
    assert (stored.version, stored.changed_by) == (2, ed)


def test_change_that_makes_it_faulty_changes_nothing(draft, ed):
    with pytest.raises(FaultyFile, match="longer than 200"):
        draft.change(retitled("x" * 201), by=ed)
    assert Draft.objects.get().text == TEXT


def test_faulty_draft_takes_no_change_of_a_part(draft, ed):
    draft.rewrite("slug: [", seen=1, by=ed)
    with pytest.raises(Refused, match="faults"):
        draft.change(retitled("x"), by=ed)


def test_second_of_two_who_rewrite_the_text_is_told(draft, alice, ed):
    second = Draft.objects.get()
    draft.rewrite(TEXT + "\n# by alice\n", seen=1, by=alice)
    with pytest.raises(Outdated, match="Alice Berg changed this draft"):
        second.rewrite(TEXT + "\n# by ed\n", seen=1, by=ed)
    assert "by alice" in Draft.objects.get().text


def test_two_people_change_two_items_without_a_word(draft, alice, ed):
    second = Draft.objects.get()
    item = {"what": "this item", "part": lambda plain: drafting.items(plain).get("b")}
    seen = seen_item(draft, "b")
    draft.change(retitled("Keys are hidden"), by=alice)
    second.change_part(
        item["part"],
        seen,
        "this item",
        lambda p: drafting.items(p)["b"].update(title="New"),
        by=ed,
    )
    titles = [item.title for _, _, item in Draft.objects.get().definition().numbered()]
    assert titles == ["Keys are hidden", "New", "Cost is capped"]


def test_second_of_two_who_change_one_item_is_given_the_first_ones_version(draft, alice, ed):
    seen = seen_item(draft, "a")
    draft.change(retitled("By Alice"), by=alice)
    with pytest.raises(PartChanged) as caught:
        draft.change_part(
            lambda plain: drafting.items(plain).get("a"),
            seen,
            "this item",
            retitled("By Ed"),
            by=ed,
        )
    assert caught.value.current["title"] == "By Alice"


def test_undo_goes_back_and_forth(draft, ed):
    draft.change(retitled("Keys are hidden"), by=ed)
    changed = draft.text
    draft.undo(seen=2, by=ed)
    assert Draft.objects.get().text == TEXT
    draft.undo(seen=3, by=ed)
    assert Draft.objects.get().text == changed


def test_new_draft_has_nothing_to_undo(draft, ed):
    with pytest.raises(Refused, match="nothing to undo"):
        draft.undo(seen=1, by=ed)


@pytest.mark.parametrize(
    ("ref", "step", "outcome"),
    [
        ("a", 1, {"keys": ["b", "a"], "cost": ["c"]}),
        ("a", -1, {"keys": ["a", "b"], "cost": ["c"]}),
        ("b", 1, {"keys": ["a"], "cost": ["b", "c"]}),
        ("c", 1, {"keys": ["a", "b"], "cost": ["c"]}),
        ("none", 1, {"keys": ["a", "b"], "cost": ["c"]}),
    ],
)
def test_item_moves_through_its_section_and_beyond(draft, ed, ref, step, outcome):
    draft.change(lambda plain: drafting.move_item(plain, ref, step), by=ed)
    assert refs(draft) == outcome


def test_section_moves_and_goes(draft, ed):
    draft.change(lambda plain: drafting.move_section(plain, "cost", -1), by=ed)
    assert list(refs(draft)) == ["cost", "keys"]
    draft.change(lambda plain: drafting.remove_section(plain, "keys"), by=ed)
    assert refs(draft) == {"cost": ["c"]}


def test_adopted_edition_says_the_same_under_another_slug(harbour, alice, db):
    edition, _ = loader.load(definition_yaml(sections=SECTIONS))
    draft = Draft.objects.adopt(harbour, edition, "harbour-keys", by=alice)
    definition = draft.definition()
    assert definition.slug == "harbour-keys"
    assert definition.model_copy(update={"slug": "keys"}) == definitions.of_edition(edition)
    assert draft.difference(definition).is_empty


def test_published_draft_is_an_edition_of_the_team_and_ends(draft, ed, harbour):
    edition = draft.publish("1.0.0", seen=1, by=ed)
    assert edition.checklist.owner == harbour.pk
    assert definitions.of_edition(edition) == schema.parse(TEXT.encode())
    assert not Draft.objects.exists()
    event = harbour.events.first()
    assert event.sentence == "published the checklist “Our rules 1.0.0”"


def test_version_is_chosen_at_the_end(draft, ed):
    assert draft.publish("2.1", seen=1, by=ed).version == "2.1"


@pytest.mark.parametrize("version", ["1.0.0", "1.0", "0.9", "v2", "", "1.2.3.4.5", "²"])
def test_version_must_be_one_and_higher(draft, harbour, alice, ed, version):
    draft.publish("1.0.0", seen=1, by=ed)
    again = Draft.objects.begin(harbour, TEXT, by=alice)
    with pytest.raises(Refused) as caught:
        again.publish(version, seen=1, by=ed)
    assert caught.value.field == "version"
    assert Draft.objects.exists()


def test_changed_draft_is_not_published_unseen(draft, alice, ed):
    second = Draft.objects.get()
    draft.change(retitled("Keys are hidden"), by=alice)
    with pytest.raises(Outdated):
        second.publish("1.0.0", seen=1, by=ed)


def test_slug_of_everybodys_checklist_is_taken(harbour, alice, db):
    loader.load(definition_yaml(slug="ours"))
    draft = Draft.objects.begin(harbour, TEXT, by=alice)
    with pytest.raises(Refused, match="crosswalks go by it"):
        draft.publish("3.0", seen=1, by=alice)


def test_faulty_draft_is_not_published(draft, ed):
    draft.rewrite("slug: [", seen=1, by=ed)
    with pytest.raises(Refused, match="faults"):
        draft.publish("1.0.0", seen=2, by=ed)


def test_published_draft_takes_no_more_changes(draft, ed):
    second = Draft.objects.get()
    draft.publish("1.0.0", seen=1, by=ed)
    with pytest.raises(Outdated, match="published or discarded"):
        second.change(retitled("x"), by=ed)


@pytest.mark.parametrize(
    ("latest", "is_small", "proposed"),
    [
        ("1.0.0", False, "1.1.0"),
        ("1.2.3", True, "1.2.4"),
        ("1", False, "1.1.0"),
        ("1.2.3.4", False, "1.3.0"),
        ("2.9", True, "2.9.1"),
    ],
)
def test_next_version_is_proposed(latest, is_small, proposed):
    assert drafting.next_version(latest, is_small=is_small) == proposed


def test_start_is_a_good_checklist():
    assert schema.parse(drafting.start().encode()).item_count == 1
