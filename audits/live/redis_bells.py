"""The bell of Redis, and who rings it."""

import logging
import time
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from audits.live.bells import RETRY_SECONDS, Wire, ringer

logger = logging.getLogger(__name__)

# A bell must never hold up what it tells of.
PATIENCE_SECONDS = 0.5


class Subscription(Wire):
    """Redis's publish and subscribe."""

    faults = (redis.RedisError, OSError)

    def __init__(self, channel: str, url: str) -> None:
        super().__init__()
        self.channel = channel
        # Kept: with the client, redis-py closes the connections of its subscriptions too.
        self.server = _redis(url)

    def open(self) -> Any:
        subscription = self.server.pubsub(ignore_subscribe_messages=True)
        subscription.subscribe(self.channel)
        return subscription

    def number(self) -> int:
        return int(self.connection.connection._sock.fileno())

    def read(self) -> list[str]:
        rung = []
        while True:
            told = self.connection.get_message(timeout=0)
            if told is not None:
                rung.append(told["data"].decode())
            elif not self.connection.connection.can_read(timeout=0):
                return rung


class Publisher:
    """Rings through Redis."""

    def __init__(self, channel: str, url: str) -> None:
        self.channel = channel
        self.silent_until = 0.0
        self.server = _redis(url)

    def ring(self, topic: str) -> None:
        if time.monotonic() < self.silent_until:
            return
        try:
            self.server.publish(self.channel, f"{ringer()}.{topic}")
        except (redis.RedisError, OSError) as fault:
            # Those who wait look for themselves; whoever changes something shall not wait too.
            logger.warning("Live updates are late while Redis does not answer: %s", fault)
            self.silent_until = time.monotonic() + RETRY_SECONDS


def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        socket_keepalive=True,
        # Here a fault is no news to wait through: what comes next looks anyway.
        retry=Retry(NoBackoff(), 0),
    )
