"""Real servers on loopback that say exactly the bytes that a test tells them to."""

import contextlib
import datetime as dt
import functools
import ipaddress
import re
import socket
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from audits.net.door import Door, Limits

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
HERE = Door(private=LOOPBACK)
# For what runs into its time. All else has time enough, however long the machine stands still.
QUICK = Limits(connect_s=0.5, total_s=1.0, max_bytes=10_000)
PATIENT = Limits(connect_s=20.0, total_s=20.0, max_bytes=10_000)


class Server:
    """`talk(connection, head)` is called for each connection with the request's head as bytes,
    at once when it does not wait;
    `heads` and
    `bodies` are those that came."""

    def __init__(self, talk, tls=None, waits=True):
        self.talk, self.tls, self.waits = talk, tls, waits
        self.heads, self.bodies = [], []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self._one, args=[connection], daemon=True).start()

    def _one(self, connection):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                stack.callback(connection.close)
            head = b""
            while self.waits and b"\r\n\r\n" not in head and (data := connection.recv(65536)):
                head += data
            head, _, body = head.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            while length and len(body) < int(length[1]) and (data := connection.recv(65536)):
                body += data
            self.heads.append(head)
            self.bodies.append(body)
            self.talk(connection, head)

    def stop(self):
        self.socket.close()


@contextlib.contextmanager
def serving(talk, tls=None, *, waits=True):
    if isinstance(talk, bytes):
        talk = saying(talk)
    server = Server(talk, tls, waits)
    try:
        yield server
    finally:
        server.stop()


def saying(answer):
    return lambda connection, head: connection.sendall(answer)


def answer(body=b"ok", status="200 OK", **headers):
    """The bytes of an answer; `content_type=` is the header Content-Type."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in ({"content-length": len(body)} | given).items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


def endlessly(first, more, pause=0.0):
    """Says `first`, and then `more` until nobody listens."""

    def talk(connection, head):
        connection.sendall(first)
        while True:
            connection.sendall(more)
            time.sleep(pause)

    return talk


def hanging(connection, head):
    time.sleep(5)


@contextlib.contextmanager
def full_house():
    """The port of a server that lets nobody in: connecting to it takes for ever."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = full.getsockname()[1]
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


@contextlib.contextmanager
def nobody():
    """A port where nobody listens, and nobody else can come to listen meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextlib.contextmanager
def deaf():
    """The port of a server that lets anybody in and says nothing, not even in TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def redirecting(to, status="302 Found"):
    return answer(b"", status, location=to)


@functools.cache
def authority():
    return _certified("Test Root", None, authority=True)


def tls_server(folder, names=("localhost",), *, days=30, trusted=True):
    """A context for a server with a certificate for these names."""
    certificate, key = _certified("Server", authority() if trusted else None, names, days)
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def root_pem():
    return authority()[0].public_bytes(serialization.Encoding.PEM).decode()


def _certified(name, by, names=(), days=30, *, authority=False):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - dt.timedelta(days=90))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        known = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
        builder = builder.add_extension(known, critical=False)
    return builder.sign(by[1] if by else key, hashes.SHA256()), key
