"""The bare views on a server, the quickest way to serve them that was found."""

import sys

from bench.ground import Ground
from bench.processes import Process, free_port, listens
from bench.sizes import ROWS

# A process a core: with one, eight clients would wait for one core's lock.
OPTIONS = ["--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "error"]


class Floor:
    """`kind` is bare or signed-in. What `client` needs to ask it stands in its attributes."""

    def __init__(self, ground: Ground, kind: str) -> None:
        ground.environment |= {"FLOOR": kind, "DJANGO_SETTINGS_MODULE": "bench.floor.settings"}
        prepared = ground.ask("bench.floor.prepare")
        self.port = free_port()
        self.process = Process(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi"),
                *("--host", "127.0.0.1", "--port", str(self.port), *OPTIONS),
                "bench.floor.wsgi:application",
            ],
            ground.environment,
            ground.folder / "floor.log",
        )
        self.process.wait_for(lambda: listens(self.port))
        self.headers: list[str] = []
        self.cookies = [prepared["cookies"]]
        form = {"csrfmiddlewaretoken": prepared["token"], "version": "1", "state": "done"}
        paths = [f"/rows/{pk}/" for pk in range(1, ROWS + 1)]
        self.update = [{"path": path, "form": form} for path in paths]
        self.rows = [{"path": "/rows/"}]
