"""Lists by id, as the API pages them, and the list of models."""

from collections.abc import Sequence
from typing import Any

from audits.simulator.exchange import Exchange, Seen
from audits.simulator.problems import bad_request, problem
from audits.simulator.world import World

MOST = 1000
USUAL = 20


def by_id(seen: Seen, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The page that `limit`, `after_id` and `before_id` ask for."""
    limit = number(seen, "limit", USUAL, MOST)
    ids = [row["id"] for row in rows]
    after, before = seen.value("after_id"), seen.value("before_id")
    for cursor in filter(None, (after, before)):
        if cursor not in ids:
            raise bad_request(f"{cursor} is no id of this list")
    if before:
        rest = rows[: ids.index(before)]
        page, more = rest[-limit:], len(rest) > limit
    else:
        rest = rows[ids.index(after) + 1 :] if after else rows
        page, more = rest[:limit], len(rest) > limit
    return {
        "data": list(page),
        "has_more": more,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
    }


def by_page(seen: Seen, rows: Sequence[Any], usual: int, most: int) -> dict[str, Any]:
    """The page that `limit` and `page` ask for."""
    limit = number(seen, "limit", usual, most)
    token = seen.value("page", "page_0").removeprefix("page_")
    if not token.isdigit():
        raise bad_request("page: not a token of this list")
    start = int(token)
    more = start + limit < len(rows)
    return {
        "data": list(rows[start : start + limit]),
        "has_more": more,
        "next_page": f"page_{start + limit}" if more else None,
    }


def number(seen: Seen, name: str, usual: int, most: int) -> int:
    text = seen.value(name, str(usual))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise bad_request(f"{name}: Input should be between 1 and {most}")
    return int(text)


async def models(world: World, exchange: Exchange, path: str) -> None:
    """GET /v1/models and /v1/models/{id or alias}."""
    name = path.removeprefix("/v1/models").strip("/")
    if not name:
        await exchange.json(200, by_id(exchange.seen, [one.as_json() for one in world.models]))
        return
    model = world.model(name)
    if not model:
        raise problem("model-unknown", model=name)
    await exchange.json(200, model.as_json())
