"""What the hub asks: the answers come from the database, for all viewers at once."""

import datetime as dt
import time
import uuid

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from audits.live import bells
from audits.live.hub import Hub
from audits.live.source import News
from audits.live.viewers import Viewer
from audits.models import Presence, rings
from audits.views import live_audits, live_company, live_reviews, live_rights

FRESHEN_SECONDS = 30
# How long a lock of SQLite may hold up those who wait for news.
PATIENCE_MS = 500


class Source:
    """Lives in the hub's thread, on that thread's connection."""

    def __init__(self) -> None:
        self.process = uuid.uuid4()
        self.audits = live_audits.AuditNews()
        self.company = live_company.CompanyNews()
        self.freshen_at = 0.0

    def news(self, viewers: list[Viewer]) -> list[News]:
        self._freshen()
        return [
            *self.audits.of(viewers),
            *live_reviews.news(viewers),
            *self.company.of(viewers),
        ]

    def gone(self, viewers: list[Viewer]) -> dict[Viewer, str]:
        return live_rights.gone(viewers)

    def arrived(self, viewers: list[Viewer]) -> None:
        self._freshen()
        now = timezone.now()
        Presence.objects.arrive([self._presence(viewer, now) for viewer in viewers])

    def _presence(self, viewer: Viewer, now: dt.datetime) -> Presence:
        return Presence(
            pk=viewer.stream,
            process=self.process,
            audit_id=viewer.audit,
            user_id=viewer.claim.user,
            participant_id=viewer.claim.participant,
            since=now,
            beat_at=now,
        )

    def left(self, viewers: list[Viewer]) -> None:
        Presence.objects.leave([viewer.stream for viewer in viewers])

    def beat(self, viewers: list[Viewer]) -> None:
        self._freshen()
        now = timezone.now()
        Presence.objects.beat(self.process, [self._presence(viewer, now) for viewer in viewers])
        Presence.objects.sweep()

    def rest(self) -> None:
        connection.close()
        self.freshen_at = 0.0

    def _freshen(self) -> None:
        """As Django does between two requests, which here are none."""
        now = time.monotonic()
        if now < self.freshen_at:
            return
        self.freshen_at = now + FRESHEN_SECONDS
        close_old_connections()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")


def make_bell() -> bells.Bell:
    """The quickest that there is."""
    # What talks to a server takes a tenth of a start to load, for nothing where there is none.
    if settings.REDIS_URL:
        from audits.live.redis_bells import Subscription

        return Subscription(rings.CHANNEL, settings.REDIS_URL)
    if connection.vendor == "postgresql":
        from audits.live.listening import Listening

        return Listening(rings.CHANNEL, _address())
    return bells.DatabaseFile(str(connection.settings_dict["NAME"]))


def _address() -> dict:
    """How to reach the database, without what only Django's own connections want."""
    known = connection.get_connection_params()
    ours = ("cursor_factory", "context", "prepare_threshold", "client_encoding")
    return {name: value for name, value in known.items() if name not in ours}


HUB = Hub(Source(), make_bell)
rings.hear(HUB.ring)
