import pytest

from audits.models import Draft
from checklist import probe_names, schema
from tests.audits.views.drafted import TEXT, at, typed
from tests.audits.views.filled import filled
from tests.audits.views.markup import Page


@pytest.fixture
def draft(harbour, alice) -> Draft:
    return Draft.objects.begin(harbour, TEXT, by=alice)


def test_item_is_changed_in_a_form_and_the_rest_stays(browser, ed, draft):
    client, address = browser(ed), at(draft, "draft-item", ref="a")

    response = client.post(address, typed(client, address, title="Keys are hidden"))

    item, before = (
        text.sections[0].items[0]
        for text in (Draft.objects.get().definition(), schema.parse(TEXT.encode()))
    )
    assert response["Location"] == at(draft)
    assert item == before.model_copy(update={"title": "Keys are hidden"})


def test_form_helps_with_the_names_of_probes(browser, ed, draft):
    page = Page(browser(ed).get(at(draft, "draft-item", ref="a")))

    about = probe_names.known()["key-valid"]
    assert page.all("input", name="probes", list="probe-names")
    assert page.all("option", value="key-valid")
    assert f"{about.title}: {about.looks_at}" in page.text


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
    assert "is no name of a probe" in page.text
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
