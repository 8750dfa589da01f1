import pytest
from django.conf import settings

from checklist import schema

FOLDER = settings.BASE_DIR / "fixtures" / "checklists"
SECTIONS = {
    "claude-launch-18": [3, 4, 4, 3, 4],
    "claude-production": [6, 7, 3, 5, 4, 4, 5, 4],
    "claude-playbook": None,
    "claude-engineering": None,
}
PROBES = {
    *("key-valid", "keys-separate", "key-rotation", "key-exposure", "spend-limit"),
    *("spend-to-date", "latency", "rate-headroom", "model-pinned", "prompt-cache"),
    *("error-contract", "app-stream", "app-rate-limit", "app-input", "app-health"),
    *("app-metrics", "app-security", "log-sample", "alert-wiring", "status-page"),
    "evidence-links",
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


def test_probes_named_are_probes_that_come(definition):
    named = {name for _, item in items(definition) for name in item.probes}
    assert named <= PROBES


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


def test_at_least_40_of_the_56_items_have_a_probe():
    first = [schema.parse((FOLDER / f"{slug}.yaml").read_bytes()) for slug in list(SECTIONS)[:2]]
    probed = [item for definition in first for _, item in items(definition) if item.probes]
    assert len(probed) >= 40


def items(definition):
    return [(section, item) for section in definition.sections for item in section.items]
