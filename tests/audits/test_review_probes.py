"""The probes look freshly before a review begins."""

import datetime as dt

import pytest
from django.utils import timezone

from audits import tasks
from audits.models import ProbeRun, Review, Watch, review_probes, scheduling
from audits.models.review_probes import BEFORE, Look
from tests.audits.probing import FakeProbe, only
from tests.audits.reviewing import planned

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def watches(monkeypatch, project) -> list[Watch]:
    """Two that looked a minute ago, and one that is switched off."""
    only(monkeypatch, FakeProbe("first"), FakeProbe("second"), FakeProbe("third"))
    environment = project.environments.create(name="eu-west", kind="production")
    environment.watches.update(next_at=timezone.now() + 5 * HOUR)
    environment.watches.filter(probe="third").update(enabled=False, next_at=None)
    return list(environment.watches.order_by("probe"))


@pytest.fixture
def rung(monkeypatch) -> list[str]:
    calls = []
    monkeypatch.setattr(
        tasks.execute_probe, "apply_async", lambda args, **options: calls.append(args[0])
    )
    monkeypatch.setattr(tasks.roll_up, "apply_async", lambda *args, **options: None)
    return calls


@pytest.fixture
def review(audit, watches, ed) -> Review:
    return planned(audit, ed, starts_at=timezone.now() + HOUR)


def tick(now: dt.datetime) -> None:
    tasks.run_probes(now, None)


def queued() -> list[str]:
    return sorted(ProbeRun.objects.values_list("watch__probe", flat=True))


def test_nothing_runs_long_before_the_start(review, rung):
    tick(review.starts_at - BEFORE - dt.timedelta(seconds=1))

    assert queued() == []


def test_all_that_run_by_themselves_run_once_shortly_before_it(review, rung):
    tick(review.starts_at - BEFORE)
    ProbeRun.objects.update(state="done", finished_at=timezone.now())
    tick(review.starts_at - BEFORE + dt.timedelta(minutes=2))

    assert queued() == ["first", "second"]
    assert len(rung) == 2
    assert {run.trigger for run in ProbeRun.objects.all()} == {"schedule"}


def test_review_that_is_moved_to_later_gets_another_look(review, ed, rung):
    tick(review.starts_at - BEFORE)
    ProbeRun.objects.update(state="done", finished_at=timezone.now())
    Review.objects.update(starts_at=review.starts_at + HOUR)

    tick(review.starts_at + HOUR - BEFORE)

    assert queued() == ["first", "first", "second", "second"]


def test_cancelled_review_and_one_that_began_ask_for_none(review, audit, ed, rung):
    other = planned(audit, ed, starts_at=review.starts_at)
    other.start(by=ed)
    review.cancel("Not now.", by=ed)

    tick(review.starts_at - BEFORE)

    assert queued() == []


def test_scheduler_that_stood_still_makes_up_for_it(review, rung):
    tick(review.starts_at + dt.timedelta(minutes=5))

    assert queued() == ["first", "second"]


def test_review_that_nobody_held_asks_no_more(review, rung):
    tick(review.starts_at + HOUR)

    assert queued() == []


def test_whoever_asks_has_them_run_at_once_and_not_again_at_its_time(review, ed, rung, settings):
    Review.objects.update(starts_at=timezone.now() + dt.timedelta(minutes=5))
    review.refresh_from_db()

    runs = review_probes.look_now(review, by=ed)

    assert queued() == ["first", "second"]
    assert {run.asked_by for run in runs} == {ed}
    assert review_probes.due(timezone.now()) == []


def test_what_is_under_way_is_not_asked_again(review, ed):
    review_probes.look_now(review, by=ed)

    assert review_probes.look_now(review, by=ed) == []
    assert Look.of(review).running == 2


def test_no_more_is_queued_than_there_is_room_for(review, ed, settings):
    settings.PROBES_QUEUED = 1

    assert len(review_probes.look_now(review, by=ed)) == 1
    assert scheduling.queue_due(timezone.now()) == 0


def test_page_says_when_they_look_and_when_they_looked(review, browser, ed):
    client = browser(ed)
    before = client.get(review.get_absolute_url()).content.decode()
    assert "2 of them look again by themselves at" in before

    client.post(f"/reviews/{review.pk}/probes/")

    assert "2 of 2 under way" in client.get(review.get_absolute_url()).content.decode()
