"""Slack's incoming webhooks, as strict as they are."""

import json

from tests.fakes.receiver import Post, Receiver, Reply

PATH = "/services/T0HARBOUR/B0LAUNCH/3f9a1c7d5e2b4a6c8d0e1f2a"
MOST = {"header": 150, "section": 3000}


class Slack(Receiver):
    """`messages` are those that people read in the channel."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict] = []

    @property
    def address(self) -> str:
        return self.url + PATH

    def take(self, post: Post) -> Reply:
        if post.path != PATH:
            return Reply(404, "no_service")
        if post.headers.get("content-type") != "application/json":
            return Reply(400, "invalid_payload")
        message = json.loads(post.body)
        if not message.get("text") and not message.get("blocks"):
            return Reply(400, "no_text")
        if not all(map(_is_block, message["blocks"])) or len(message["blocks"]) > 50:
            return Reply(400, "invalid_blocks")
        self.messages.append(message)
        return Reply(200, "ok")


def _is_block(block: dict) -> bool:
    if block["type"] == "context":
        texts = block["elements"]
        return 0 < len(texts) <= 10 and all(map(_is_text, texts))
    if block["type"] == "header" and block["text"]["type"] != "plain_text":
        return False
    return _is_text(block["text"]) and len(block["text"]["text"]) <= MOST[block["type"]]


def _is_text(text: dict) -> bool:
    if text["type"] not in ("plain_text", "mrkdwn") or not text["text"]:
        return False
    return text["type"] == "plain_text" or "emoji" not in text
