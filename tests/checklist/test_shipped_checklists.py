import pytest
from django.conf import settings

from audits.probes import registry
from checklist import schema

FOLDER = settings.BASE_DIR / "fixtures" / "checklists"
SECTIONS = {
    "claude-launch-18": [3, 4, 4, 3, 4],
    "claude-production": [6, 7, 3, 5, 4, 4, 5, 4],
    "claude-playbook": None,
    "claude-engineering": None,
}


@pytest.fixture(params=SECTIONS)
def definition(request):
    return schema.parse((FOLDER / f"{request.param}.yaml").read_bytes())


def test_folder_holds_these_checklists_and_no_others():
    assert {path.stem for path in FOLDER.iterdir()} == set(SECTIONS)


def test_file_is_named_as_its_slug(definition):
    assert definition.slug in SECTIONS


def test_items_are_as_many_as_in_the_source(definition):
    counts = [len(section.items) for section in definition.sections]
    assert counts == (SECTIONS[definition.slug] or counts)


def test_probes_named_are_probes_that_there_are(definition):
    named = {name for _, item in items(definition) for name in item.probes}
    assert named <= registry.names()


def test_every_document_is_cited(definition):
    cited = {
        source.document
        for _, item in items(definition)
        for source in [item.source, *item.see_also]
    }
    conditions = [*definition.entry_conditions, *definition.exit_criteria]
    cited |= {condition.source.document for condition in conditions}
    assert {document.id for document in definition.documents} == cited


def test_production_has_entry_conditions_and_exit_criteria():
    definition = schema.parse((FOLDER / "claude-production.yaml").read_bytes())
    assert definition.entry_conditions
    assert definition.exit_criteria


def items(definition):
    return [(section, item) for section in definition.sections for item in section.items]
