"""The format of a stream: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import json
import re
from typing import Any

# A sign of life, for proxies and for the page, which hears no mere comment.
BEAT = b"event: beat\ndata:\n\n"
# The database's numbers end here, and a longer one was not given out by us.
NUMBER = re.compile("[0-9]{1,9}")


def message(event: str, data: dict[str, Any], *, number: int | None = None) -> bytes:
    """One message. With `number` it is what a client that comes back names as the last it had."""
    told = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {event}\ndata: {told}\n\n".encode()


def retry(milliseconds: int) -> bytes:
    """When to come back after the connection broke."""
    return f"retry: {milliseconds}\n\n".encode()


def number_of(text: str) -> int | None:
    """The number that a client names; None for what is none."""
    return int(text) if NUMBER.fullmatch(text) else None
