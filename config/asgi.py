"""One address, two kinds of answers: streams under /live/ on the event loop, pages in threads."""

import os
from collections.abc import Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
streams = get_asgi_application()

from django.conf import settings  # noqa: E402

from config.pages import Pages  # noqa: E402
from config.wsgi import application as wsgi_application  # noqa: E402

# What a form sends around the file that it uploads.
FORM_BYTES = 1024 * 1024

pages = Pages(
    wsgi_application,
    threads=8,
    max_body_bytes=settings.EVIDENCE_MAX_BYTES + FORM_BYTES,
    spool_dir=settings.DATA_DIR,
)


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
