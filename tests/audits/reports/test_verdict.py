"""The three words that a report says first."""

import pytest

from audits.reports.summary import summarise
from audits.reports.verdict import verdict
from tests.audits.reports.signing import condition_of_the_go, proposal, sealed, sign_off
from tests.audits.reports.snapshots import answer, edition, item, snapshot


def of(*answers, proposed=None, severity="blocker"):
    items = [item(number, severity, answer=a) for number, a in enumerate(answers, start=1)]
    return snapshot(edition(*items), proposal=proposed)


def said_of(report, seal=None):
    return verdict(summarise(report).figures, report["proposal"], seal)


@pytest.mark.parametrize(
    ("answers", "word", "tone"),
    [
        ([answer()], "Draft: 1 blocker open", "no-go"),
        ([answer(), answer()], "Draft: 2 blockers open", "no-go"),
        ([answer("done")], "Draft: ready to propose", "draft"),
    ],
)
def test_a_draft_says_what_is_left(answers, word, tone):
    said = said_of(of(*answers))

    assert (said.word, said.tone) == (word, tone)
    assert said.sentence.startswith("Nobody has signed.")


def test_open_items_that_do_not_block_are_named_in_a_draft():
    assert said_of(of(answer(), severity="minor")).word == "Draft: 1 item open"


@pytest.mark.parametrize(
    ("decision", "word"),
    [("go", "Proposed: go"), ("conditional_go", "Proposed: conditional go")],
)
def test_a_proposal_is_no_decision_yet(decision, word):
    said = said_of(of(answer("done"), proposed=proposal(decision)))

    assert (said.word, said.tone) == (word, "proposed")
    assert "Nobody had signed" in said.sentence


def test_a_sealed_go_is_a_go():
    report = of(answer("done"), proposed=proposal())

    said = said_of(report, sealed(report))

    assert (said.word, said.tone) == ("Go", "go")


def test_a_conditional_go_counts_its_conditions():
    asked = proposal("conditional_go", condition_of_the_go(1), condition_of_the_go(2))
    report = of(answer(), proposed=asked, severity="minor")

    said = said_of(report, sealed(report, sign_off(decision="conditional_go")))

    assert (said.word, said.tone) == ("Conditional go", "warn")
    assert said.sentence.startswith("The launch is approved on 2 conditions.")


def test_a_refusal_is_a_no_go_whatever_was_proposed():
    report = of(answer("done"), proposed=proposal())

    said = said_of(report, sealed(report, sign_off(decision="no_go")))

    assert (said.word, said.tone) == ("No-go", "no-go")


def test_a_go_over_an_open_blocker_never_hides_it():
    report = of(answer(), proposed=proposal())

    said = said_of(report, sealed(report))

    assert (said.word, said.tone) == ("Go, 1 blocker open", "warn")


def test_an_audit_without_items_says_so():
    assert "has no items" in said_of(snapshot()).sentence
