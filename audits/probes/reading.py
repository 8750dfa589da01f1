"""Reads answers of others, which may hold anything: what is not as documented raises Odd and says
where, so that a probe ends in words and never in a traceback."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

# Beyond it a figure is no count, no price and no number of tokens, but nonsense.
LARGEST = Decimal(10) ** 15


class Odd(Exception):
    """An answer that is not as documented. Its words come after "The answer is odd: "."""


def mapping(value: Any, place: str = "the answer") -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Odd(f"{place} is {kind_of(value)}, not an object.")
    return value


def rows(answer: Any, name: str = "data") -> list[dict[str, Any]]:
    """The list of objects under that name."""
    found = mapping(answer).get(name)
    if not isinstance(found, list):
        raise Odd(f"“{name}” is {kind_of(found)}, not a list.")
    return [mapping(row, f"an entry of “{name}”") for row in found]


def text(row: dict[str, Any], name: str, default: str | None = None) -> str:
    """At most 200 characters of it; the default also stands for null."""
    found = row.get(name)
    if found is None and default is not None:
        return default
    if not isinstance(found, str):
        raise Odd(f"“{name}” is {kind_of(found)}, not a text.")
    return found[:200]


def number(row: dict[str, Any], name: str, default: Decimal | None = None) -> Decimal:
    """A whole number or a decimal written as text: finite, at least 0, below 10^15."""
    found = row.get(name)
    if found is None and default is not None:
        return default
    if isinstance(found, bool) or not isinstance(found, str | int | float | Decimal):
        raise Odd(f"“{name}” is {kind_of(found)}, not a number.")
    value = decimal(found)
    if value is None:
        raise Odd(f"“{name}” is not a number between 0 and 10^15.")
    return value


def decimal(found: str | int | float | Decimal) -> Decimal | None:
    """To nine places; None unless it is finite, at least 0 and below 10^15."""
    try:
        value = found if isinstance(found, Decimal) else Decimal(str(found)[:60])
    except (InvalidOperation, ValueError):  # of a whole number too long to be written out
        return None
    if not value.is_finite() or not 0 <= value < LARGEST:
        return None
    # 1e-999999 is finite too, and would be written out with all its zeros.
    return value.quantize(Decimal("1e-9"))


def whole(row: dict[str, Any], name: str, default: int | None = None) -> int:
    value = number(row, name, None if default is None else Decimal(default))
    if value != value.to_integral_value():
        raise Odd(f"“{name}” is not a whole number.")
    return int(value)


def instant(row: dict[str, Any], name: str) -> dt.datetime | None:
    """Aware, in UTC; None where the field is absent or null."""
    found = text(row, name, "")
    if not found:
        return None
    try:
        moment = dt.datetime.fromisoformat(found)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Odd(f"“{name}” is not a time.") from None


def kind_of(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")
