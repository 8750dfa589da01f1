import datetime as dt

import pytest
import time_machine

FIRST = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def mail_is_sent(settings):
    settings.MAIL_IS_SENT = True


@pytest.fixture
def travel():
    """`travel(3)`: to the third day after the promise was made, at eight."""
    with time_machine.travel(FIRST, tick=False) as clock:

        def to(days: int, hour: int = 8) -> dt.datetime:
            now = (FIRST + dt.timedelta(days=days)).replace(hour=hour)
            clock.move_to(now)
            return now

        yield to
