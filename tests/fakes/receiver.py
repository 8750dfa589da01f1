"""An HTTP server on loopback that takes posts, with planned answers and faults."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Post:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """`after_s` seconds late; with `cut` what came is taken, and the connection closed without
    an answer."""

    status: int = 200
    body: str = "ok"
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    after_s: float = 0


class Receiver:
    """`with Receiver() as receiver:`. What came is in `posts`; the next answers are those of
    `plan`, then what `take` says."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self._planned: list[Reply] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        handler = type("Handler", (_Handler,), {"receiver": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def plan(self, *replies: Reply) -> None:
        self._planned += replies

    def answer(self, post: Post) -> Reply:
        with self._lock:
            self.posts.append(post)
            reply = self._planned.pop(0) if self._planned else None
            if reply is None or reply.cut:
                taken = self.take(post)
        self._over.wait(reply.after_s if reply else 0)
        return reply or taken

    def take(self, post: Post) -> Reply:
        """As the real one: what is right is taken, and what is not is refused."""
        return Reply()


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.receiver.answer(Post(self.path, headers, body))
        if reply.cut:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        content = reply.body.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_) -> None:
        """Nothing on the screen."""
