"""A time-stamp authority: a real HTTP server on loopback that lets OpenSSL answer."""

import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.audits.reports.authorities import pem_of

CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/certificate.pem
certs = {folder}/chain.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
accuracy = secs:1
"""


class StampingServer:
    """Answers as `holder`, unless `behaviour` says otherwise; also hands out `files` by path."""

    def __init__(self, holder, folder):
        folder.mkdir(parents=True)
        self.folder, self.holder = folder, holder
        self.files, self.behaviour, self.requests = {}, None, []
        (folder / "serial").write_text("01")
        (folder / "certificate.pem").write_bytes(holder.pem)
        (folder / "chain.pem").write_bytes(b"".join(map(pem_of, holder.above[:-1])))
        (folder / "key.pem").write_bytes(holder.key_pem())
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._lock = threading.Lock()  # of OpenSSL's serial file
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def stamp(self, query):
        """OpenSSL's answer to a query, DER."""
        with self._lock:
            (self.folder / "query").write_bytes(query)
            command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query"]
            done = subprocess.run(command, cwd=self.folder, capture_output=True, check=True)
        return done.stdout

    def _handler(self):
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                authority.requests.append((self.path, dict(self.headers)))
                found = authority.files.get(self.path)
                self.answer(200 if found else 404, found or b"", "application/pkix-crl")

            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.requests.append((self.path, dict(self.headers)))
                if authority.behaviour:
                    authority.behaviour(self, query)
                else:
                    self.answer(200, authority.stamp(query))

            def answer(self, status, body, kind="application/timestamp-reply", **headers):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        return Handler


def drip(handler, _query):
    """A header line a moment, for ever: no single read takes long."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X-Slow: 1\r\n")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass
