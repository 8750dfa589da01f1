"""The page of an environment: what its probes say, its money, its keys, and its settings."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from audits.models import Environment, Heartbeat, KeyReference, LedgerEntry, ProbeRun
from audits.models.running import record
from audits.probes.base import Cost
from tests.audits.probing import ERROR, FAIL, PASS, FakeProbe, only
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page


@pytest.fixture
def environment(project, monkeypatch) -> Environment:
    only(
        monkeypatch,
        FakeProbe("key-valid"),
        FakeProbe("app-health"),
        FakeProbe("latency", cost=Cost.PAID),
        FakeProbe("app-input", intrusive=True),
    )
    Heartbeat.beat(Heartbeat.Part.WORKER)
    return project.environments.create(kind="production", name="eu-west")


def watch_of(environment: Environment, probe: str):
    return environment.watches.get(probe=probe)


def seen(browser, user, environment: Environment, **headers) -> Page:
    return Page(browser(user).get(environment.get_absolute_url(), headers=headers))


def test_gravest_probe_stands_first_with_its_words(browser, vic, alice, environment):
    record(watch_of(environment, "app-health"), PASS, by=alice)
    record(watch_of(environment, "key-valid"), FAIL, by=alice)

    text = seen(browser, vic, environment).text

    assert text.index("It is broken.") < text.index("All is well.")
    assert "1 fail 1 pass" in text


def test_verdict_that_is_old_is_called_stale(browser, vic, alice, environment):
    record(watch_of(environment, "app-health"), PASS, by=alice)

    with time_machine.travel(timezone.now() + dt.timedelta(hours=2), tick=False):
        text = seen(browser, vic, environment).text

    assert "2 hours ago stale" in text


def test_free_probes_are_run_at_once_and_no_others(browser, ed, environment):
    browser(ed).post(reverse("environment-run", args=[environment.project_id, environment.pk]))

    asked = ProbeRun.objects.values_list("watch__probe", flat=True)
    assert set(asked) == {"key-valid", "app-health"}


def test_page_asks_again_while_a_probe_runs_and_stops_by_itself(browser, ed, environment):
    watch = watch_of(environment, "app-health")
    ProbeRun.objects.ask(watch, by=ed)
    (section,) = seen(browser, ed, environment, **HTMX).all("section", id="probes")
    assert section["hx-trigger"] == "every 300ms"

    ProbeRun.objects.update(state="done")

    (section,) = seen(browser, ed, environment, **HTMX).all("section", id="probes")
    assert "hx-trigger" not in section


def test_missing_worker_is_said(browser, ed, environment):
    Heartbeat.objects.all().delete()

    assert "No worker is running." in seen(browser, ed, environment).text


def test_run_that_nobody_takes_is_said_to_wait(browser, ed, environment):
    ProbeRun.objects.ask(watch_of(environment, "app-health"), by=ed)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=15), tick=False):
        text = seen(browser, ed, environment).text

    assert "its broker is away" in text


def test_run_from_the_list_answers_with_the_list(browser, ed, environment):
    address = reverse("watch-run", args=[watch_of(environment, "app-health").pk])

    page = Page(browser(ed).post(f"{address}?from=environment", headers=HTMX))

    assert "Waiting" in page.text
    assert page.all("section", id="probes")


def test_viewer_sees_all_and_has_no_button(browser, vic, environment):
    page = seen(browser, vic, environment)

    posts = [form.get("action", "") for form in page.all("form", method="post")]
    assert not [action for action in posts if "/watches/" in action or "/environments/" in action]


def test_what_paid_probes_cost_today_stands_beside_the_cap(browser, vic, environment):
    LedgerEntry.objects.create(
        environment=environment,
        model="m",
        reserved=Decimal(1),
        cost=Decimal("0.25"),
        state="settled",
    )

    assert "cost $0.2500 today, of at most $1.00 a day" in seen(browser, vic, environment).text


def test_key_that_was_not_found_is_told_with_its_fault(browser, vic, alice, environment):
    key = KeyReference.objects.add(
        environment, by=alice, purpose="api", reference="env:CLAUDE_KEY", label="billing"
    )
    key.missed("The variable CLAUDE_KEY is not set.")

    text = seen(browser, vic, environment).text

    assert "Not found: The variable CLAUDE_KEY is not set." in text
    assert "env:CLAUDE_KEY" in text


def test_key_whose_value_is_kept_here_comes_with_a_warning(browser, ed, environment):
    body = {"purpose": "api", "label": "billing", "value": "sk-ant-api03-canary-canary"}
    address = reverse("key-add", args=[environment.project_id, environment.pk])

    response = browser(ed).post(address, body, follow=True)

    assert "Item 1 of the launch checklist asks for more" in Page(response).text
    assert b"canary" not in response.content


def test_key_is_a_reference_or_a_value_and_not_both(browser, ed, environment):
    body = {"purpose": "api", "value": "sk-ant-api03-canary", "reference": "env:CLAUDE_KEY"}
    address = reverse("key-add", args=[environment.project_id, environment.pk])

    response = browser(ed).post(address, body)

    assert response.status_code == 422
    assert b"sk-ant-api03-canary" not in response.content
    assert not KeyReference.objects.exists()


@pytest.mark.parametrize("field", ["purpose", "label", "header", "reference"])
def test_key_in_the_wrong_field_is_not_shown_again(browser, ed, environment, field):
    body = {"purpose": "api", "reference": "env:CLAUDE_KEY", field: "sk-ant-api03-canary" * 3}
    address = reverse("key-add", args=[environment.project_id, environment.pk])

    response = browser(ed).post(address, body)

    assert response.status_code == 422
    assert b"sk-ant-api03-canary" not in response.content
    assert not KeyReference.objects.exists()


def test_removed_key_is_gone(browser, ed, alice, environment):
    key = KeyReference.objects.add(environment, by=alice, purpose="api", reference="env:CLAUDE_K")

    browser(ed).post(reverse("key-remove", args=[key.pk]))

    assert not KeyReference.objects.exists()


def test_page_costs_the_same_for_all_that_it_lists(browser, vic, alice, environment):
    record(watch_of(environment, "app-health"), PASS, by=alice)
    KeyReference.objects.add(environment, by=alice, purpose="api", reference="env:CLAUDE_A")
    client = browser(vic)
    before = queries_of(client, environment.get_absolute_url())

    for probe in ("key-valid", "latency", "app-input"):
        record(watch_of(environment, probe), ERROR, by=alice)
    KeyReference.objects.add(environment, by=alice, purpose="api", reference="env:CLAUDE_B")

    # What latency took is asked for once there is any.
    assert queries_of(client, environment.get_absolute_url()) <= before + 5
