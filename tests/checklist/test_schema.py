import time

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from checklist import schema
from checklist.faults import MAX_FAULTS, FaultyFile
from checklist.formats import yaml
from checklist.formats.yaml_slow import SlowParser
from checklist.models import Item
from tests.checklist.faulty_files import FAULTY, GOOD, changed


def faults_of(data: bytes):
    with pytest.raises(FaultyFile) as caught:
        schema.parse(data)
    return caught.value.faults


@pytest.mark.parametrize("name", FAULTY)
def test_fault_is_named_with_its_place_and_its_remedy(name):
    data, place, problem, remedy = FAULTY[name]
    lines = [str(fault) for fault in faults_of(data)]
    found = [line for line in lines if line.startswith(f"{place}: ") and problem in line]
    assert found, lines
    assert remedy in found[0]


@pytest.mark.parametrize("name", FAULTY)
def test_one_mistake_is_one_fault(name):
    lines = [str(fault) for fault in faults_of(FAULTY[name][0])]
    # A misspelt field is also a missing one.
    wanted = [line for line in lines if "is missing" not in line]
    assert len(wanted) <= 1, lines


@pytest.mark.parametrize("name", FAULTY)
def test_parser_without_libyaml_finds_the_same_line(name, monkeypatch):
    data, place, _, remedy = FAULTY[name]
    monkeypatch.setattr(yaml, "Parser", SlowParser)
    line = int(place.partition(":")[0])
    found = [fault for fault in faults_of(data) if fault.line == line]
    assert any(remedy in fault.remedy for fault in found), faults_of(data)


def test_good_file_has_no_fault():
    definition = schema.parse(GOOD.encode())
    assert (definition.slug, definition.version, definition.item_count) == ("keys", "1.0.0", 1)


def test_example_in_the_documentation_is_good():
    text = (settings.BASE_DIR / "docs" / "checklist-format.md").read_text()
    example = text.partition("```yaml\n")[2].partition("```")[0]
    assert schema.parse(example.encode()).slug == "claude-launch-18"


def test_all_faults_of_a_file_are_found_at_once():
    data = (
        GOOD.replace("blocker", "grave")
        .replace("kind: link", "kind: photo")
        .replace("Look.", "5")
        .replace('"1.0.0"', "1.0")
    ).encode()
    assert [fault.line for fault in faults_of(data)] == [3, 22, 25, 27]


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "12:30", "1.0.0", "2026-11-21", "0x"])
def test_words_that_yaml_1_1_would_change_stay_text(word):
    definition = schema.parse(changed("Keys are secret", word))
    assert definition.sections[0].items[0].title == word


def test_id_no_is_the_text_no():
    assert schema.parse(changed("id: secret", "id: no")).sections[0].items[0].id == "no"


def test_byte_order_mark_of_utf_8_moves_no_column():
    data = b"\xef\xbb\xbf" + changed("slug: keys", "slug: Keys")
    assert str(faults_of(data)[0]).startswith("1:7: ")


def test_windows_line_ends_move_no_line():
    data = changed("blocker", "grave").replace(b"\n", b"\r\n")
    assert (faults_of(data)[0].line, faults_of(data)[0].column) == (22, 19)


def test_severities_of_the_format_are_those_of_the_model():
    allowed = schema.Item.model_fields["severity"].annotation.__args__
    assert list(allowed) == Item.Severity.values


def test_more_than_20_000_items_are_refused():
    data = b"sections:\n- items:\n" + b"  - {}\n" * 20_001
    assert any("more than 20,000" in fault.problem for fault in faults_of(data))


def test_a_fault_is_one_line_however_long_the_value():
    data = changed("blocker", '"' + "very\\n" * 10_000 + 'long"')
    line = str(faults_of(data)[0])
    assert "\n" not in line
    assert len(line) < 300


BOMBS = {
    "brackets": "[" * 4_000_000,
    "braces": "{" * 4_000_000,
    "hyphens": "- " * 2_000_000,
    "question marks": "? " * 2_000_000,
    "entries": "- x\n" * 1_200_000,
    "laughs": "a: &a [x]\n" + "".join(f"b{i}: *a\n" for i in range(200_000)),
    "fields": "".join(f"f{i}: x\n" for i in range(240_000)),
    "quoted": '"' + "a" * 4_900_000,
    "spaces": " " * 4_900_000 + "a",
    "cited": "documents:\n"
    + "".join(f"- {{id: d{i}}}\n" for i in range(10_000))
    + "sections:\n- items:\n"
    + "".join(f"  - source: {{document: x{i}}}\n" for i in range(15_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_within_seconds(name):
    data = BOMBS[name].encode()
    start = time.process_time()
    faults = faults_of(data)
    assert len(faults) <= MAX_FAULTS + 1
    assert time.process_time() - start < 120


@given(st.binary(max_size=400))
@tries(max_examples=400)
def test_any_bytes_are_a_definition_or_faults(data):
    parse_or_fault(data)


PIECES = [
    *GOOD.splitlines(keepends=True),
    *"&*!|>'\"%@`{}[],:?-#~\\\t\n",
    "<<: ",
    "---\n",
    "\\U0011FFFF",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@tries(max_examples=400)
def test_any_jumble_of_yaml_is_a_definition_or_faults(text):
    parse_or_fault(text.encode())


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_jumble_is_safe_without_libyaml(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "Parser", SlowParser)
        parse_or_fault(text.encode())


def parse_or_fault(data: bytes) -> None:
    try:
        schema.parse(data)
    except FaultyFile as error:
        assert_named([str(fault) for fault in error.faults])


def assert_named(faults: list[str]) -> None:
    assert faults
    assert not any("\n" in fault for fault in faults)
