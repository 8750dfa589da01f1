"""One address, two kinds of answers: pages, and streams under /live/, which stay open."""

from collections.abc import Callable
from typing import Any

from config.wsgi import application as wsgi_application  # first, since it sets Django up

# isort: split
from django.conf import settings

from config.pages import Pages

# What a form sends around the file that it uploads.
FORM_BYTES = 1024 * 1024

limits: dict[str, Any] = {
    "max_body_bytes": settings.EVIDENCE_MAX_BYTES + FORM_BYTES,
    "spool_dir": settings.DATA_DIR,
}
pages = Pages(wsgi_application, threads=8, **limits)
# A thread of their own to come in by: with it one connection to the database for all of them, and
# however many come at once, pages go on.
streams = Pages(wsgi_application, threads=1, **limits)


async def application(scope: dict[str, Any], receive: Callable, send: Callable) -> None:
    if scope["path"].startswith("/live/"):
        await streams(scope, without_body(receive), send)
    else:
        await pages(scope, receive, send)


def without_body(receive: Callable) -> Callable:
    """A stream takes no body; Django would collect one of any size before it looks who asks."""
    asked = False

    async def receive_end() -> dict[str, Any]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await receive())["type"] != "http.disconnect":
            pass
        return message

    return receive_end
