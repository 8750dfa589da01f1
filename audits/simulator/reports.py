"""The usage and cost reports: buckets of a width, rows by what they are grouped by."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

from audits.simulator.catalogue import HAIKU_5_5_LONG_PRICE, LONG_PROMPT, rfc3339
from audits.simulator.exchange import Seen
from audits.simulator.listing import by_page
from audits.simulator.problems import bad_request
from audits.simulator.tokens import Usage
from audits.simulator.world import Used, World

# A width, and how many buckets are given unless asked otherwise and at most.
WIDTHS = {
    "1m": (dt.timedelta(minutes=1), 60, 1440),
    "1h": (dt.timedelta(hours=1), 24, 168),
    "1d": (dt.timedelta(days=1), 7, 31),
}
USAGE_GROUPS = ("api_key_id", "workspace_id", "model", "service_tier", "context_window")
COST_GROUPS = ("workspace_id", "description")
# The reports know what was used so long ago.
LAG = dt.timedelta(minutes=5)
USAGE_FIELDS = [field.name for field in fields(Usage)]
PER_MILLION = Decimal(1_000_000)


def usage(world: World, seen: Seen) -> dict[str, Any]:
    """GET /v1/organizations/usage_report/messages."""
    groups = _groups(seen, USAGE_GROUPS)
    page = _page(world, seen)
    rows = [row for row in _known(world) if _wanted(seen, row)]
    for frame in page["data"]:
        inside = [row for row in rows if _is_in(row.at, frame)]
        frame["results"] = list(_usage_results(inside, groups))
    return page


def cost(world: World, seen: Seen) -> dict[str, Any]:
    """GET /v1/organizations/cost_report; amounts are decimal strings of cents."""
    if seen.value("bucket_width", "1d") != "1d":
        raise bad_request("bucket_width: Input should be '1d'")
    groups = _groups(seen, COST_GROUPS)
    page = _page(world, seen)
    lines = list(_cost_lines(world))
    for frame in page["data"]:
        inside = [line[1:] for line in lines if _is_in(line[0], frame)]
        frame["results"] = list(_cost_results(inside, groups))
    return page


def _known(world: World) -> list[Used]:
    until = world.today() - LAG
    return [row for row in world.used if row.at <= until]


def _groups(seen: Seen, known: tuple[str, ...]) -> list[str]:
    groups = seen.values("group_by")
    for group in groups:
        if group not in known:
            raise bad_request(f"group_by: {group!r} is not one of {', '.join(known)}")
    return groups


def _moment(seen: Seen, name: str) -> dt.datetime | None:
    text = seen.value(name)
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"{name}: Input should be an RFC 3339 date and time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _page(world: World, seen: Seen) -> dict[str, Any]:
    """Empty buckets from starting_at, cut down to its bucket, until ending_at or now."""
    width = seen.value("bucket_width", "1d")
    if width not in WIDTHS:
        raise bad_request(f"bucket_width: Input should be one of {', '.join(WIDTHS)}")
    start = _moment(seen, "starting_at")
    if not start:
        raise bad_request("starting_at: Field required")
    end = _moment(seen, "ending_at") or world.today()
    if end <= start:
        raise bad_request("ending_at: must be after starting_at")
    length, usual, most = WIDTHS[width]
    start = start.astimezone(dt.UTC)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + (start - midnight) // length * length
    page = by_page(seen, range(-(-(end - start) // length)), usual, most)
    page["data"] = [_frame(start + number * length, length) for number in page["data"]]
    return page


def _frame(start: dt.datetime, length: dt.timedelta) -> dict[str, Any]:
    return {"starting_at": rfc3339(start), "ending_at": rfc3339(start + length), "results": []}


def _is_in(moment: dt.datetime, frame: dict[str, Any]) -> bool:
    return frame["starting_at"] <= (rfc3339(moment) or "") < frame["ending_at"]


def _wanted(seen: Seen, row: Used) -> bool:
    asked = {
        "models": row.model,
        "api_key_ids": row.key_id,
        "workspace_ids": row.workspace_id,
    }
    return all(not seen.values(name) or has in seen.values(name) for name, has in asked.items())


def _usage_results(rows: Iterable[Used], groups: list[str]) -> Iterator[dict[str, Any]]:
    sums: dict[tuple, Usage] = defaultdict(Usage)
    for row in rows:
        total = sums[tuple(_values_of(row)[name] for name in groups)]
        for name in USAGE_FIELDS:
            setattr(total, name, getattr(total, name) + getattr(row.usage, name))
    for key, total in sums.items():
        yield {
            "uncached_input_tokens": total.input,
            "cache_creation": {
                "ephemeral_1h_input_tokens": total.written_1h,
                "ephemeral_5m_input_tokens": total.written_5m,
            },
            "cache_read_input_tokens": total.read,
            "output_tokens": total.output,
            "server_tool_use": {"web_search_requests": 0},
            **dict.fromkeys(USAGE_GROUPS),
            **dict(zip(groups, key, strict=True)),
        }


def _values_of(row: Used) -> dict[str, str | None]:
    return {
        "api_key_id": row.key_id,
        "workspace_id": row.workspace_id,
        "model": row.model,
        "service_tier": "standard",
        "context_window": "0-200k",
    }


def _cost_lines(world: World) -> Iterator[tuple[dt.datetime, str | None, str, Decimal]]:
    for row in _known(world):
        yield row.at, row.workspace_id, f"{row.model} Usage", cents_of(world, row)
    for date, workspace, description, cents in world.costs:
        at = dt.datetime.combine(date, dt.time(), dt.UTC)
        yield at, workspace, description, Decimal(cents)


def cents_of(world: World, row: Used) -> Decimal:
    """What the call cost, by the list price."""
    model = world.model(row.model)
    if not model:
        return Decimal(0)
    price = model.price
    if model.id == "claude-haiku-5-5" and row.usage.prompt > LONG_PROMPT:
        price = HAIKU_5_5_LONG_PRICE
    used = row.usage
    parts = (used.input, used.output, used.written_5m, used.written_1h, used.read)
    dollars = sum((Decimal(one) * n for one, n in zip(price, parts, strict=True)), Decimal(0))
    return dollars * 100 / PER_MILLION


def _cost_results(
    lines: Iterable[tuple[str | None, str, Decimal]], groups: list[str]
) -> Iterator[dict[str, Any]]:
    sums: dict[tuple, Decimal] = defaultdict(Decimal)
    for workspace, description, cents in lines:
        values = {"workspace_id": workspace, "description": description}
        sums[tuple(values[name] for name in groups)] += cents
    for key, cents in sums.items():
        yield {
            "currency": "USD",
            "amount": f"{cents.quantize(Decimal('0.000001')).normalize():f}",
            **dict.fromkeys(COST_GROUPS),
            **dict(zip(groups, key, strict=True)),
        }
