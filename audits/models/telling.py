"""What a run leads to: an alert, a mark of the budget, a test and its receipt."""

import datetime as dt
import time
import uuid
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from audits.alerts import rules
from audits.alerts.base import Kind
from audits.models import alert_words
from audits.models.alerting import Alerting, taking
from audits.models.alerts import Alert
from audits.models.channels import Channel
from audits.models.deliveries import Delivery
from audits.models.errors import Refused
from audits.models.runs import ProbeRun
from audits.models.teams import Team
from audits.models.users import User
from audits.models.watches import Watch
from audits.probes.base import Policy

SPEND = "spend-to-date"
# What that probe calls the share of the month's budget in percent, and the month.
USED, PERIOD = "budget used", "period"
# The probe has a minute for all channels, and one of them may take ten seconds more.
PATIENCE_S = 30
# Of one channel: who is told by it is not to be flooded.
MOST_TESTS, TESTS_WITHIN = 10, dt.timedelta(minutes=10)
WIRING = "alert-wiring"
# Under which that probe looks in what was kept for a person's word, and the two words.
RECEIPT, ARRIVED, MISSING = "receipt", "arrived", "missing"
# Whose word it was, and when.
WORD = "word"


@transaction.atomic
def after_run(run: ProbeRun) -> None:
    """Tell what the run makes due; in the transaction that stores it."""
    watch = run.watch
    if watch.probe == WIRING:
        _keep_receipt(watch)
    alerting = Alerting.objects.of(watch)
    if watch.probe == SPEND and not alerting.is_mute:
        _tell_of_spend(run)
    alerting.consider()


def _tell_of_spend(run: ProbeRun) -> None:
    """Under the lock of the watch's row of alerting, so that two runs do not tell a mark twice."""
    used, period = _spend_of(run.finding or {})
    if used is None:
        return
    now = timezone.now()
    period = period or f"{now:%Y-%m}"
    spent = run.watch.alerts.filter(kind=Alert.Kind.SPEND, period=period)
    told = spent.values_list("mark", flat=True)
    mark = rules.reached(used, (each for each in told if each), Policy().budget_marks)
    if mark is None:
        return
    message = alert_words.of_mark(run.watch, mark, used, str(uuid.uuid4()), now)
    Alert.objects.tell(
        run.watch.environment.project.team,
        message,
        taking(run.watch, message),
        watch=run.watch,
        period=period,
        mark=mark,
    )


def _spend_of(finding: dict[str, Any]) -> tuple[Decimal | None, str]:
    """The percentage of the budget that is used, and the month, as the finding measured them."""
    measures = list(finding.get("measures", ()))
    for check in finding.get("checks", ()):
        measures += check.get("measures", ())
    used, period = None, ""
    for measure in measures:
        if measure["name"] == USED:
            used = _decimal(measure["value"])
        elif measure["name"] == PERIOD:
            period = str(measure["value"])[:7]
    return used, period


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def send_test_alert(watch: Watch) -> dict[str, str]:
    """Send a marked alert of the watch to each of the team's channels that is on, now; by the
    channel's name what kept it from leaving, or "". What takes too long is left to the worker.
    Where there is no channel, nothing is sent and nothing is told."""
    team = watch.environment.project.team
    channels = list(Channel.objects.taking(team))
    if not channels:
        return {}
    ends = time.monotonic() + PATIENCE_S
    deliveries = _test(team, channels, watch)
    for delivery in deliveries:
        if time.monotonic() < ends:
            delivery.execute()
    return {delivery.channel.name: _fault(delivery) for delivery in deliveries}


def _fault(delivery: Delivery) -> str:
    delivery.refresh_from_db(fields=["state", "says"])
    if delivery.has_left or delivery.state == Delivery.State.SENDING:
        return ""
    return delivery.says or "It waits to be sent."


@transaction.atomic
def test_channel(channel: Channel, *, by: User) -> Delivery:
    """Send a test to one channel, soon."""
    channel.check_present()
    if not channel.on:
        raise Refused(f"The channel “{channel.name}” is off. Turn it on first.")
    lately = channel.deliveries.filter(
        alert__kind=Alert.Kind.TEST, created_at__gt=timezone.now() - TESTS_WITHIN
    )
    if lately.count() >= MOST_TESTS:
        raise Refused(f"“{channel}” was sent {MOST_TESTS} tests of late. Wait ten minutes.")
    channel.team.log("channel.tested", by=by, name=channel.name)
    (delivery,) = _test(channel.team, [channel], None)
    delivery.ring()
    return delivery


def _test(team: Team, channels, watch: Watch | None) -> list[Delivery]:
    now, thread = timezone.now(), str(uuid.uuid4())
    message = alert_words.of_test(team, watch, thread, now)
    with transaction.atomic():
        alert = Alert.objects.tell(team, message, channels, watch=watch, ring=False)
    return list(alert.deliveries.select_related("alert", "channel").order_by("channel__name"))


@transaction.atomic
def answer_test(delivery: Delivery, *, arrived: bool, by: User) -> ProbeRun | None:
    """A member says whether the test arrived; may be said anew: the latest word holds. The run of
    the probe that sent it, which looks at that; the caller rings."""
    row = Delivery.objects.select_for_update(no_key=True, of=("self",)).get(pk=delivery.pk)
    alert, channel = row.alert, row.channel
    if alert.kind != Alert.Kind.TEST or not row.has_left:
        raise Refused("Only of a test that was sent can you say whether it arrived.")
    row.arrived, row.answered_by, row.answered_at = arrived, by, timezone.now()
    row.save(update_fields=["arrived", "answered_by", "answered_at"])
    told = "arrived" if arrived else "did not arrive"
    channel.team.log("channel.answered", by=by, name=channel.name, told=told)
    _end_incident(alert, channel)
    if alert.watch:
        _keep_receipt(alert.watch)
        with suppress(Refused):
            # Where nobody agreed to its running, the answer waits for the next run.
            return ProbeRun.objects.ask(alert.watch, by=by)
    return None


def _end_incident(alert: Alert, channel: Channel) -> None:
    """PagerDuty keeps an incident open until it is told that it is over."""
    told = Alert.objects.filter(
        thread=alert.thread, kind=Alert.Kind.RECOVERED, deliveries__channel=channel
    )
    if channel.kind != Channel.Kind.PAGERDUTY or told.exists():
        return
    over = replace(alert.message, kind=Kind.RECOVERED, title="TEST: over", at=timezone.now())
    Alert.objects.tell(alert.team, over, [channel], watch=alert.watch)


def _keep_receipt(watch: Watch) -> None:
    """Give the probe's next run what people said of its last test."""
    row = Watch.objects.select_for_update(no_key=True, of=("self",)).get(pk=watch.pk)
    test = row.alerts.filter(kind=Alert.Kind.TEST).order_by("-at").first()
    left = list(test.deliveries.left().select_related("answered_by")) if test else []
    others = {name: value for name, value in row.kept.items() if name not in (RECEIPT, WORD)}
    row.kept = others | _receipt(left)
    row.save(update_fields=["kept"])
    watch.kept = row.kept


def _receipt(left: list[Delivery]) -> dict[str, str]:
    """Missing as soon as somebody misses it, arrived once it did in every channel that it left
    for, and whose word that was; empty before."""
    missed = [each for each in left if each.arrived is False]
    if not missed and not (left and all(each.arrived for each in left)):
        return {}
    last = max(missed or left, key=lambda each: each.answered_at or each.created_at)
    word = f"{last.answered_by}, on {last.answered_at:%d %b %Y at %H:%M} UTC"
    return {RECEIPT: MISSING if missed else ARRIVED, WORD: word}
