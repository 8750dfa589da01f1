"""A webhook as docs/alerts.md says that one is made: it verifies, and knows what it has."""

import hashlib
import hmac
import json
import time

from tests.fakes.receiver import Post, Receiver, Reply

PATH = "/hooks/countersign/5c1e0a9f7b3d2e4f6a8b"
FRESH_S = 300


class Webhook(Receiver):
    """`alerts` are those that it acted on, by delivery; `key` is set once it is known."""

    def __init__(self) -> None:
        super().__init__()
        self.key = ""
        self.alerts: dict[str, dict] = {}

    @property
    def address(self) -> str:
        return self.url + PATH

    def take(self, post: Post) -> Reply:
        given = post.headers["countersign-signature"].split(",")
        parts = dict(part.split("=", 1) for part in given)
        signed = parts["t"].encode() + b"." + post.body
        wanted = hmac.new(self.key.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, parts["v1"]):
            return Reply(401, "wrong signature")
        if abs(time.time() - int(parts["t"])) > FRESH_S:
            return Reply(401, "too old")
        self.alerts.setdefault(post.headers["countersign-delivery"], json.loads(post.body))
        return Reply(204, "")
