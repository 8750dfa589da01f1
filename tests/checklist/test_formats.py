"""What is written in any format is read again as the same, by us and by others."""

import csv
import io
import json

import pytest
import yaml as pyyaml
from django.conf import settings
from hypothesis import given
from hypothesis import settings as tries

from checklist import schema
from checklist.faults import FaultyFile
from checklist.formats import registry, yaml, yaml_write
from checklist.formats.yaml_slow import SlowParser
from tests.checklist.conftest import definition_yaml
from tests.checklist.definitions import definitions
from tests.checklist.faulty_files import GOOD

FORMATS = registry.FORMATS.values()
FOLDER = settings.BASE_DIR / "fixtures" / "checklists"
SHIPPED = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_checklist_is_the_same_after_writing_and_reading(path, format):
    definition = schema.parse(path.read_bytes())
    written = schema.dump(definition, format)
    assert schema.parse(written, format) == definition
    assert schema.dump(schema.parse(written, format), format) == written


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
@given(definition=definitions())
@tries(max_examples=80, deadline=None)
def test_any_definition_is_the_same_after_writing_and_reading(format, definition):
    assert schema.parse(schema.dump(definition, format), format) == definition


@given(definition=definitions())
@tries(max_examples=50, deadline=None)
def test_yaml_is_read_alike_without_libyaml(definition):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "Parser", SlowParser)
        assert schema.parse(schema.dump(definition)) == definition


@given(definition=definitions())
@tries(max_examples=50, deadline=None)
def test_yaml_is_read_alike_by_the_parser_of_yaml_1_1(definition):
    assert pyyaml.safe_load(schema.dump(definition)) == definition.plain()


@given(definition=definitions())
@tries(max_examples=50, deadline=None)
def test_json_is_read_alike_by_others(definition):
    assert json.loads(schema.dump(definition, registry.JSON)) == definition.plain()


@given(definition=definitions())
@tries(max_examples=50, deadline=None)
def test_no_cell_of_a_spreadsheet_begins_as_a_formula(definition):
    text = schema.dump(definition, registry.CSV).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r＝＋－＠"))]


def test_yaml_is_written_as_a_person_would():
    assert schema.dump(schema.parse(GOOD.encode())).decode() == GOOD


def test_texts_are_blocks_and_quotes_stand_only_where_needed():
    written = yaml_write.dump(
        {
            "version": "1.0",
            "title": '"No" is an answer',
            "place": "Section 2: keys",
            "note": "no",
            "guidance": "First.\n\n- second\n",
            "why": "word " * 30 + "end",
            "source": {"document": "a", "place": "Items 1, 2"},
            "other": {"document": "a", "place": "Why?"},
        }
    )
    assert written == (
        'version: "1.0"\n'
        "title: '\"No\" is an answer'\n"
        'place: "Section 2: keys"\n'
        'note: "no"\n'
        "guidance: |\n  First.\n\n  - second\n"
        f"why: >-\n  {'word ' * 18}word\n  {'word ' * 11}end\n"
        'source: {document: a, place: "Items 1, 2"}\n'
        'other: {document: a, place: "Why?"}\n'
    )


def test_editors_are_told_the_schema_and_the_file_reads_the_same():
    definition = schema.parse(GOOD.encode())
    written = yaml_write.dump(definition.plain(), "https://c.example/checklists/schema.json")
    first, _, rest = written.partition("\n")
    assert first == "# yaml-language-server: $schema=https://c.example/checklists/schema.json"
    assert rest == yaml_write.dump(definition.plain())
    assert schema.parse(written.encode()) == definition


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"slug: keys\n", "yaml"),
        (b'\xef\xbb\xbf  {"slug": "keys"}', "json"),
        (b"record,slug,title\r\n", "csv"),
        (b'"record";"slug"\n', "csv"),
        (b"records: all\n", "yaml"),
        (b"", "yaml"),
    ],
)
def test_pasted_text_is_of_the_format_that_it_begins_as(data, name):
    assert registry.of_content(data).name == name


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
def test_faults_are_the_same_in_every_format(format):
    plain = schema.parse(GOOD.encode()).plain()
    item = plain["sections"][0]["items"][0]
    item["severity"] = "Blocker"
    item["source"]["document"] = "artcle"
    item["evidence"][0]["kind"] = "photo"
    del item["verify"]
    with pytest.raises(FaultyFile) as caught:
        schema.parse(format.dump(plain).encode(), format)
    assert {fault.problem: fault.remedy for fault in caught.value.faults} == {
        'unknown severity "Blocker"': 'did you mean "blocker"? allowed are blocker, major, minor',
        '"artcle" is not among the documents': 'did you mean "article"? allowed are article; '
        "or add it to documents",
        'unknown kind "photo"': "allowed are link, file, note, probe",
        'the field "verify" is missing': "add verify: and its text",
    }


@pytest.mark.slow
def test_edition_of_10_042_items_is_read_again_from_every_format():
    items = [(f"i{number}", f"Item {number}", "minor", "Do it.") for number in range(10_042)]
    definition = schema.parse(definition_yaml(sections={"s": items}))
    for format in FORMATS:
        assert schema.parse(schema.dump(definition, format), format) == definition
