"""A finding as JSON and back. No floats in it: its digest must be the same everywhere."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from audits.probes.base import Check, Finding, Measure, Verdict

# Others' words stand in findings. No database stores NUL and halves of surrogate pairs; controls,
# overrides of direction and spaces without width deceive readers.
UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
LONGEST = 4_000
Part = TypeVar("Part")


def storable(part: Part) -> Part:
    """The finding, or a part of it, with every text fit to be stored and read: without what no
    database keeps or nobody sees, and not longer than 4,000 characters."""
    return _fit(part)


def _fit(part: Any) -> Any:
    if type(part) is str:
        return UNFIT.sub("", part)[:LONGEST]
    if isinstance(part, tuple | list):
        return type(part)(_fit(each) for each in part)
    if isinstance(part, Mapping):
        return {_fit(name): _fit(value) for name, value in part.items()}
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: _fit(getattr(part, f.name)) for f in fields(part)})
    return part


def as_json(finding: Finding) -> dict[str, Any]:
    """Everything but the samples, which have a table, and `kept`, which is the next run's.

    A Decimal is written as text, with `"decimal": true` beside it.
    """
    return {
        "verdict": finding.verdict.value,
        "says": finding.says,
        "how": finding.how,
        "next_step": finding.next_step,
        "checks": [_check_as_json(check) for check in finding.checks],
        "measures": [_measure_as_json(measure) for measure in finding.measures],
        "answer": finding.answer,
    }


def from_json(data: Mapping[str, Any]) -> Finding:
    """What `as_json` wrote; KeyError or ValueError for anything else."""
    return Finding(
        Verdict(data["verdict"]),
        data["says"],
        data["how"],
        next_step=data["next_step"],
        checks=tuple(_check(check) for check in data["checks"]),
        measures=_measures(data["measures"]),
        answer=data["answer"],
    )


def _check_as_json(check: Check) -> dict[str, Any]:
    return {
        "aspect": check.aspect,
        "verdict": check.verdict.value,
        "says": check.says,
        "next_step": check.next_step,
        "measures": [_measure_as_json(measure) for measure in check.measures],
    }


def _measure_as_json(measure: Measure) -> dict[str, Any]:
    written: dict[str, Any] = {"name": measure.name, "unit": measure.unit}
    if isinstance(measure.value, Decimal):
        return written | {"value": format(measure.value, "f"), "decimal": True}
    if isinstance(measure.value, float):
        raise TypeError(f"{measure.name} is a float; a figure is a Decimal or a whole number")
    return written | {"value": measure.value}


def _check(data: Mapping[str, Any]) -> Check:
    return Check(
        data["aspect"],
        Verdict(data["verdict"]),
        data["says"],
        data["next_step"],
        _measures(data["measures"]),
    )


def _measures(data: list[Mapping[str, Any]]) -> tuple[Measure, ...]:
    return tuple(
        Measure(
            one["name"], Decimal(one["value"]) if one.get("decimal") else one["value"], one["unit"]
        )
        for one in data
    )
