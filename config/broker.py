"""The embedded broker: messages as files in one private folder, for as many processes as you like.

kombu's filesystem transport writes a message under its final name, so that a consumer can read
half of one, and takes it by way of the shared temporary folder. Here a message appears whole and
is taken by exactly one, because both steps are a rename within the folder.
"""

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from kombu.transport import TRANSPORT_ALIASES, filesystem
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


class Channel(filesystem.Channel):
    """One channel on the folder that the transport option `folder` names."""

    @property
    def data_folder_in(self) -> Path:
        return self._folder("queued")

    data_folder_out = data_folder_in

    @property
    def control_folder(self) -> Path:
        return self._folder("control")

    def _folder(self, name: str) -> Path:
        path = Path(self.transport_options["folder"]) / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def _put(  # type: ignore[override]  # kombu's own signatures differ among themselves
        self, queue: str, payload: Any, **_options: Any
    ) -> None:
        # The time first: the names sort into the order of arrival.
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        self._appear(self.data_folder_out / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = self._folder("taken") / name
            try:
                (self.data_folder_in / name).rename(taken)
            except FileNotFoundError:
                continue  # another consumer was quicker
            content = taken.read_bytes()
            taken.unlink()
            try:
                return loads(bytes_to_str(content))
            except ValueError:
                # A power cut can leave an empty file. What is due is in the database anyway.
                logger.error("Threw away the damaged message %s (%d bytes)", name, len(content))
        raise Empty

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._only_me():
            table = self.get_table(exchange)
            if binding not in table:
                file = self._exchange_file(exchange)  # type: ignore[attr-defined]
                self._appear(file, dumps([binding, *table]))

    @contextmanager
    def _only_me(self) -> Iterator[None]:
        with (self.control_folder / "lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield

    def _appear(self, path: Path, content: str) -> None:
        aside = self._folder("aside") / f"{uuid.uuid4()}"
        aside.write_text(content)
        aside.rename(path)


class Transport(filesystem.Transport):
    Channel = Channel
