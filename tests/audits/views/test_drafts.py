import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.models import Draft
from checklist import definitions, loader, schema
from checklist.formats import registry
from tests.audits.views.counting import queries_of
from tests.audits.views.filled import filled
from tests.audits.views.markup import Page
from tests.checklist.conftest import definition_yaml

SECTIONS = {
    "keys": [("a", "Keys are secret", "blocker", "Hide them."), ("b", "B", "minor", "Do b.")],
    "cost": [("c", "Cost is capped", "major", "Set a cap.")],
}
TEXT = definition_yaml(slug="ours", title="Our rules", sections=SECTIONS).decode()


@pytest.fixture
def draft(harbour, alice) -> Draft:
    return Draft.objects.begin(harbour, TEXT, by=alice)


def at(draft: Draft, name: str = "draft-detail", **more) -> str:
    return reverse(name, kwargs={"pk": draft.pk, **more})


def new(harbour) -> str:
    return reverse("draft-new", args=[harbour.pk])


def typed(client, address: str, **changes) -> dict:
    """What the form of that page holds, with other values in some of its fields."""
    return filled(client.get(address)) | changes


def test_pasted_text_becomes_a_draft_with_a_preview(browser, alice, harbour):
    response = browser(alice).post(new(harbour), {"text": TEXT.replace("\n", "\r\n")})

    draft = Draft.objects.get()
    assert response["Location"] == at(draft, "draft-changes")
    assert draft.text == TEXT


@pytest.mark.parametrize("format", registry.FORMATS.values(), ids=lambda format: format.name)
def test_file_of_every_format_becomes_a_draft(browser, alice, harbour, format):
    definition = schema.parse(TEXT.encode())
    file = SimpleUploadedFile(f"ours{format.suffixes[0]}", schema.dump(definition, format))

    browser(alice).post(new(harbour), {"file": file})

    assert Draft.objects.get().definition() == definition


def test_faulty_text_is_kept_and_each_fault_stands_beside_its_line(browser, alice, harbour):
    client = browser(alice)
    response = client.post(new(harbour), {"text": TEXT.replace("blocker", "grave")}, follow=True)

    page = Page(response)
    assert response.status_code == 200
    assert "Line 13, column 19" in page.text
    assert 'unknown severity "grave"' in page.text
    assert "severity: grave" in page.text
    assert Draft.objects.get().fault_count == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Choose a file, or paste the text of one."),
        ({"text": "  "}, "Choose a file, or paste the text of one."),
        ({"text": "slug: a\x01b"}, "U+0001"),
        ({"file": SimpleUploadedFile("a.yaml", b"slug: caf\xe9")}, "byte 0xE9 is not UTF-8"),
        ({"file": SimpleUploadedFile("a.yaml", b"")}, "the file is empty"),
        ({"file": SimpleUploadedFile("a.yaml", b"#" * 5_000_001)}, "larger than 5 MB"),
    ],
)
def test_what_is_no_text_is_refused_with_a_sentence(browser, alice, harbour, body, sentence):
    response = browser(alice).post(new(harbour), body)

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert not Draft.objects.exists()


def test_checklist_can_begin_with_one_item(browser, alice, harbour):
    browser(alice).post(new(harbour), {"blank": "1"})

    assert Draft.objects.get().definition().item_count == 1


def test_everybodys_checklist_is_made_ones_own_under_a_slug_of_the_team(browser, ed, harbour):
    edition, _ = loader.load(definition_yaml(sections=SECTIONS))
    address = f"{reverse('draft-adopt')}?edition={edition.pk}"
    client = browser(ed)

    client.post(address, typed(client, address))

    draft = Draft.objects.get()
    assert (draft.definition().slug, draft.base) == ("harbour-keys", edition)


@pytest.mark.parametrize("pk", ["", "x", "-1", "²", "9" * 30])
def test_edition_that_is_none_cannot_be_adopted(browser, ed, pk):
    response = browser(ed).get(f"{reverse('draft-adopt')}?edition={pk}")

    assert response.status_code == 404


