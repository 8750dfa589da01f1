"""What a report shows of the machine: verdicts beside answers, conflicts, runs as evidence."""

import re

from audits.reports.html import render_html
from audits.reports.runs import Run
from audits.reports.summary import summarise
from audits.reports.verdict import verdict
from tests.audits.reports.snapshots import (
    answer,
    digest_of,
    edition,
    evidence,
    item,
    snapshot,
    word,
)


def rendered(*answers: dict) -> str:
    whole = snapshot(edition(*(item(n, answer=each) for n, each in enumerate(answers, start=1))))
    html = render_html(whole, digest_of(whole), stylesheet_href="/report.css")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


def seen(verdict: str = "pass", state: str = "done", **changes) -> dict:
    return answer(state, verdict=verdict, machine=[word(verdict, **changes)])


def run(**changes) -> Run:
    told = {
        "run": "1c6e", "probe": "latency", "title": "Latency", "environment": "eu-west",
        "kind": "production", "asked_by": "Ada Park", "at": "2026-11-20T14:02:00Z",
        "duration_ms": 1200, "simulated": False, "verdict": "pass", "says": "Users wait 0.8 s.",
        "how": "120 calls were timed.", "next_step": "", "answer": "",
        "measures": [{"name": "p95", "value": "812.4", "unit": "ms"}],
        "checks": [{"aspect": "fast", "verdict": "pass", "says": "It is quick.", "next_step": "",
                    "measures": []}],
    }  # fmt: skip
    return Run(**told | changes)


def test_item_prints_the_verdict_with_figures_place_and_time():
    text = rendered(seen())

    assert "Pass Latency on eu-west: The 95th percentile is 812 ms. p95: 812.4 ms" in text
    assert "21 Nov 2026, 04:12 UTC" in text
    assert "It decides the item. 120 streamed calls were timed." in text
    assert "Next:" not in text


def test_conflict_stands_out_and_is_counted():
    text = rendered(seen("fail"), seen("pass"), answer("open"))

    assert "Conflict: done for a person, failing for a machine." in text
    assert "Next: Look at the prompt’s size." in text
    assert "A machine says something of 2 of 3 items: 1 passed, 1 conflict." in text
    assert "1 item is done for a person and failing for a machine." in text


def test_fail_of_an_open_item_is_no_conflict():
    text = rendered(seen("fail", "open"))

    assert "Fail Latency" in text
    assert "Conflict" not in text


def test_stale_and_simulated_verdicts_are_said_to_be_so():
    text = rendered(seen(stale_since="2026-11-20T10:00:00Z", simulated=True))

    assert "stale since 20 Nov 2026, 10:00 UTC" in text
    assert "Simulated: a stand-in was looked at, not the real thing." in text
    assert "What it says of 1 item had grown stale." in text
    assert "Of 1 item it saw a simulator, not the real thing." in text


def test_all_that_disagree_are_shown():
    both = [word("pass", ref="latency.fast"), word("fail", ref="keys", title="Keys")]

    text = rendered(answer("done", verdict="fail", machine=both))

    assert "Pass Latency on eu-west" in text
    assert "Fail Keys on eu-west" in text


def test_draft_without_open_blockers_says_conflicts_first():
    figures = summarise(snapshot(edition(item(answer=seen("fail"))))).figures

    said = verdict(figures, None, None)

    assert (said.tone, said.word) == ("no-go", "Draft: 1 conflict")


def test_probe_run_that_is_evidence_shows_what_it_found():
    frozen = evidence("run", title="Latency on eu-west: pass", text=run(simulated=True).text())

    text = rendered(answer("done", evidence=[frozen]))

    assert "Probe run&nbsp;&nbsp; Latency on eu-west: pass" in text
    assert "Pass Users wait 0.8 s. Simulated" in text
    assert "p95: 812.4 ms" in text
    assert "Pass fast: It is quick." in text
    assert "latency on eu-west (production), 20 Nov 2026, 14:02 UTC, asked for by Ada Park" in text
    assert "0 links, 0 files, 0 notes and 1 probe run back the answers" in text


def test_hostile_words_of_a_machine_are_text():
    whole = snapshot(edition(item(answer=seen(says="<script>alert(1)</script>"))))

    html = render_html(whole, digest_of(whole), stylesheet_href="/report.css")

    assert "<script>" not in html
