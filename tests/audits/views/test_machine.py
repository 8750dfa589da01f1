"""What the machine says beside an answer, run again and attached from the panel."""

import pytest

from audits import tasks
from audits.models import Answer, Audit, Evidence, ProbeRun
from tests.audits.saying import (
    edition,
    found,
    probed_edition,
    probes,
    production,
    ran,
    staging,
    watch_of,
)
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page

__all__ = ["edition", "probes", "production", "staging"]  # fixtures

# The page looks again by itself while a probe runs.
LOOKS = {"hx-trigger": "load delay:300ms, every 5s"}


@pytest.fixture
def rang(monkeypatch) -> list:
    """The runs that a worker was rung for."""
    rang: list = []
    monkeypatch.setattr(tasks, "_ring", rang.append)
    return rang


def probed(project, by, *refs: str) -> Answer:
    """That of an item which names these."""
    edition = probed_edition(slug="own", item_1={"probes": list(refs)})
    return Audit.objects.start(project, "Own", [edition], by=by).answers.get(position=1)


def panel(client, answer) -> Page:
    return Page(client.get(answer.get_absolute_url(), headers=HTMX))


def test_panel_says_what_was_seen_where_and_what_to_do(production, answer, browser, ed):
    run = ran(production, found("fail", "Users wait 12 s.", fast="fail"), simulated=True)

    page = panel(browser(ed), answer)

    for words in (
        *("Latency", "Fail", "Users wait 12 s.", "p95 812.40 ms", "Next: Mend it."),
        *("eu-west (production)", "Simulated", "120 calls were timed."),
        "Looks at: How long users wait.",
        "medium",
        "seen just now",
    ):
        assert words in page.text
    assert run.get_absolute_url() in page.links()
    assert run.watch.get_absolute_url() in page.links()


def test_panel_of_an_item_without_probes_says_that_a_person_decides(audit, browser, ed):
    page = panel(browser(ed), audit.answers.get(position=4))

    assert "Only a person can check this." in page.text
    assert not page.all("button", **{"data-key": "r"})


def test_conflict_is_said_in_words_with_what_resolves_it(production, answer, browser, ed):
    answer.record("done", by=ed)
    ran(production, found("fail", "Users wait 12 s."))

    page = panel(browser(ed), answer)

    assert "A person says done; the machine says fail: Users wait 12 s." in page.text
    assert "Mend it and run the probe again, or reopen the item." in page.text
    assert page.all("span", id=f"row-{answer.pk}-verdict")[0]["data-verdict"] == "fail"
    assert "in conflict with the answer" in page.text


def test_run_asks_for_every_free_probe_of_the_item(
    probes, production, staging, audit, browser, ed, rang, django_capture_on_commit_callbacks
):
    answer = audit.answers.get(position=2)

    with django_capture_on_commit_callbacks(execute=True):
        response = browser(ed).post(f"{answer.get_absolute_url()}run/", headers=HTMX)

    runs = ProbeRun.objects.all()
    assert {(run.watch.probe, run.watch.environment_id) for run in runs} == {
        ("latency", production.pk),
        ("keys", production.pk),
    }
    assert {run.pk for run in rang} == {run.pk for run in runs}
    page = Page(response)
    assert "2 probes run" in page.text
    assert page.all("span", **LOOKS)


def test_run_without_htmx_leads_back_to_the_item(production, answer, browser, ed, rang):
    response = browser(ed).post(f"{answer.get_absolute_url()}run/")

    assert response.status_code == 302
    assert response["Location"] == f"{answer.get_absolute_url()}#machine-{answer.pk}"


def test_second_one_who_asks_gets_the_run_that_is_under_way(
    production, answer, browser, ed, alice, rang
):
    for person in (ed, alice):
        browser(person).post(f"{answer.get_absolute_url()}run/")

    assert ProbeRun.objects.get().asked_by == ed


def test_probe_that_costs_is_not_run_with_the_others(
    probes, project, production, alice, ed, browser, rang
):
    answer = probed(project, alice, "paid")

    response = browser(ed).post(f"{answer.get_absolute_url()}run/", headers=HTMX)

    assert response.status_code == 422
    assert not ProbeRun.objects.exists()
    page = panel(browser(ed), answer)
    assert "agree to pay for it first" in page.text
    assert watch_of(production, "paid").get_absolute_url() in page.links()


