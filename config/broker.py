"""The embedded broker: messages as files in one private folder, for as many processes as you like.

kombu's filesystem transport writes a message under its final name, so that a consumer can read
half of one, and takes it by way of the shared temporary folder. Here a message appears whole and
is taken by exactly one, because both steps are a rename within the folder.
"""

import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import dumps, loads

SCHEME = "embedded"
POLL_SECONDS = 0.05
SCHEMES = {"redis", "rediss", "amqp", "amqps"}
TRANSPORT_ALIASES[SCHEME] = "config.broker:Transport"

logger = logging.getLogger(__name__)


def settings_for(url: str, folder: Path) -> tuple[str, dict[str, Any]]:
    """Celery's broker URL and transport options; without a URL the embedded broker in `folder`."""
    if not url:
        return f"{SCHEME}://localhost//", {"folder": str(folder), "polling_interval": POLL_SECONDS}
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        # Not the URL itself: it may carry a password.
        raise ImproperlyConfigured(
            f"CELERY_BROKER_URL begins with {scheme or 'nothing'}://; write "
            "redis://host:6379/0 or amqp://user:password@host:5672//, or leave it empty."
        )
    return url, {}


def queues(*names: str) -> list[Queue]:
    """As Celery would make them by itself, each behind an exchange of its own name."""
    return [Queue(name, Exchange(name, type="direct"), routing_key=name) for name in names]


class Channel(virtual.Channel):
    """One channel on the folder that the transport option `folder` names.

    It knows direct exchanges alone, and a routing key is the name of the queue: no table of
    bindings has to be kept, or can be lost.
    """

    supports_fanout = False

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        return [routing_key]

    def _put(self, queue: str, message: Any, **_options: Any) -> None:
        # The time first: the names sort into the order of arrival.
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        aside = self._folder("aside") / name
        aside.write_text(dumps(message))
        aside.rename(self._folder("queued") / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in self._names(queue):
            taken = self._folder("taken") / name
            try:
                (self._folder("queued") / name).rename(taken)
            except FileNotFoundError:
                continue  # another consumer was quicker
            content = taken.read_bytes()
            taken.unlink()
            try:
                message = loads(bytes_to_str(content))
                message["properties"]["delivery_tag"]  # or it would end the worker
                return message
            except (KeyError, RecursionError, TypeError, ValueError):
                # A power cut can leave an empty file. What is due is in the database anyway.
                logger.error("Threw away the damaged message %s (%d bytes)", name, len(content))
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._names(queue))

    def _purge(self, queue: str) -> int:
        names = self._names(queue)
        for name in names:
            (self._folder("queued") / name).unlink(missing_ok=True)
        return len(names)

    def _names(self, queue: str) -> list[str]:
        names = os.listdir(self._folder("queued"))
        return sorted(name for name in names if name.partition(".")[2] == f"{queue}.msg")

    def _folder(self, name: str) -> Path:
        client: Any = self.connection.client
        path = Path(client.transport_options["folder"]) / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path


class Transport(virtual.Transport):
    Channel = Channel
    driver_type = driver_name = SCHEME

    def driver_version(self) -> str:
        return "1"
