"""The product at an address of its own, where a test can kill it and start it again."""

import asyncio
import threading

import uvicorn

from audits.serving.checks import listen
from audits.serving.web import url_of
from config import asgi
from config.pages import Pages
from config.wsgi import application


class Killable:
    def __init__(self):
        self.port = 0
        self.start()

    def start(self):
        """Where it was before."""
        # Those of config.asgi belong to the loop of the server that the other tests share.
        self.pages = Pages(application, threads=2, **asgi.limits)
        self.streams = Pages(application, threads=1, **asgi.limits)
        listener = listen("127.0.0.1", self.port)
        self.port = listener.getsockname()[1]
        self.url = url_of(listener)
        config = uvicorn.Config(self._serve, interface="asgi3", lifespan="off", log_config=None)
        self.server = uvicorn.Server(config)
        run = {"sockets": [listener]}
        self.thread = threading.Thread(target=self.server.run, kwargs=run, daemon=True)
        self.thread.start()

    async def _serve(self, scope, receive, send):
        self.loop = asyncio.get_running_loop()
        if scope["path"].startswith("/live/"):
            await self.streams(scope, asgi.without_body(receive), send)
        else:
            await self.pages(scope, receive, send)

    def kill(self):
        """Nobody is told: connections break."""
        for each in list(self.server.server_state.connections):
            self.loop.call_soon_threadsafe(each.transport.abort)
        self.server.force_exit = self.server.should_exit = True
        self.thread.join(60)
        assert not self.thread.is_alive()
        for each in (self.pages, self.streams):
            each.pool.shutdown()
