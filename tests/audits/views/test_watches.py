"""The page of a probe: what it saw, what people agree to, and what they may do."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audits.models import Alerting, Environment, Heartbeat, ProbeRun, Watch
from audits.models.running import record
from audits.probes.base import Check, Cost, Finding, Verdict
from tests.audits.alerting import add_channel
from tests.audits.probing import FAIL, PASS, FakeProbe, only
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page

CHECKED = Finding.of(
    [Check("tls", Verdict.FAIL, "The certificate is over.", next_step="Renew it.")],
    how="Asked the page's server.",
    answer="<b>raw</b> [redacted]",
)


class Priced(FakeProbe):
    def price(self, target, tools) -> Decimal:
        return Decimal("0.0125")


@pytest.fixture
def watches(project, monkeypatch) -> dict[str, Watch]:
    only(
        monkeypatch,
        FakeProbe("app-health"),
        Priced("latency", cost=Cost.PAID),
        FakeProbe("app-input", intrusive=True),
        FakeProbe("alert-wiring"),
        FakeProbe("log-sample"),
    )
    Heartbeat.beat(Heartbeat.Part.WORKER)
    environment = project.environments.create(kind="production", name="eu-west")
    return {watch.probe: watch for watch in environment.watches.all()}


def seen(browser, user, watch: Watch, query: str = "", **headers) -> Page:
    return Page(browser(user).get(f"{watch.get_absolute_url()}{query}", headers=headers))


def send(browser, user, route: str, watch: Watch, **body):
    return browser(user).post(reverse(route, args=[watch.pk]), body)


def test_last_finding_tells_every_check_and_the_raw_answer(browser, vic, alice, watches):
    watch = watches["app-health"]
    record(watch, CHECKED, by=alice)

    page = seen(browser, vic, watch)

    for words in ("The certificate is over.", "Renew it.", "Asked the page's server.", "tls"):
        assert words in page.text
    assert "<b>raw</b> [redacted]" in page.text
    assert page.all("b") == []


def test_page_asks_again_while_it_runs_and_then_brings_the_runs(browser, ed, watches):
    watch = watches["app-health"]
    ProbeRun.objects.ask(watch, by=ed)
    running = seen(browser, ed, watch, **HTMX)
    assert running.all("section", id="last")[0]["hx-trigger"] == "every 300ms"
    assert running.all("section", id="runs") == []

    ProbeRun.objects.update(state="done", verdict="pass")

    done = seen(browser, ed, watch, **HTMX)
    assert "hx-trigger" not in done.all("section", id="last")[0]
    assert done.all("section", id="runs")[0]["hx-swap-oob"] == "outerMorph"


def test_run_without_scripts_leads_back_to_the_page(browser, ed, watches):
    response = send(browser, ed, "watch-run", watches["app-health"])

    assert response.url == watches["app-health"].get_absolute_url()
    assert ProbeRun.objects.get().asked_by == ed


def test_run_nobody_agreed_to_is_refused(browser, ed, watches):
    response = browser(ed).post(reverse("watch-run", args=[watches["latency"].pk]), headers=HTMX)

    assert response.status_code == 422
    assert not ProbeRun.objects.exists()


def test_schedule_is_saved(browser, ed, watches):
    send(browser, ed, "watch-schedule", watches["app-health"], enabled="on", every_minutes=120)

    assert "runs every 2 hours" in seen(browser, ed, watches["app-health"]).text


def test_schedule_of_what_nobody_agreed_to_is_refused_beside_the_field(browser, ed, watches):
    body = {"enabled": "on", "every_minutes": 5}

    response = send(browser, ed, "watch-schedule", watches["latency"], **body)

    assert response.status_code == 422
    assert "agree to pay for it first" in Page(response).text


def test_price_stands_before_the_yes(browser, ed, watches):
    assert "Agree to pay at most $0.0125" in seen(browser, ed, watches["latency"]).text

    send(browser, ed, "watch-pay", watches["latency"], yes="yes")

    assert "Ed Fox agreed to pay" in seen(browser, ed, watches["latency"]).text


def test_price_that_is_not_known_is_said_to_be(browser, ed, watches, settings):
    settings.PRICES_FILE = "/nowhere/prices.yaml"

    assert "What a run costs is not known" in seen(browser, ed, watches["latency"]).text


def test_agreement_is_withdrawn(browser, ed, watches):
    watches["latency"].agree_to_pay(True, by=ed)

    send(browser, ed, "watch-pay", watches["latency"], yes="no")

    assert Watch.objects.get(pk=watches["latency"].pk).paid_at is None


@pytest.mark.parametrize("typed", ["", "yes", "eu-east"])
def test_second_yes_wants_the_name_of_the_environment(browser, ed, watches, typed):
    response = send(browser, ed, "watch-production", watches["app-input"], name=typed, yes="yes")

    assert response.status_code == 422
    assert Watch.objects.get(probe="app-input").intrusive_at is None


def test_second_yes_is_kept_with_its_name_and_taken_back(browser, ed, watches):
    watch = watches["app-input"]
    send(browser, ed, "watch-production", watch, name="eu-west")
    assert "Ed Fox said yes on" in seen(browser, ed, watch).text

    send(browser, ed, "watch-production", watch, yes="no")

    assert Watch.objects.get(pk=watch.pk).intrusive_at is None


def test_second_yes_is_asked_for_on_production_alone(browser, ed, watches):
    Environment.objects.update(kind="staging")

    assert send(browser, ed, "watch-production", watches["app-input"]).status_code == 404


def test_staging_on_the_host_of_production_is_given_the_second_yes_too(browser, ed, watches):
    production = watches["app-input"].environment
    production.change(by=ed, chat_url="https://app.example/chat")
    staging = production.project.environments.create(
        kind="staging", name="trial", chat_url="https://app.example/chat"
    )
    watch = staging.watches.get(probe="app-input")
    offered = reverse("watch-production", args=[watch.pk])
    assert offered in seen(browser, ed, watch).links()

    assert "on the host of production" in Page(browser(ed).get(offered)).text
    send(browser, ed, "watch-production", watch, name="trial")
    assert Watch.objects.get(pk=watch.pk).intrusive_by == ed

    send(browser, ed, "watch-production", watch, yes="no")
    assert Watch.objects.get(pk=watch.pk).intrusive_at is None


def test_mute_and_its_end(browser, ed, watches):
    watch = watches["app-health"]
    until = f"{timezone.now() + dt.timedelta(hours=3):%Y-%m-%dT%H:%M}"
    send(browser, ed, "watch-mute", watch, until=until, why="Maintenance")
    assert "by Ed Fox: Maintenance" in seen(browser, ed, watch).text

    send(browser, ed, "watch-unmute", watch)

    assert not Alerting.objects.get(watch=watch).is_mute


def test_mute_into_the_past_is_refused(browser, ed, watches):
    response = send(browser, ed, "watch-mute", watches["app-health"], until="2020-01-01T00:00")

    assert response.status_code == 422


def test_member_says_on_the_page_that_the_test_arrived(browser, ed, alice, harbour, watches):
    from audits.models import Delivery, telling

    watch = watches["alert-wiring"]
    add_channel(harbour, by=alice)
    telling.test_channel(harbour.channels.get(), by=alice)
    Delivery.objects.update(state=Delivery.State.SENT)
    delivery = Delivery.objects.get()
    delivery.alert.watch = watch
    delivery.alert.save()
    assert "Did the test arrive?" in seen(browser, ed, watch).text

    address = reverse("delivery-answer", args=[harbour.pk, delivery.pk])
    response = browser(ed).post(address, {"arrived": "yes", "from": "watch"})

    assert response.url == watch.get_absolute_url()
    assert "Did the test arrive?" not in seen(browser, ed, watch).text


def test_log_sample_is_looked_at_and_let_go(browser, ed, watches):
    sample = SimpleUploadedFile("app.jsonl", b'{"canary": 1}\n')

    send(browser, ed, "watch-log", watches["log-sample"], sample=sample)

    run = ProbeRun.objects.get()
    assert (run.verdict, run.asked_by) == ("pass", ed)
    assert watches["log-sample"].definition.targets[0].log_sample == b'{"canary": 1}\n'


def test_log_sample_that_is_too_large_is_refused(browser, ed, watches, monkeypatch):
    monkeypatch.setattr("audits.views.uploads.Held.MAX_BYTES", 10)
    sample = SimpleUploadedFile("app.jsonl", b"x" * 11)

    response = send(browser, ed, "watch-log", watches["log-sample"], sample=sample)

    assert response.status_code == 422
    assert "A sample has at most 20 MB." in Page(response).text


def test_run_has_a_page_with_what_it_saw(browser, vic, alice, watches):
    run = record(watches["app-health"], FAIL, by=alice)

    text = Page(browser(vic).get(run.get_absolute_url())).text

    assert "It is broken." in text
    assert "asked for by Alice Berg" in text


def test_page_costs_the_same_for_many_runs(browser, vic, alice, watches):
    watch = watches["app-health"]
    record(watch, PASS, by=alice)
    before = queries_of(browser(vic), watch.get_absolute_url())

    for _ in range(10):
        record(watch, FAIL, by=alice)

    assert queries_of(browser(vic), watch.get_absolute_url()) == before
