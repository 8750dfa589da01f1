"""An SMTP server on loopback, with planned answers and faults."""

import email
import email.policy
import socketserver
import threading
from email.message import EmailMessage


class MailServer:
    """`with MailServer() as server:`. `mails` is what it took; `plan("DATA-END", "451 Later")`
    answers once so in that place; an answer of "" breaks off instead, "take" and then breaks off
    after the mail was taken."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.planned: dict[str, list[str]] = {}
        handler = type("Handler", (_Handler,), {"mail_server": self})
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def plan(self, place: str, *answers: str) -> None:
        self.planned.setdefault(place, []).extend(answers)

    def answer(self, place: str, usual: str) -> str:
        waiting = self.planned.get(place)
        return waiting.pop(0) if waiting else usual


class _Handler(socketserver.StreamRequestHandler):
    mail_server: MailServer

    def handle(self) -> None:
        self.recipients: list[str] = []
        goes_on = self._say("CONNECT", "220 mail.harbour.example ESMTP")
        while goes_on:
            line = self.rfile.readline().decode().strip()
            goes_on = bool(line) and self._do(line)

    def _do(self, line: str) -> bool:
        verb = line.split(" ")[0].upper()
        if verb == "RCPT":
            self.recipients.append(line.partition("<")[2].partition(">")[0])
        if verb == "DATA":
            return self._say("DATA", "354 Go on") and self._take()
        usual = "221 Bye" if verb == "QUIT" else "250 OK"
        return self._say(verb, usual) and verb != "QUIT"

    def _take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        answer = self.mail_server.answer("DATA-END", "250 Taken")
        if answer.startswith("250") or answer == "take":
            mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            self.mail_server.mails.append((self.recipients, mail))
        return answer != "take" and self._write(answer)

    def _say(self, place: str, usual: str) -> bool:
        return self._write(self.mail_server.answer(place, usual))

    def _write(self, answer: str) -> bool:
        """Whether it goes on after that."""
        if answer:
            self.wfile.write(f"{answer}\r\n".encode())
        return bool(answer)