def test_while_it_runs_the_page_asks_again(production, answer, browser, ed):
    ProbeRun.objects.ask(watch_of(production), by=ed)

    response = browser(ed).get(f"{answer.get_absolute_url()}machine/?nth=3", headers=HTMX)

    page = Page(response)
    assert "waiting for the worker" in page.text
    assert page.all("span", id=f"machine-{answer.pk}-look-4")
    assert "hx-swap-oob" not in response.content.decode()


def test_once_it_is_over_row_and_progress_come_too(production, answer, browser, ed):
    answer.record("done", by=ed)
    ran(production, found("fail"))

    response = browser(ed).get(f"{answer.get_absolute_url()}machine/", headers=HTMX)

    page = Page(response)
    for place in (f"row-{answer.pk}-verdict", "audit-progress", "chip-conflicts", "announcer"):
        assert [tag for _, tag in page.tags if tag.get("id") == place and "hx-swap-oob" in tag]
    assert "1 conflict" in page.text
    assert not page.all("span", **LOOKS)
    assert not page.all("li", id=f"row-{answer.pk}")


def test_address_of_that_part_is_the_whole_page_without_htmx(answer, browser, ed):
    response = browser(ed).get(f"{answer.get_absolute_url()}machine/?nth=many")

    assert {"audit-header", f"machine-{answer.pk}"} <= set(Page(response).ids())


def test_run_is_attached_and_offered_to_be_taken_back(production, answer, browser, ed):
    run = ran(production, found("fail", "Users wait 12 s."))

    response = browser(ed).post(
        f"{answer.get_absolute_url()}attach/", {"run": run.pk, "panel": "open"}, headers=HTMX
    )

    piece = Evidence.objects.get()
    page = Page(response)
    assert (piece.kind, piece.run, piece.answer_id) == ("run", run.pk, answer.pk)
    assert "This run is among the evidence." in page.text
    assert piece.sha256[:12] in page.text
    assert page.all("button", **{"data-key": "z"})
    assert not page.all("button", **{"data-key": "a"})


def test_run_of_several_aspects_is_offered_once(production, project, probes, alice, browser, ed):
    answer = probed(project, alice, "latency.steady", "latency.fast")
    ran(production, found("fail", fast="fail", steady="pass"))

    page = panel(browser(ed), answer)

    assert len(page.all("button", **{"data-key": "a"})) == 1
    assert page.text.index("fast is fail.") < page.text.index("steady is pass.")


@pytest.mark.parametrize("run", ["", "none", "00000000-0000-0000-0000-000000000001"])
def test_run_that_is_none_is_refused_and_says_so(answer, browser, ed, run):
    response = browser(ed).post(
        f"{answer.get_absolute_url()}attach/", {"run": run, "panel": "open"}, headers=HTMX
    )

    assert response.status_code == 422
    assert not Evidence.objects.exists()
    assert Page(response).all("div", **{"hx-swap-oob": "beforeend:#alerts"})


def test_viewer_reads_what_the_machine_says_and_has_no_button(production, answer, browser, vic):
    ran(production, found("fail", "Users wait 12 s."))

    page = panel(browser(vic), answer)

    assert "Users wait 12 s." in page.text
    assert not page.all("button", **{"data-key": "r"})
    assert not page.all("button", **{"data-key": "a"})


def test_open_item_costs_the_same_however_many_probes_it_names(
    production, project, probes, alice, browser, ed
):
    many = ["latency", "latency.fast", "latency.steady", "keys", "keys.fast", "paid"]
    edition = probed_edition(slug="many", item_1={"probes": ["latency"]}, item_2={"probes": many})
    audit = Audit.objects.start(project, "Many", [edition], by=alice)
    for probe in probes:
        ran(production, found("pass", fast="pass", steady="fail"), probe)
    one, several = audit.answers.get(position=1), audit.answers.get(position=2)

    costs = [queries_of(browser(ed), each.get_absolute_url(), **HTMX) for each in (one, several)]

    assert costs[0] == costs[1]
