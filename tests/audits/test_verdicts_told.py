"""Verdicts where people read them: beside the answer, in the snapshot, among what blocks a go."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Audit, Environment, Evidence, Reading, Watch, obstacles, verdicts
from audits.models.snapshots import Snapshot, build
from audits.reports.changes import between
from audits.reports.html import render_html
from tests.audits.helpers import build_edition
from tests.audits.saying import edition, found, probes, production, ran, staging

__all__ = ["edition", "probes", "production", "staging"]  # fixtures


def beside(audit, number: int) -> list[verdicts.Row]:
    answer = audit.answers.select_related("item", "audit").get(item__number=number)
    return verdicts.beside(answer)


def machine(audit, by, number: int = 1) -> list[dict]:
    content = build(Audit.objects.get(pk=audit.pk), by=by, at=timezone.now())
    items = [item for each in content["editions"][0]["sections"] for item in each["items"]]
    return items[number - 1]["answer"]["machine"]


def test_row_says_what_was_seen_where_and_how_strongly(audit, production):
    run = ran(production, found("fail", "Users wait.", fast="fail"), simulated=True)

    row = beside(audit, 2)[0]

    assert (row.ref, row.title, row.strength) == ("latency.fast", "Latency", "strong")
    assert (row.environment, row.kind, row.instead) == ("eu-west", "production", "")
    assert (row.verdict, row.says, row.next_step) == ("fail", "fast is fail.", "Mend fast.")
    assert row.measures == [{"name": "p95", "value": "1.40", "unit": "ms"}]
    assert (row.run, row.simulated, row.is_stale, row.can_run) == (run.pk, True, False, True)


def test_reference_that_was_not_looked_at_has_a_row_without_a_verdict(audit, production):
    row = beside(audit, 2)[1]

    assert (row.ref, row.verdict, row.environment, row.at) == ("keys", "", "eu-west", None)
    assert row.can_run


def test_reference_without_an_environment_cannot_run(audit):
    Environment.objects.all().delete()

    row = beside(audit, 1)[0]

    assert (row.verdict, row.environment, row.can_run) == ("", "", False)


def test_probe_that_costs_money_cannot_run_before_somebody_agreed(project, probes, alice):
    audit = Audit.objects.start(
        project, "Paid", [build_edition("paid", item_1={"probes": ["paid"]})], by=alice
    )
    project.environments.create(kind="production", name="eu-west")

    row = beside(audit, 1)[0]

    assert (row.can_run, row.needs) == (
        False,
        "This probe costs money: agree to pay for it first.",
    )


def test_staging_that_decides_is_said_in_words(audit, production, staging):
    ran(staging, "pass")

    row = beside(audit, 1)[0]

    assert (row.environment, row.kind) == ("rehearsal", "staging")
    assert row.instead == "Nothing was found on production yet, so staging decides."


def test_rows_of_an_item_take_two_queries(audit, production, staging, django_assert_num_queries):
    ran(production, "pass")
    ran(staging, "pass", "keys")
    answer = audit.answers.select_related("item", "audit").get(item__number=2)

    with django_assert_num_queries(2):
        verdicts.beside(answer)


def test_snapshot_tells_what_the_machine_said(audit, production, ed):
    ran(production, found("fail", "Users wait."))

    (word,) = machine(audit, ed)

    assert word == {
        "ref": "latency",
        "title": "Latency",
        "looks_at": "How long users wait.",
        "strength": "medium",
        "environment": "eu-west",
        "kind": "production",
        "verdict": "fail",
        "says": "Users wait.",
        "measured": [{"name": "p95", "value": "812.40", "unit": "ms"}],
        "how": "120 calls were timed.",
        "next_step": "Mend it.",
        "at": word["at"],
        "stale_since": None,
        "erred_at": None,
        "simulated": False,
    }


def test_stale_pass_is_told_as_stale_and_does_not_hide(audit, production, ed):
    ran(production, "pass", at=timezone.now() - dt.timedelta(hours=7))

    (word,) = machine(audit, ed)

    assert (word["verdict"], word["stale_since"] is None) == ("pass", False)


def test_error_that_does_not_count_yet_is_told_beside_what_does(audit, production, ed):
    ran(production, "pass")
    ran(production, "error")

    (word,) = machine(audit, ed)

    assert (word["verdict"], word["erred_at"] is None) == ("pass", False)


def test_draft_stays_current_through_later_figures_and_not_through_another_verdict(
    audit, production, ed
):
    audit.answers.get(item__number=1).record("done", by=ed)
    ran(production, found("fail", "First."))
    now = Audit.objects.get(pk=audit.pk)
    draft = Snapshot.objects.take(now, by=ed, at=timezone.now())
    ran(production, found("fail", "Second."))
    assert draft.is_current(Audit.objects.get(pk=audit.pk))

    ran(production, "pass")

    assert not draft.is_current(Audit.objects.get(pk=audit.pk))


def test_difference_tells_the_verdict_and_not_the_figures(audit, production, ed):
    ran(production, found("pass", "First."))
    before, again, after = (
        _taken(audit, production, ed, word) for word in ("pass", "pass", "fail")
    )

    assert between(before, again)["items"] == []
    (changed,) = between(again, after)["items"]
    assert changed["fields"] == [{"name": "verdict", "before": "pass", "after": "fail"}]


def _taken(audit, production, by, verdict: str) -> dict:
    ran(production, verdict)
    return build(Audit.objects.get(pk=audit.pk), by=by, at=timezone.now())


def test_conflict_says_what_the_machine_saw_and_leads_there(audit, answer, production, ed):
    answer.record("done", by=ed)
    ran(production, found("fail", "Users wait 12 s."))

    (conflict,) = (each for each in obstacles.of(audit) if each.kind == "conflict")

    assert conflict.detail.startswith(
        "Done for a person, failing for the machine. Users wait 12 s. (latency on eu-west, "
    )
    assert conflict.url == f"{answer.get_absolute_url()}#row-{answer.pk}"


def test_environment_that_goes_takes_its_verdicts_with_it(audit, production, staging, ed):
    ran(production, "fail")
    ran(staging, "pass")

    production.remove(by=ed)

    assert audit.answers.get(item__number=1).verdict == "pass"
    assert not Reading.objects.filter(watch__environment__name="eu-west").exists()
    assert not Watch.objects.filter(environment__name="eu-west").exists()


@pytest.mark.parametrize("simulated", [True, False])
def test_panel_shows_the_run_that_backs_the_answer(
    audit, answer, production, browser, ed, simulated
):
    run = ran(production, found("fail", "<b>Users wait</b>", fast="fail"), simulated=simulated)
    Evidence.objects.attach_run(answer, run, by=ed)

    page = browser(ed).get(reverse("answer-detail", args=[audit.pk, answer.pk])).content.decode()

    assert "&lt;b&gt;Users wait&lt;/b&gt;" in page
    assert "fast is fail." in page
    assert ("Simulated" in page) == simulated


def test_report_of_an_audit_prints_the_machine(audit, answer, production, ed):
    run = ran(production, found("fail", "Users wait 12 s."))
    answer.record("done", by=ed)
    Evidence.objects.attach_run(answer, run, by=ed)
    draft = Snapshot.objects.take(Audit.objects.get(pk=audit.pk), by=ed, at=timezone.now())

    html = render_html(draft.content(), draft.digest, stylesheet_href="/report.css")

    assert "Conflict:" in html
    assert html.count("Users wait 12 s.") >= 3
