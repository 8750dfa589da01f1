"""How figures and lists are written in findings."""

from collections.abc import Sequence
from decimal import Decimal


def dollars(amount: Decimal) -> str:
    """`$1,234.50`; below a cent as many digits as tell it from nothing."""
    if 0 < amount < Decimal("0.01"):
        return f"${amount.normalize():f}"
    return f"${amount:,.2f}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 key`, `2 keys`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """`a, b and c`; of many the first and how many there are more."""
    shown = list(names[:most])
    if len(names) > most:
        return ", ".join(shown) + f" and {len(names) - most} more"
    if len(shown) > 1:
        return ", ".join(shown[:-1]) + " and " + shown[-1]
    return "".join(shown)


def verb(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
