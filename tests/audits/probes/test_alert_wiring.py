import datetime as dt

import pytest

from audits.probes.alert_wiring import RECEIPT, Receipt, probe
from audits.probes.base import Verdict
from tests.audits.probes.apps import NOW, of, target, tools

SENT = {"sent_at": (NOW - dt.timedelta(hours=3)).isoformat(), "faults": {"on-call": ""}}


def run(kept=None, alerts=None):
    return probe.run(target(kept=kept or {}), tools(alerts))


def test_first_run_sends_and_waits_for_a_person():
    finding = run(alerts={"on-call": "", "mail": ""})
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert of(finding, "delivery").verdict is Verdict.PASS
    assert finding.kept["sent_at"] == NOW.isoformat()


def test_channel_that_does_not_take_it_fails():
    finding = run(alerts={"on-call": "answered 404", "mail": ""})
    assert finding.verdict is Verdict.FAIL
    assert "on-call: answered 404" in finding.says


def test_team_without_channels_is_inconclusive():
    finding = run(alerts={})
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert not finding.kept


def test_unanswered_alert_is_not_sent_again():
    finding = run(SENT, {"other": ""})
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.kept == SENT


def test_confirmed_alert_passes_and_stays_confirmed():
    finding = run(SENT | {RECEIPT: Receipt.ARRIVED.value}, {"other": ""})
    assert finding.verdict is Verdict.PASS
    assert finding.kept[RECEIPT] == "arrived"


def test_denied_alert_fails_once_and_is_then_sent_anew():
    denied = run(SENT | {RECEIPT: Receipt.MISSING.value}, {"on-call": ""})
    assert denied.verdict is Verdict.FAIL
    again = run(denied.kept, {"on-call": ""})
    assert again.verdict is Verdict.INCONCLUSIVE
    assert again.kept["sent_at"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("kept", "days"), [({RECEIPT: "arrived"}, 31), ({}, 8), ({"faults": {"on-call": "broke"}}, 0)]
)
def test_old_receipt_long_silence_or_a_fault_sends_anew(kept, days):
    sent_at = (NOW - dt.timedelta(days=days, hours=1)).isoformat()
    finding = run(SENT | kept | {"sent_at": sent_at}, {"on-call": ""})
    assert finding.kept == {"sent_at": NOW.isoformat(), "faults": {"on-call": ""}}


@pytest.mark.parametrize("sent_at", ["no time", "2026-11-21T10:00:00", 7, None])
def test_what_cannot_be_read_of_the_past_counts_as_no_past(sent_at):
    assert run({"sent_at": sent_at}, {"on-call": ""}).kept["sent_at"] == NOW.isoformat()
