import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.models import Draft
from checklist import definitions, loader, schema
from checklist.formats import registry
from tests.audits.views.counting import queries_of
from tests.audits.views.drafted import SECTIONS, TEXT, at, typed
from tests.audits.views.filled import filled
from tests.audits.views.markup import Page
from tests.checklist.conftest import definition_yaml


@pytest.fixture
def draft(harbour, alice) -> Draft:
    return Draft.objects.begin(harbour, TEXT, by=alice)


def new(harbour) -> str:
    return reverse("draft-new", args=[harbour.pk])


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
