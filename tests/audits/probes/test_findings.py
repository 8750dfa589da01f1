import json
from decimal import Decimal

import pytest

from audits.probes.base import Check, Finding, Measure, Verdict
from audits.probes.findings import LONGEST, as_json, from_json, storable
from audits.reports.canonical import canonical_json

FINDING = Finding(
    Verdict.FAIL,
    "Two keys are old.",
    "The Admin API was asked.",
    next_step="Rotate them.",
    checks=(
        Check("age", Verdict.FAIL, "One is 120 days old.", "Rotate.", (Measure("days", 120),)),
        Check("orphans", Verdict.PASS, "None."),
    ),
    measures=(
        Measure("cost", Decimal("0.000100"), "USD"),
        Measure("pinned", True),
        Measure("model", "claude-haiku-4-5"),
    ),
    answer='{"type": "error"}',
)


def test_finding_comes_back_as_it_was():
    assert from_json(json.loads(json.dumps(as_json(FINDING)))) == FINDING


def test_finding_has_a_digest_that_no_machine_changes():
    assert b'"0.000100"' in canonical_json(as_json(FINDING))


def test_float_is_refused_before_it_is_kept():
    finding = Finding(Verdict.PASS, "So.", "So.", measures=(Measure("p95", 1.5, "ms"),))

    with pytest.raises(TypeError, match="p95 is a float"):
        as_json(finding)


@pytest.mark.parametrize("unfit", ["\x00", "\ud800", "\u202e", "\u200b", "\x1b", "\x85"])
def test_what_no_database_keeps_or_nobody_sees_is_left_out(unfit):
    check = Check("a", Verdict.FAIL, f"no{unfit}go", measures=(Measure(unfit, f"{unfit}1"),))
    finding = Finding.of([check], how="", answer=f"{unfit}{{}}", kept={f"a{unfit}": [unfit]})

    assert unfit not in str(as_json(storable(finding)))
    assert storable(finding).says == "nogo"
    assert storable(finding).kept == {"a": [""]}


def test_a_text_without_end_is_cut():
    finding = Finding(Verdict.PASS, "x" * 100_000, "")

    assert len(storable(finding).says) == LONGEST


def test_a_fit_finding_stays_as_it_is():
    assert storable(FINDING) == FINDING


def test_the_lines_of_an_answer_stay():
    assert storable(Finding(Verdict.PASS, "", "", answer="200\n\n{}")).answer == "200\n\n{}"
