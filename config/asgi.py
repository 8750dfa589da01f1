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
        await streams(scope, receive, send)
    else:
        await pages(scope, receive, send)
