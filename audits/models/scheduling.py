"""What is due is queued: a few at a time, never one watch twice."""

import datetime as dt
import logging

from django.conf import settings
from django.db import models, transaction

from audits.models import review_mail
from audits.models.alerting import Alerting
from audits.models.deliveries import Delivery
from audits.models.leases import CLOCKS_DIFFER
from audits.models.reminders import Reminder
from audits.models.runs import ProbeRun
from audits.models.users import User
from audits.models.watches import Watch

logger = logging.getLogger(__name__)


@transaction.atomic
def queue_due(now: dt.datetime) -> int:
    """Queue a run of each watch that is due; how many.

    So many that not more than `settings.PROBES_QUEUED` are unfinished: what no worker comes to
    stays due, and costs neither rows nor messages meanwhile.
    """
    return len(queue(Watch.objects.due(now), now))


@transaction.atomic
def queue(
    asked: models.QuerySet[Watch], now: dt.datetime, *, by: User | None = None
) -> list[ProbeRun]:
    """Queue a run of each of these watches that is not under way, as long as there is room; who
    runs by itself is due again after its time. `by` asked for it; None: it is their time."""
    room = settings.PROBES_QUEUED - ProbeRun.objects.unfinished().count()
    if room <= 0:
        return []
    runs = ProbeRun.objects.unfinished().filter(watch=models.OuterRef("pk"))
    free = asked.exclude(models.Exists(runs)).select_related("environment")
    # On SQLite the transaction is the lock. Another scheduler's are left to it.
    watches = list(free.select_for_update(no_key=True, skip_locked=True, of=("self",))[:room])
    trigger = ProbeRun.Trigger.PERSON if by else ProbeRun.Trigger.SCHEDULE
    queued = ProbeRun.objects.bulk_create(
        (
            ProbeRun(
                watch=watch,
                trigger=trigger,
                asked_by=by,
                queued_at=now,
                simulated=watch.environment.simulated,
            )
            for watch in watches
        ),
        batch_size=200,
    )
    for watch in watches:
        watch.next_at = watch.next_after(now)
    Watch.objects.bulk_update(watches, ["next_at"], batch_size=100)
    return queued


def make_up_for_clock(now: dt.datetime, last_tick: dt.datetime | None) -> int:
    """After the clock was set back, what was planned by the former time would wait for it to come
    again: plan it anew. How many were: probes, alerts and mails."""
    if last_tick is None or last_tick <= now + CLOCKS_DIFFER:
        return 0
    probes = Watch.objects.filter(next_at__gt=now).update(next_at=now)
    alerts = Alerting.objects.make_up_for_clock(now) + Delivery.objects.make_up_for_clock(now)
    mails = Reminder.objects.make_up_for_clock(now) + review_mail.make_up_for_clock(now)
    logger.warning(
        "The clock was set back by %s; %d probes, %d alerts and %d mails are due",
        *(last_tick - now, probes, alerts, mails),
    )
    return probes + alerts + mails
