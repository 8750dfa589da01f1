"""Which items the machine checks."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from audits.probes.coverage import checks
from checklist.schema import parse

SHIPPED = settings.BASE_DIR / "fixtures" / "checklists"
FIRST = ("claude-launch-18", "claude-production")


def printed(*files):
    out = StringIO()
    call_command("probe_coverage", *files, stdout=out)
    return out.getvalue()


def items_of(slug):
    definition = parse((SHIPPED / f"{slug}.yaml").read_bytes())
    return [item for section in definition.sections for item in section.items]


def test_page_in_the_docs_is_what_the_command_prints():
    page = settings.BASE_DIR / "docs" / "probe-coverage.md"
    assert page.read_text(encoding="utf-8") == printed()


def test_at_least_40_of_the_56_items_of_the_first_two_checklists_are_checked():
    items = [item for slug in FIRST for item in items_of(slug)]
    assert len(items) == 56
    assert sum(1 for item in items if checks(item)) >= 40


def test_item_without_a_probe_is_for_a_person_alone():
    unchecked = [item for item in items_of(FIRST[0]) if not item.probes]
    assert unchecked
    for item in unchecked:
        (row,) = [line for line in printed().splitlines() if f"| {item.title} |" in line]
        assert row.endswith("| only a person |")


def test_file_with_a_fault_is_named(tmp_path):
    file = tmp_path / "faulty.yaml"
    file.write_text("slug: 5")
    with pytest.raises(CommandError, match="slug"):
        printed(str(file))
