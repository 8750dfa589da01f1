"""What a team was told, and what is mute."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Alerting
from tests.audits.alerting import add_channel, runs, watch_of
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture
def page_of(harbour) -> str:
    return f"/teams/{harbour.pk}/alerts/"


@pytest.fixture
def watch(project):
    return watch_of(project)


def in_hours(hours: int) -> str:
    return f"{timezone.now() + dt.timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def test_everybody_sees_what_was_told_and_to_whom(browser, vic, alice, harbour, watch, page_of):
    add_channel(harbour, name="Ops", by=alice)

    runs(watch, "ff")

    text = Page(browser(vic).get(page_of)).text
    assert "(Support assistant, eu-production)" in text
    assert "Ops : waiting" in text


def test_alert_that_no_channel_took_is_shown_all_the_same(browser, vic, watch, page_of):
    runs(watch, "ff")

    assert "No channel took it." in Page(browser(vic).get(page_of)).text


def test_page_before_the_first_alert_says_when_there_will_be_one(browser, vic, page_of):
    assert "when a probe fails twice in a row" in Page(browser(vic).get(page_of)).text


def test_editor_mutes_a_probe_for_maintenance(browser, ed, watch, page_of):
    body = {"watch": watch.pk, "until": in_hours(3), "why": "Maintenance of the gateway"}

    response = browser(ed).post(f"{page_of}mute/", body, follow=True)

    assert "by Ed Fox: Maintenance of the gateway" in Page(response).text
    assert Alerting.objects.get().is_mute


@pytest.mark.parametrize(
    "until",
    ["", "soon", in_hours(-1), in_hours(24 * 91)],
    ids=["none", "no time", "past", "too far"],
)
def test_mute_needs_a_time_that_makes_sense(browser, ed, watch, page_of, until):
    response = browser(ed).post(f"{page_of}mute/", {"watch": watch.pk, "until": until})

    assert response.status_code == 422
    assert not Alerting.objects.filter(muted_until__isnull=False).exists()


def test_watch_of_another_team_cannot_be_muted(browser, mallory, watch):
    reef = mallory.teams.get()

    response = browser(mallory).post(
        f"/teams/{reef.pk}/alerts/mute/", {"watch": watch.pk, "until": in_hours(3)}
    )

    assert response.status_code == 422
    assert not Alerting.objects.exists()


def test_editor_ends_a_mute(browser, ed, watch, page_of):
    until = timezone.now() + dt.timedelta(days=1)
    Alerting.objects.mute(watch, until=until, by=ed, why="")

    browser(ed).post(f"{page_of}watches/{watch.pk}/unmute/")

    assert not Alerting.objects.get().is_mute


def test_page_costs_the_same_with_many_alerts(browser, alice, harbour, project, page_of):
    add_channel(harbour, by=alice)
    until = timezone.now() + dt.timedelta(days=1)

    def tell(kind: str) -> None:
        runs(watch_of(project, kind=kind), "ff")
        muted = watch_of(project, "app-metrics", kind=kind)
        Alerting.objects.mute(muted, until=until, by=alice, why="")

    tell("staging")
    before = queries_of(browser(alice), page_of)
    tell("production")
    tell("development")

    assert queries_of(browser(alice), page_of) == before
