"""The frozen copy of a probe run that is evidence: canonical JSON in the text of the piece."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audits.reports.canonical import canonical_json

FORMAT = "countersign.run/1"
VERDICTS = ("pass", "fail", "inconclusive", "error")
KINDS = ("development", "staging", "production")
TEXTS = (
    *("run", "probe", "title", "environment", "at", "verdict", "says", "how", "next_step"),
    *("kind", "asked_by", "answer"),
)
MEASURE = {"name": str, "value": str, "unit": str}
CHECK = {"aspect": str, "verdict": str, "says": str, "next_step": str, "measures": list}
# Of all keys which type the value has.
SHAPE: dict[str, type] = {
    "format": str,
    **dict.fromkeys(TEXTS, str),
    "duration_ms": int,
    "simulated": bool,
    "measures": list,
    "checks": list,
}


@dataclass(frozen=True)
class Run:
    """`at` is a moment such as `2026-11-21T04:34:00Z`; `checks` and `measures` are as in the
    JSON; `asked_by` is empty where the schedule asked."""

    run: str
    probe: str
    title: str
    environment: str
    kind: str
    asked_by: str
    at: str
    duration_ms: int
    simulated: bool
    verdict: str
    says: str
    how: str
    next_step: str
    measures: list[dict[str, str]]
    checks: list[dict[str, Any]]
    answer: str
    format: str = FORMAT

    def text(self) -> str:
        """The one form of it, whose SHA-256 names it."""
        return canonical_json(vars(self)).decode()


def read(text: str) -> Run:
    """ValueError, which says what is wrong, unless the text is the canonical form of a run."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise ValueError("it is no JSON") from error
    _check(told, SHAPE, "it")
    for measure in told["measures"]:
        _check(measure, MEASURE, "a figure")
    for check in told["checks"]:
        _check(check, CHECK, "a check")
        for measure in check["measures"]:
            _check(measure, MEASURE, "a figure")
    if told["format"] != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    verdicts = {told["verdict"], *(check["verdict"] for check in told["checks"])}
    if not verdicts <= set(VERDICTS) or told["kind"] not in KINDS:
        raise ValueError("it holds a verdict or a kind of environment that there is not")
    run = Run(**told)
    if run.text() != text:
        raise ValueError("it is not in its canonical form")
    return run


def _check(told: Any, shape: Mapping[str, type], what: str) -> None:
    if not isinstance(told, dict) or told.keys() != shape.keys():
        raise ValueError(f"{what} does not hold {', '.join(sorted(shape))}")
    for name, kind in shape.items():
        # A boolean is an int for Python.
        if type(told[name]) is not kind:
            raise ValueError(f"{what} holds no proper {name}")
