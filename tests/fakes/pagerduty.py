"""PagerDuty's Events API v2: one incident for each dedup_key, however often it is triggered."""

import json

from tests.fakes.receiver import Post, Receiver, Reply

ROUTING_KEY = "R0UTINGKEY0000000000000000000042"
REQUIRED = ("summary", "source", "severity")
SEVERITIES = ("critical", "error", "warning", "info")


class PagerDuty(Receiver):
    """`open` and `resolved` hold payloads by dedup_key; `pages` counts how often it rang."""

    def __init__(self) -> None:
        super().__init__()
        self.open: dict[str, dict] = {}
        self.resolved: dict[str, dict] = {}
        self.pages = 0

    def take(self, post: Post) -> Reply:
        event = json.loads(post.body)
        if post.path != "/v2/enqueue":
            return Reply(404, "{}")
        if event.get("routing_key") != ROUTING_KEY or not self._is_event(event):
            return Reply(400, '{"status": "invalid event"}')
        key = event["dedup_key"]
        if event["event_action"] == "resolve":
            if key in self.open:
                self.resolved[key] = self.open.pop(key)
        elif key not in self.open:
            self.pages += 1
            self.open[key] = event["payload"]
        return Reply(202, json.dumps({"status": "success", "dedup_key": key}))

    @staticmethod
    def _is_event(event: dict) -> bool:
        if event["event_action"] == "resolve":
            return bool(event.get("dedup_key"))
        payload = event["payload"]
        return (
            event["event_action"] == "trigger"
            and all(payload.get(name) for name in REQUIRED)
            and len(payload["summary"]) <= 1024
            and payload["severity"] in SEVERITIES
            and len(event["dedup_key"]) <= 255
        )
