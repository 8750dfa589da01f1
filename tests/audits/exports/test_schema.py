"""An audit is the same after writing and reading, and every fault of its file is named."""

import csv
import io
import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from hypothesis import given
from hypothesis import settings as tries
from jsonschema import Draft202012Validator

from audits.exports import schema
from audits.exports.formats import CSV, FORMATS
from checklist.faults import FaultyFile
from checklist.formats import registry
from tests.audits.exports.definitions import FULL, definitions

EACH = pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)


@EACH
@given(definition=definitions())
@tries(max_examples=40, deadline=None)
def test_any_audit_is_the_same_after_writing_and_reading(format, definition):
    assert schema.parse(schema.dump(definition, format), format)[0] == definition


@EACH
def test_conditions_and_parted_items_are_the_same_too(format):
    assert schema.parse(schema.dump(FULL, format), format)[0] == FULL


@given(definition=definitions())
@tries(max_examples=30, deadline=None)
def test_no_cell_of_a_spreadsheet_begins_as_a_formula(definition):
    text = schema.dump(definition, CSV).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r＝＋－＠"))]


def test_published_schema_takes_what_is_written():
    published = schema.audit_schema()
    Draft202012Validator.check_schema(published)
    assert not list(Draft202012Validator(published).iter_errors(FULL.plain()))


def test_example_of_the_docs_is_an_audit():
    text = (settings.BASE_DIR / "docs" / "audit-format.md").read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    assert schema.parse(example.encode())[0].parted


def test_every_field_is_described():
    published = schema.audit_schema()
    for part in (published, *published["$defs"].values()):
        assert part["description"]
        for name, field in part["properties"].items():
            assert field.get("description"), name


def test_command_prints_the_schema():
    out = StringIO()
    call_command("checklist_schema", "--audit", stdout=out)
    assert json.loads(out.getvalue()) == schema.audit_schema()


GOOD = """\
format: countersign.audit/1
title: First launch
editions:
  - checklist: launch
    version: "1.0.0"
answers:
  - checklist: launch
    item: item-1
    state: done
  - checklist: launch
    item: item-2
    state: risk_accepted
    reason: It is small.
    approver: noor@harbour.example
    until: 2027-01-01
    confirmed: true
    severity: minor
    severity_reason: Nobody is hurt.
    evidence:
      - kind: file
        title: Limits
        name: limits.txt
        size: 24
        sha256: abababababababababababababababababababababababababababababababab
        speaks_of: 2026-11-01
        expires_on: 2027-11-01
conditions:
  - checklist: launch
    kind: exit
    id: it-runs
    state: waived
    note: Later.
parted:
  - checklist: launch
    item: item-1
    other: {checklist: launch, item: item-2}
"""

FAULTS = {
    "another format": ("audit/1", "audit/2", "1:9", "countersign.audit/1"),
    "unknown field": ("title: First", "titel: First", "2:1", 'did you mean "title"'),
    "no title": ("title: First launch\n", "", "1:1", "title: and its text"),
    "no edition": ("  - checklist: launch\n    version", "  - version", "4:5", "checklist: with"),
    "unknown state": ("state: done", "state: Done", "9:12", 'did you mean "done"'),
    "text for a number": ("size: 24", "size: '24'", "23:15", "write a whole number"),
    "text for a word": ("confirmed: true", "confirmed: yes", "16:16", "write true or false"),
    "no day": ("until: 2027-01-01", "until: 2027-02-30", "15:12", "write year, month and day"),
    "no address": ("noor@harbour.example", "Noor", "14:15", "write one, such as"),
    "no digest": ("sha256: ab", "sha256: xy", "24:17", "64 digits"),
    "twice": (
        "item: item-2\n    state",
        "item: item-1\n    state",
        "11:11",
        "keep one of the two",
    ),
    "foreign": (
        "  - checklist: launch\n    kind",
        "  - checklist: lunch\n    kind",
        "28:16",
        "add it to",
    ),
    "reason too many": ("state: done", "state: done\n    reason: x", "10:5", "remove it"),
    "no approver": ("    approver: noor@harbour.example\n", "", "10:5", "add it, or claim"),
    "no why": ("    severity_reason: Nobody is hurt.\n", "", "17:5", "write both"),
    "why waived": ("    note: Later.\n", "", "28:5", "why it is waived"),
    "half a file": ("        size: 24\n", "", "20:9", "add it"),
    "file with text": ("size: 24", "size: 24\n        text: x", "24:9", "correct the kind"),
    "stale at once": ("expires_on: 2027", "expires_on: 2020", "26:21", "a later day"),
    "not fields": (GOOD, "- a\n", "1:1", "beginning with format"),
}


def test_good_file_has_no_fault():
    definition, _ = schema.parse(GOOD.encode())
    assert definition.answers[1].confirmed


@pytest.mark.parametrize(("old", "new", "place", "remedy"), FAULTS.values(), ids=FAULTS)
def test_fault_is_named_with_its_place_and_its_remedy(old, new, place, remedy):
    assert old in GOOD
    with pytest.raises(FaultyFile) as caught:
        schema.parse(GOOD.replace(old, new, 1).encode())
    found = [str(fault) for fault in caught.value.faults]
    assert any(fault.startswith(f"{place}: ") and remedy in fault for fault in found), found


def test_piece_of_one_name_is_the_same_everywhere():
    plain = FULL.plain()
    second = {"checklist": "launch", "item": "item-2", "state": "open"}
    other = plain["answers"][0]["evidence"][0] | {"text": "Another"}
    plain["answers"].append(second | {"evidence": [other]})
    with pytest.raises(FaultyFile, match='the piece "piece-1" is another in line'):
        schema.parse(registry.YAML.dump(plain).encode())


@pytest.mark.parametrize(
    "data",
    [b"a: &x 1\nb: *x\n", b"!!python/object:os.system {}\n", b"[" * 100_000, b"\xff\xfea"],
)
def test_hostile_file_is_a_fault_and_nothing_else(data):
    with pytest.raises(FaultyFile):
        schema.parse(data)
