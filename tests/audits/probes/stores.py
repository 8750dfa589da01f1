"""Secret stores on loopback, each with the rules of its real one as far as a reader meets them."""

import base64
import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VALUE = "sk-ant-api03-canary-of-the-stores"


class Store:
    """`answer(method, path, headers, body)` gives a status and what becomes JSON."""

    def __init__(self, answer):
        self.requests = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(answer))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(self, answer):
        requests = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                requests.append((self.command, self.path, dict(self.headers), body))
                status, said = answer(self.command, self.path, self.headers, body)
                data = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *args):
                pass

        return Handler


@contextlib.contextmanager
def store(answer):
    running = Store(answer)
    try:
        yield running
    finally:
        running.stop()


def vault(method, path, headers, body):
    """A Vault with key-value engines of version 2 at secret/ and of version 1 at old/."""
    if path == "/v1/auth/approle/login":
        good = json.loads(body) == {"role_id": "role", "secret_id": "its-secret"}
        if not good:
            return 400, {"errors": ["invalid role or secret ID"]}
        return 200, {"auth": {"client_token": "token-of-the-role"}}
    if headers.get("X-Vault-Token") not in ("good-token", "token-of-the-role"):
        return 403, {"errors": ["permission denied"]}
    secrets = {
        "/v1/secret/data/claude": {"data": {"data": {"key": VALUE, "count": 3}, "metadata": {}}},
        "/v1/secret/data/deep/er": {"data": {"data": {"key": VALUE}}},
        "/v1/secret/data/deleted": {"data": {"data": None}},
        "/v1/old/claude": {"data": {"key": VALUE}},
    }
    if path in secrets:
        return 200, secrets[path]
    return 404, {"errors": []}


def aws(method, path, headers, body):
    """Secrets Manager; checks the signature by making it anew with the same library's rules."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    again = AWSRequest(
        "POST",
        f"http://{headers['Host']}/",
        data=body,
        headers={name: headers[name] for name in ("Content-Type", "X-Amz-Target")},
    )
    again.context["timestamp"] = headers["X-Amz-Date"]
    again.headers["X-Amz-Date"] = headers["X-Amz-Date"]
    signer = SigV4Auth(Credentials("AKIAGOOD", "good-secret"), "secretsmanager", "eu-central-1")
    signature = signer.signature(
        signer.string_to_sign(again, signer.canonical_request(again)), again
    )
    if "Credential=AKIAGOOD/" not in headers["Authorization"]:
        return 400, {"__type": "UnrecognizedClientException", "message": "The security token …"}
    if f"Signature={signature}" not in headers["Authorization"]:
        return 400, {"__type": "InvalidSignatureException", "message": "The signature …"}
    secrets = {"claude/plain": VALUE, "claude/fields": json.dumps({"key": VALUE, "n": 1})}
    name = json.loads(body)["SecretId"]
    if name == "claude/denied":
        return 400, {"__type": "AccessDeniedException", "Message": "User: arn:aws:… is not"}
    if name == "claude/binary":
        return 200, {"Name": name, "SecretBinary": "AAAA"}
    if name not in secrets:
        return 400, {"__type": "com.amazonaws#ResourceNotFoundException"}
    return 200, {"Name": name, "SecretString": secrets[name]}


def google(method, path, headers, body):
    """Google's sign-in at /token and its Secret Manager at /v1/."""
    if path == "/token":
        if b"assertion=" not in body:
            return 400, {"error": "invalid_request"}
        return 200, {"access_token": "good-token", "expires_in": 3600, "token_type": "Bearer"}
    if headers.get("Authorization") != "Bearer good-token":
        return 401, {"error": {"status": "UNAUTHENTICATED"}}
    data = base64.b64encode(VALUE.encode()).decode()
    if path == "/v1/projects/launch/secrets/claude/versions/latest:access":
        return 200, {"payload": {"data": data}}
    if "denied" in path:
        return 403, {"error": {"status": "PERMISSION_DENIED"}}
    if "binary" in path:
        return 200, {"payload": {"data": base64.b64encode(b"\xff\xfe").decode()}}
    return 404, {"error": {"status": "NOT_FOUND"}}