def test_second_writer_of_the_text_sees_both_and_may_save_knowingly(browser, alice, ed, draft):
    first, second = browser(alice), browser(ed)
    form = typed(second, at(draft, "draft-text"), text=TEXT + "# by Ed\n")
    first.post(at(draft, "draft-text"), {"text": TEXT + "# by Alice\n", "version": 1})

    response = second.post(at(draft, "draft-text"), form)

    page = Page(response)
    assert response.status_code == 409
    assert "Alice Berg changed this draft while you wrote" in page.text
    assert "# by Alice" in page.text
    assert "# by Ed" in filled(response)["text"]
    second.post(at(draft, "draft-text"), filled(response))
    assert Draft.objects.get().text.endswith("# by Ed\n")


def test_item_is_changed_in_a_form_and_the_rest_stays(browser, ed, draft):
    client, address = browser(ed), at(draft, "draft-item", ref="a")

    response = client.post(address, typed(client, address, title="Keys are hidden"))

    item, before = (
        text.sections[0].items[0]
        for text in (Draft.objects.get().definition(), schema.parse(TEXT.encode()))
    )
    assert response["Location"] == at(draft)
    assert item == before.model_copy(update={"title": "Keys are hidden"})


def test_form_that_is_sent_as_it_was_changes_nothing_of_a_shipped_checklist(
    browser, ed, harbour, settings
):
    path = settings.BASE_DIR / "fixtures" / "checklists" / "claude-launch-18.yaml"
    draft = Draft.objects.begin(harbour, path.read_text(), by=ed)
    before = draft.definition()
    client = browser(ed)
    for _, _, item in list(before.numbered())[:4]:
        address = at(draft, "draft-item", ref=item.id)
        client.post(address, typed(client, address))

    assert Draft.objects.get().definition() == before


def test_second_writer_of_an_item_sees_both_versions(browser, alice, ed, draft):
    first, second = browser(alice), browser(ed)
    address = at(draft, "draft-item", ref="a")
    form = typed(second, address, title="By Ed")
    first.post(address, typed(first, address, title="By Alice"))

    response = second.post(address, form)

    page = Page(response)
    assert response.status_code == 409
    assert "By Alice" in page.text
    second.post(address, filled(response))
    assert Draft.objects.get().definition().sections[0].items[0].title == "By Ed"


def test_fault_of_an_item_is_said_and_nothing_typed_is_lost(browser, ed, draft):
    client, address = browser(ed), at(draft, "draft-item", ref="a")

    response = client.post(address, typed(client, address, probes="Not_A_Probe", title="Typed"))

    page = Page(response)
    assert response.status_code == 422
    assert "is no identifier" in page.text
    assert filled(response)["title"] == "Typed"
    assert Draft.objects.get().text == TEXT


@pytest.mark.parametrize(
    ("more", "home"),
    [({"section": "cost"}, "cost"), ({"new_section": "Limits and load"}, "limits-and-load")],
)
def test_item_is_added_to_a_section_or_a_new_one(browser, ed, draft, more, home):
    client, address = browser(ed), at(draft, "draft-item-new")
    body = {
        "title": "Rate limits are known",
        "severity": "major",
        "guidance": "Know\r\nthem.",
        "why": "w",
        "verify": "v",
        "place": "Page 2",
        "evidence-0-kind": "note",
        "evidence-0-text": "A note",
        "parameters-0-name": "Limit",
        "parameters-0-value": "50 a minute",
    }

    client.post(address, typed(client, address, **body, **more))

    section = Draft.objects.get().definition().sections[-1]
    item = section.items[-1]
    assert (section.id, item.id) == (home, "rate-limits-are-known")
    assert (item.guidance, item.parameters[0].value) == ("Know\nthem.\n", "50 a minute")


