import time

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from checklist import schema
from checklist.faults import MAX_FAULTS, FaultyFile
from checklist.formats import registry
from tests.checklist.faulty_files import GOOD
from tests.checklist.test_schema import assert_named

JSON = schema.dump(schema.parse(GOOD.encode()), registry.JSON).decode()


def changed(old: str, new: str) -> str:
    assert JSON.count(old) == 1, old
    return JSON.replace(old, new)


def faults_of(text: str) -> list[str]:
    with pytest.raises(FaultyFile) as caught:
        schema.parse(text.encode(), registry.JSON)
    return [str(fault) for fault in caught.value.faults]


FAULTY = {
    "empty": (" \n", "1:1", "the file is empty", "write its fields"),
    "a text": ('"keys"', "1:1", "the file holds text instead of fields", '{"name": value}'),
    "a word": ("keys", "1:1", "keys is no JSON value", "in double quotes"),
    "a comment": (
        changed('  "title": "Key checklist"', '  // a title\n  "title": "Key checklist"'),
        *("3:3", "a field's name is missing here", "in double quotes"),
    ),
    "a comment for a value": ('{"slug": # x\n"keys"}', "1:10", "# is no JSON value", "comments"),
    "single quotes": (
        changed('"Key checklist"', "'Key checklist'"),
        *("3:12", "'Key is no JSON value", "double quotes"),
    ),
    "comma before the end": (
        changed('"why": "They are worth money.",', '"why": "They are worth money.",,'),
        *("42:42", "a field's name is missing here", '"name": value'),
    ),
    "comma after the last entry": (
        changed('[\n            "key-valid"\n', '[\n            "key-valid",\n'),
        *("51:24", "a comma stands before the end", "remove the comma"),
    ),
    "no comma": (
        changed('"slug": "keys",', '"slug": "keys"'),
        *("3:3", "a comma is missing here", "put a comma between two entries"),
    ),
    "no colon": (
        changed('"slug": "keys"', '"slug" "keys"'),
        *("2:10", "a colon is missing here", '"name": value'),
    ),
    "no value": (
        changed('"slug": "keys"', '"slug": '),
        *("2:11", "a value is missing here", "write it"),
    ),
    "quote not closed": (
        changed('"Hide them."', '"Hide them.'),
        *("41:23", "this quoted text never ends", "in the same line"),
    ),
    "bad escape": (
        changed('"Hide them."', '"C:\\d"'),
        *("41:26", "an unknown escape", "for a backslash"),
    ),
    "NUL by escape": (
        changed('"Hide them."', '"Hide\\u0000"'),
        *("41:23", "control character U+0000", "remove it"),
    ),
    "half a surrogate": (
        changed('"Hide them."', '"\\ud83d"'),
        *("41:23", "control character U+D83D", "remove it"),
    ),
    "not closed": (
        JSON.rstrip().removesuffix("]\n}"),
        *("32:15", "this list in square brackets is not closed", "close it with ]"),
    ),
    "mapping not closed": (
        JSON.rstrip().removesuffix("}"),
        *("1:1", "this mapping in braces is not closed", "close it with }"),
    ),
    "more after the end": (JSON + "{}", "68:1", "something follows the end", "remove it"),
    "duplicate key": (
        changed('"slug": "keys",', '"slug": "keys",\n"slug": "more",'),
        *("3:1", 'the field "slug" stands here a second time, first in line 2', "keep one"),
    ),
    "version is a number": (
        changed('"1.0.0"', "1.0"),
        *("4:14", '"version" is a number (1.0) where text', 'in quotes: "version": "1.0"'),
    ),
    "list is a text": (
        changed('[\n            "key-valid"\n          ]', '"key-valid"'),
        *("50:21", '"probes" is text where a list is wanted', "in square brackets"),
    ),
    "too deep": ("[" * 14, "1:13", "nested more than 12 levels deep", "flatten it"),
    "unknown severity": (
        changed('"blocker"', '"Blocker"'),
        *("40:23", 'unknown severity "Blocker"', 'did you mean "blocker"?'),
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_fault_is_named_with_its_place_and_its_remedy(name):
    text, place, problem, remedy = FAULTY[name]
    (found,) = faults_of(text)
    assert found.startswith(f"{place}: ")
    assert problem in found
    assert remedy in found


def test_pairs_of_surrogates_are_one_character():
    definition = schema.parse(changed("Hide them.", "\\ud83d\\udd11").encode(), registry.JSON)
    assert definition.sections[0].items[0].guidance == "🔑"


BOMBS = {
    "brackets": "[" * 4_000_000,
    "quotes": '"' * 4_000_000,
    "backslashes": '"' + "\\" * 4_000_000,
    "values": "[" + "1," * 2_400_000,
    "fields": "{" + ",".join(f'"f{i}":"x"' for i in range(240_000)) + "}",
    "quoted": '"' + "a" * 4_900_000,
    "spaces": " " * 4_900_000 + "a",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_within_seconds(name):
    start = time.process_time()
    assert len(faults_of(BOMBS[name])) <= MAX_FAULTS + 1
    assert time.process_time() - start < 120


PIECES = [*JSON.splitlines(keepends=True), *'{}[],:"\\1-', "\\u12", "null", "true", "\x0b", "é"]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@tries(max_examples=300)
def test_any_jumble_is_a_definition_or_faults(text):
    try:
        schema.parse(text.encode(), registry.JSON)
    except FaultyFile as error:
        assert_named([str(fault) for fault in error.faults])
