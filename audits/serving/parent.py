"""The parent of the tree: it accepts connections, and replaces what dies. It has one thread, no
connection to anything and nothing to wait for, so that it may fork at any time."""

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable

from audits.serving.processes import Child
from audits.serving.web import WebProcess

FAREWELL_SECONDS = 3


class Parent:
    """Web processes behind one listening socket, and what works beside them.

    `on_ready` is called once, when a web process has answered its first request; the others are
    started after it. `say` tells the operator.
    """

    def __init__(
        self,
        listener: socket.socket,
        webs: list[WebProcess],
        others: list[Child],
        *,
        on_ready: Callable[[], None],
        say: Callable[[str], object],
    ) -> None:
        self.listener = listener
        self.webs = webs
        self.others = others
        self.on_ready = on_ready
        self.say = say
        self.stopping = False
        self.was_ready = False
        self.selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Until SIGINT, SIGTERM or SIGHUP."""
        self._hear_signals()
        self.listener.setblocking(False)
        for web in self.webs:
            self._start(web)
        while not self.stopping:
            self._wait(self._seconds_to_next_start())
            self._reap()
            self._start_what_is_due()
        self._end()

    def _hear_signals(self) -> None:
        heard, waker = socket.socketpair()
        for end in (heard, waker):
            end.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self.selector.register(heard, selectors.EVENT_READ, lambda: heard.recv(4096))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # or it would not wake the loop
        self.wakers = heard, waker

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _wait(self, seconds: float | None) -> None:
        for key, _ in self.selector.select(seconds):
            key.data()

    def _start(self, child: Child) -> None:
        child.start()
        if isinstance(child, WebProcess):
            self.selector.register(
                child.channel, selectors.EVENT_READ, lambda: self._heard_from(child)
            )

    def _heard_from(self, web: WebProcess) -> None:
        if not web.listen():
            self.selector.unregister(web.channel)
            web.channel.close()
        self._open_or_shut()
        if web.is_ready and not self.was_ready:
            self.was_ready = True
            self.on_ready()
            for child in self.others:
                self._start(child)

    def _open_or_shut(self) -> None:
        """Without anybody to take them, connections wait in the socket's backlog."""
        is_open = self.listener in self.selector.get_map()
        wanted = any(web.is_ready for web in self.webs)
        if wanted and not is_open:
            self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        elif is_open and not wanted:
            self.selector.unregister(self.listener)

    def _accept(self) -> None:
        """Hand a new connection to the web process that has the fewest."""
        try:
            connection, _ = self.listener.accept()
        except OSError:  # it has gone already
            return
        with connection:
            ready = [web for web in self.webs if web.is_ready]
            any(web.take(connection) for web in sorted(ready, key=lambda web: web.connections))

    def _reap(self) -> None:
        """Take leave of the dead: our own, and as process 1 of a container all others'."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                for child in (*self.webs, *self.others):
                    if child.pid == pid:
                        sentence = child.ended(os.waitstatus_to_exitcode(status))
                        if not self.stopping:
                            self.say(sentence)

    def _seconds_to_next_start(self) -> float | None:
        due = [child.starts_at for child in (*self.webs, *self.others) if child.starts_at]
        return max(0, min(due) - time.monotonic()) if due else None

    def _start_what_is_due(self) -> None:
        for child in (*self.webs, *self.others):
            if child.starts_at and child.starts_at <= time.monotonic() and not self.stopping:
                self._start(child)

    def _end(self) -> None:
        children = (*self.webs, *self.others)
        self.listener.close()
        for child in children:
            child.ask_to_end()
        deadline = time.monotonic() + FAREWELL_SECONDS
        while any(child.pid for child in children) and time.monotonic() < deadline:
            self._wait(max(0, deadline - time.monotonic()))
            self._reap()
        for child in children:
            # A task in flight is lost; its state is in the database, and the tick rings again.
            child.kill()
