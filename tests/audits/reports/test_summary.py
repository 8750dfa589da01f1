from audits.reports.chart import bars
from audits.reports.summary import summarise
from tests.audits.reports.snapshots import (
    answer,
    edition,
    evidence,
    file,
    item,
    large,
    link,
    sample,
    snapshot,
)


def one_of_each():
    return snapshot(
        edition(
            item(1, "blocker", answer=answer("done")),
            item(2, "major", answer=answer("not_applicable", reason="no streams")),
            item(3, "blocker", answer=answer("risk_accepted", reason="soon")),
            item(4, "minor"),
            item(5, "blocker"),
        )
    )


def test_every_state_is_counted():
    figures = summarise(one_of_each()).figures
    assert (figures.items, figures.done, figures.not_applicable, figures.risk_accepted) == (
        5,
        1,
        1,
        1,
    )
    assert (figures.open, figures.open_blockers, figures.settled) == (2, 1, 3)


def test_sections_add_up_to_the_whole():
    summary = summarise(sample())
    sections = [section for edition in summary.editions for section in edition.sections]
    assert sum(section.figures.items for section in sections) == summary.figures.items == 56
    assert sum(s.figures.open_blockers for s in sections) == summary.figures.open_blockers


def test_unconfirmed_risk_acceptance_of_a_blocker_blocks():
    unconfirmed = answer("risk_accepted", counts_as="open", approver="Noor Haddad")
    summary = summarise(snapshot(edition(item(1, "blocker", answer=unconfirmed))))
    assert summary.figures.risk_accepted == 0
    assert [entry.label for entry in summary.blocking] == ["1"]


def test_expired_risk_acceptance_counts_as_open_and_stays_listed():
    expired = answer(
        "risk_accepted",
        counts_as="open",
        accepted_at="2026-10-01T10:00:00Z",
        accepted_until="2026-11-01",
    )
    summary = summarise(snapshot(edition(item(1, "major", answer=expired))))
    assert summary.figures.open == 1
    assert [entry.label for entry in summary.risks] == ["1"]


def test_items_of_several_editions_are_lettered():
    summary = summarise(snapshot(edition(item(1)), edition(item(1))))
    assert [entry.label for entry in summary.blocking] == ["A1", "B1"]


def test_anchors_are_unique_across_editions():
    summary = summarise(sample())
    anchors = [e.anchor for ed in summary.editions for s in ed.sections for e in s.entries]
    assert len(set(anchors)) == 56


def test_an_open_item_is_overdue_the_day_after_its_due_date():
    due = [answer(due="2026-11-20"), answer(due="2026-11-21"), answer("done", due="2026-11-01")]
    items = [item(number, "major", answer=a) for number, a in enumerate(due, start=1)]
    summary = summarise(snapshot(edition(*items)))
    assert [entry.label for entry in summary.overdue] == ["1"]


def test_removed_evidence_backs_nothing():
    gone = link(removed={"at": "2026-11-20T15:00:00Z", "by": "Ada Park", "reason": ""})
    done = answer("done", evidence=[gone])
    summary = summarise(snapshot(edition(item(answer=done))))
    assert summary.evidence == {
        "link": 0,
        "file": 0,
        "note": 0,
        "run": 0,
        "removed": 1,
        "stale": 0,
    }
    assert summary.done_without_evidence == 1


def test_evidence_is_counted_by_kind():
    done = answer(
        "done", evidence=[link(id="1"), link(id="2"), file(id="3"), evidence("note", id="4")]
    )
    counts = summarise(snapshot(edition(item(answer=done)))).evidence
    assert counts == {"link": 2, "file": 1, "note": 1, "run": 0, "removed": 0, "stale": 0}


def test_a_bar_has_one_cell_an_item_with_open_blockers_last():
    section = summarise(one_of_each()).editions[0].sections[0]
    cells = bars([section])[section.anchor]
    assert [c.kind for c in cells] == [
        "done",
        "not_applicable",
        "risk_accepted",
        "open",
        "blocker",
    ]


def test_a_bar_of_very_many_items_is_drawn_in_runs():
    crowded = large(10)
    crowded["editions"][0]["sections"][0]["items"] *= 20
    section = summarise(crowded).editions[0].sections[0]
    cells = bars([section])[section.anchor]
    assert len(cells) == len({cell.kind for cell in cells})