def test_section_and_head_are_changed_in_forms(browser, ed, draft):
    client = browser(ed)
    section, about = at(draft, "draft-section", section="keys"), at(draft, "draft-about")

    client.post(section, typed(client, section, title="Secrets"))
    client.post(about, typed(client, about, title="Our own rules", summary="Two\r\nlines"))

    definition = Draft.objects.get().definition()
    assert (definition.sections[0].title, len(definition.sections[0].items)) == ("Secrets", 2)
    assert (definition.title, definition.summary) == ("Our own rules", "Two\nlines\n")


def test_item_moves_goes_and_comes_back(browser, ed, draft):
    client = browser(ed)
    client.post(at(draft, "draft-item-move", ref="b"), {"step": "up"})
    client.post(at(draft, "draft-item-remove", ref="a"))
    refs = [item.id for _, _, item in Draft.objects.get().definition().numbered()]
    assert refs == ["b", "c"]

    client.post(at(draft, "draft-undo"), {"seen": 3})

    refs = [item.id for _, _, item in Draft.objects.get().definition().numbered()]
    assert refs == ["b", "a", "c"]


def test_last_item_of_a_section_is_kept(browser, ed, draft):
    response = browser(ed).post(at(draft, "draft-item-remove", ref="c"))

    assert response.status_code == 422
    assert "a section needs an item" in Page(response).text


def test_changes_are_told_in_words_and_published_as_the_next_version(browser, alice, harbour):
    first, _ = loader.load(TEXT.encode(), harbour.pk)
    draft = Draft.objects.adopt(harbour, first, "ours", by=alice)
    client = browser(alice)
    address = at(draft, "draft-item", ref="a")
    client.post(address, typed(client, address, title="Keys are hidden"))

    shown = client.get(at(draft, "draft-changes"))
    page = Page(shown)
    assert "1 changed in meaning" in page.text
    assert "Its meaning has changed: the title is worded differently." in page.text
    response = client.post(at(draft, "draft-publish"), filled(shown))

    latest = first.checklist.latest
    assert response["Location"] == latest.get_absolute_url()
    assert latest.version == "1.1.0"
    assert definitions.of_edition(latest).sections[0].items[0].title == "Keys are hidden"
    assert not Draft.objects.exists()


def test_version_that_is_not_higher_is_an_error_of_the_field(browser, alice, harbour, draft):
    loader.load(TEXT.encode(), harbour.pk)

    response = browser(alice).post(
        at(draft, "draft-publish"), {"version": "1.0.0", "seen": draft.version}
    )

    assert response.status_code == 422
    assert "Write 1.1.0, for example." in Page(response).text


@pytest.mark.parametrize("format", registry.FORMATS.values(), ids=lambda format: format.name)
def test_draft_is_exported_in_every_format(browser, vic, draft, format):
    response = browser(vic).get(at(draft, "draft-export", format=format.name))

    assert schema.parse(response.content, format) == draft.definition()


def test_discarding_asks_first_and_tells_the_team(browser, ed, harbour, draft):
    client = browser(ed)
    client.get(at(draft, "draft-discard"))
    assert Draft.objects.exists()

    client.post(at(draft, "draft-discard"))

    assert not Draft.objects.exists()
    assert "discarded the draft “Our rules”" in harbour.events.first().sentence


@pytest.mark.parametrize("name", ["draft-detail", "draft-changes", "draft-text"])
def test_pages_of_a_draft_cost_as_many_queries_for_60_items_as_for_3(
    browser, alice, harbour, name
):
    items = [(f"i-{number}", f"Item {number}", "minor", "Do it.") for number in range(60)]
    many = definition_yaml(slug="many", sections={"keys": items}).decode()
    client = browser(alice)
    counts = {
        queries_of(client, at(Draft.objects.begin(harbour, text, by=alice), name))
        for text in (TEXT, many)
    }
    assert len(counts) == 1


def test_list_costs_as_many_queries_for_12_drafts_as_for_1(browser, alice, harbour, draft):
    client, address = browser(alice), reverse("team-checklist-list", args=[harbour.pk])
    few = queries_of(client, address)
    for _ in range(11):
        Draft.objects.begin(harbour, TEXT, by=alice)

    assert queries_of(client, address) == few
