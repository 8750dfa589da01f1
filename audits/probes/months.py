"""The month that Anthropic bills: the calendar month in UTC; and what it has cost."""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.probes.asking import by_page
from audits.probes.base import Target
from audits.probes.reading import Odd, instant, number, rows, text

if TYPE_CHECKING:
    from audits.probes.claude import Claude

COST_REPORT = "/v1/organizations/cost_report"
CENTS = Decimal(100)


@dataclass(frozen=True)
class Month:
    """`now` is aware."""

    now: dt.datetime

    @property
    def start(self) -> dt.datetime:
        day = self.now.astimezone(dt.UTC)
        return day.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

    @property
    def days(self) -> int:
        return monthrange(self.start.year, self.start.month)[1]

    @property
    def elapsed(self) -> Decimal:
        """Days since its start, with their parts, to the minute."""
        return Decimal((self.now - self.start) // dt.timedelta(minutes=1)) / 1440

    @property
    def name(self) -> str:
        return f"{self.start:%Y-%m}"


def cost_by_day(claude: "Claude", target: Target) -> dict[dt.date, Decimal]:
    """Dollars of each day of the month so far (UTC) that has a cost: of the target's workspace
    where one is declared, else of the whole organization. Empty also when the id of the workspace
    is wrong. Odd when the report is not as documented."""
    month = Month(target.now)
    tomorrow = target.now.astimezone(dt.UTC).date() + dt.timedelta(days=1)
    params = [
        ("starting_at", f"{month.start:%Y-%m-%dT%H:%M:%SZ}"),
        ("ending_at", f"{tomorrow:%Y-%m-%d}T00:00:00Z"),
        ("bucket_width", "1d"),
        ("limit", "31"),
    ]
    if target.workspace_id:
        params.append(("group_by[]", "workspace_id"))
    costs: dict[dt.date, Decimal] = {}
    for bucket in by_page(claude, COST_REPORT, params):
        start = instant(bucket, "starting_at")
        if start is None:
            raise Odd("a day of the cost report has no “starting_at”.")
        found = [row for row in rows(bucket, "results") if _is_of(row, target)]
        if found and start >= month.start:
            cost = sum((_dollars(row) for row in found), Decimal(0))
            costs[start.date()] = costs.get(start.date(), Decimal(0)) + cost
    return costs


def _is_of(row: dict[str, Any], target: Target) -> bool:
    return not target.workspace_id or text(row, "workspace_id", "") == target.workspace_id


def _dollars(row: dict[str, Any]) -> Decimal:
    """`amount` is cents, as a decimal in text."""
    currency = text(row, "currency", "USD").upper()
    if currency != "USD":
        raise Odd(f"a cost is in {currency[:8]}, not in USD.")
    return number(row, "amount") / CENTS
