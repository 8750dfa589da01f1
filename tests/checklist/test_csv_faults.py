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

CSV = schema.dump(schema.parse(GOOD.encode()), registry.CSV).decode("utf-8-sig")


def changed(old: str, new: str) -> str:
    assert CSV.count(old) == 1, (old, CSV)
    return CSV.replace(old, new)


def faults_of(text: str) -> list[str]:
    with pytest.raises(FaultyFile) as caught:
        schema.parse(text.encode(), registry.CSV)
    return [str(fault) for fault in caught.value.faults]


def row(number: int) -> str:
    return CSV.splitlines(keepends=True)[number - 1]


FAULTY = {
    "empty": ("\n", "1:1", "the file is empty", "write its fields"),
    "no record": (changed("record,", "kind,"), "1:1", 'the column "record" is missing', "slug"),
    "unknown column": (
        changed("severity", "severty"),
        *("1:30", 'unknown column "severty"', 'did you mean "severity"?'),
    ),
    "column twice": (
        changed(",note,", ",text,"),
        *("1:52", 'the column "text" stands here a second time', "keep one"),
    ),
    "unknown record": (
        changed("document,,article", "documents,,article"),
        *("3:1", 'unknown record "documents"', 'did you mean "document"?'),
    ),
    "row without a record": (
        changed("section,,keys", ",,keys"),
        *("6:1", "this row does not say what it is", "allowed are checklist, document"),
    ),
    "second checklist": (
        CSV + row(2),
        *("8:1", "a second checklist begins here", "keep one of the two"),
    ),
    "item before a section": (
        row(1) + row(2) + row(3) + row(7) + row(4) + row(5) + row(6) + row(7),
        *("4:1", "this item stands before every section", "its section's row above it"),
    ),
    "cell without a column": (
        changed("section,,keys,Keys,,,,,,,,,,,,,,", "section,,keys,Keys,,,,,,,,,,,,,,,more"),
        *("6:34", "no column is named above this cell", "put text with commas in quotes"),
    ),
    "too many cells": (CSV + "," * 200, "8:101", "more than 100 cells", "in quotes"),
    "quote not closed": (
        row(1) + row(2).replace("Eighteen checks.", '"Eighteen checks.'),
        *("2:38", "this quoted cell never ends", "a quote inside it twice"),
    ),
    "quote not closed before others": (
        changed("Eighteen checks.", '"Eighteen checks.'),
        *("2:38", "behind the closing quote, in line 7", "inside a cell twice"),
    ),
    "text behind a quote": (
        changed("Eighteen checks.", '"Eighteen" checks.'),
        *("2:48", "something stands behind the closing quote", "inside a cell twice"),
    ),
    "field of another record": (
        changed("section,,keys,Keys,,", "section,,keys,Keys,,minor"),
        *("6:21", 'unknown field "severity"', "allowed are id, title, summary, items"),
    ),
    "no title": (
        changed("section,,keys,Keys", "section,,keys,"),
        *("6:1", 'the field "title" is missing', "add title"),
    ),
    "no place": (
        changed(",article,Prerequisites", ",article,"),
        *("4:49", 'the field "place" is missing', "add place"),
    ),
    "unknown severity": (
        changed("blocker", "Blocker"),
        *("7:31", 'unknown severity "Blocker"', 'did you mean "blocker"?'),
    ),
    "unknown kind inside a cell": (
        changed('""link""', '""photo""'),
        *("7:94", 'unknown kind "photo"', "allowed are link"),
    ),
    "list that is no JSON": (
        changed('"[""key-valid""]"', "key-valid"),
        *("7:130", "key-valid is no JSON value", "in double quotes"),
    ),
    "list that is a text": (
        changed('"[""key-valid""]"', '"""key-valid"""'),
        *("7:131", '"probes" is text where a list is wanted', "in square brackets"),
    ),
    "list that is not closed": (
        changed('"[""key-valid""]"', '"[""key-valid"""'),
        *("7:131", "this list in square brackets is not closed", "close it with ]"),
    ),
    "item twice": (CSV + row(7), "8:7", 'the item "secret" stands here a second time', "line 7"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_fault_is_named_with_its_place_and_its_remedy(name):
    text, place, problem, remedy = FAULTY[name]
    found = [line for line in faults_of(text) if problem in line]
    assert [line.partition(": ")[0] for line in found] == [place], faults_of(text)
    assert remedy in found[0]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_of_spreadsheets_are_understood(delimiter):
    text = (
        f"record,slug,id,title,version,text{','}source.document,source.place\n"
        "checklist,keys,,Keys,1.0.0,,,\n"
    ).replace(",", delimiter)
    assert faults_of(text) == [
        '2:1: the field "documents" is missing; add documents: with the id and title of each '
        "source",
        '2:1: the field "sections" is missing; add sections: with at least one section',
    ]


def test_blank_rows_and_columns_that_a_spreadsheet_leaves_are_nothing():
    padded = "".join(f"{line},,\r\n,,,\r\n" for line in CSV.splitlines())
    assert schema.parse(padded.encode(), registry.CSV) == schema.parse(GOOD.encode())


def test_cells_that_would_run_as_formulas_have_an_apostrophe_in_the_file_alone():
    definition = schema.parse(changed("Hide them.", '"\'=HYPERLINK(1,2)"').encode(), registry.CSV)
    assert definition.sections[0].items[0].guidance == "=HYPERLINK(1,2)"
    assert '"\'=HYPERLINK(1,2)"' in schema.dump(definition, registry.CSV).decode()


BOMBS = {
    "commas": "record\n" + "," * 4_900_000,
    "rows": "record\n" + "item\n" * 900_000,
    "quotes": "record\n" + '"' * 4_900_000,
    "cells": "record" + ",x" * 90 + "\n" + ("," * 99 + "\n") * 45_000,
    "columns": "record," * 99 + "\n" + ("x," * 99 + "\n") * 24_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_within_seconds(name):
    start = time.process_time()
    assert len(faults_of(BOMBS[name])) <= MAX_FAULTS + 1
    assert time.process_time() - start < 120


PIECES = [*CSV.splitlines(keepends=True), *CSV.split(","), *"\"',;\t\r\n[]{}=", "item", "é"]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@tries(max_examples=300)
def test_any_jumble_is_a_definition_or_faults(text):
    try:
        schema.parse(text.encode(), registry.CSV)
    except FaultyFile as error:
        assert_named([str(fault) for fault in error.faults])
