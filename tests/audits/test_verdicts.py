"""What a run of a probe says of the items of audits, and what never follows from it."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Answer, Audit, Reading, verdicts
from audits.models.history import describe
from audits.models.undo import can_undo, undo
from tests.audits.helpers import build_edition
from tests.audits.saying import edition, found, probes, production, ran, said, staging

__all__ = ["edition", "probes", "production", "staging"]  # fixtures


def told(audit) -> list[tuple]:
    """Of each change of a verdict the item, before and after."""
    events = audit.events.filter(verb="answer.verdict").order_by("number")
    return [(each.detail["item"], each.detail["before"], each.detail["after"]) for each in events]


def test_verdict_is_written_beside_the_answer_and_told_once(audit, production):
    run = ran(production, "fail")

    event = audit.events.get(verb="answer.verdict", answer__item__number=1)
    assert said(audit) == "fail"
    assert (event.actor, event.actor_name) == (None, "Countersign")
    assert event.detail | {"batch": None} == {
        "item": "item-1",
        "title": "Item 1",
        "before": "",
        "after": "fail",
        "says": "It is fail.",
        "probe": "latency",
        "environment": "eu-west",
        "run": str(run.pk),
        "batch": None,
    }
    assert describe(event, named=False) == "says fail of it: It is fail. (latency on eu-west)"


def test_bare_name_reads_the_whole_finding_and_an_aspect_its_check(audit, production):
    ran(production, found("fail", fast="pass", steady="fail"))

    assert [said(audit, number) for number in (1, 2, 3, 4)] == ["fail", "pass", "fail", ""]


def test_aspect_that_the_run_did_not_look_at_never_passes(audit, production):
    ran(production, found("pass", steady="pass"))

    assert said(audit, 2) == "inconclusive"


def test_gravest_of_all_that_an_item_names_counts(audit, production):
    ran(production, found("pass", fast="pass", steady="pass"))
    ran(production, "fail", "keys")

    assert said(audit, 2) == "fail"
    assert told(audit)[-1] == ("item-2", "pass", "fail")


@pytest.mark.parametrize("unseen", ["inconclusive", "error"])
def test_what_saw_nothing_takes_nothing_from_a_stronger_probe_that_passed(
    audit, production, unseen
):
    ran(production, found("pass", fast="pass"))
    ran(production, unseen, "keys")

    assert said(audit, 2) == "pass"


def test_weaker_pass_does_not_stand_in_for_a_stronger_probe_that_saw_nothing(audit, production):
    ran(production, found("inconclusive", fast="inconclusive"))
    ran(production, "pass", "keys")

    assert said(audit, 2) == "inconclusive"


def test_weaker_probe_that_fails_counts_beside_a_stronger_one_that_passed(audit, production):
    ran(production, found("pass", fast="pass"))
    ran(production, "fail", "keys")

    assert said(audit, 2) == "fail"


def test_what_was_never_looked_at_leaves_no_verdict(audit, production):
    ran(production, "pass", "keys")

    assert [said(audit, number) for number in (1, 2, 3)] == ["", "pass", ""]


def test_production_decides_and_staging_only_where_nothing_is_known_of_it(
    audit, production, staging
):
    ran(staging, "fail")
    assert said(audit) == "fail"

    ran(production, "pass")

    assert said(audit) == "pass"
    ran(staging, "fail")
    assert said(audit) == "pass"


def test_gravest_of_two_productions_counts(audit, production, project):
    ran(production, "pass")
    ran(project.environments.create(kind="production", name="us-east"), "fail")

    assert said(audit) == "fail"


@pytest.mark.parametrize("before", ["pass", "fail"])
def test_one_error_does_not_replace_what_was_seen_and_a_second_one_does(audit, production, before):
    ran(production, before)
    ran(production, "error")
    assert said(audit) == before

    ran(production, "error")

    assert said(audit) == "error"


def test_an_error_between_two_looks_is_forgotten(audit, production):
    for verdict in ("pass", "error", "pass", "error"):
        ran(production, verdict)

    assert said(audit) == "pass"


def test_an_error_is_told_where_nothing_was_seen_before(audit, production):
    ran(production, "inconclusive")
    ran(production, "error")

    assert said(audit) == "error"


def test_same_verdict_again_is_no_event_and_brings_later_figures(audit, production):
    ran(production, found("pass", "First."))
    before = audit.events.count()

    ran(production, found("pass", "Second."))

    assert audit.events.count() == before
    assert Reading.objects.get(aspect="").says == "Second."


def test_conflict_is_counted_and_counted_no_more(audit, production, ed):
    audit.answers.get(item__number=1).record("done", by=ed)
    ran(production, "fail")
    assert Audit.objects.get(pk=audit.pk).count_conflicts == 1

    ran(production, "pass")

    assert Audit.objects.get(pk=audit.pk).count_conflicts == 0


def test_machine_leaves_what_a_person_wrote_and_who_wrote_it(audit, production, ed):
    answer = audit.answers.get(item__number=1)
    answer.record("done", by=ed)
    before = Answer.objects.filter(pk=answer.pk).values().get()

    ran(production, "fail")

    assert Answer.objects.filter(pk=answer.pk).values().get() == before | {"verdict": "fail"}


def test_tick_can_be_taken_back_after_a_verdict_and_the_verdict_cannot(audit, production, ed):
    audit.answers.get(item__number=1).record("done", by=ed)
    ran(production, "fail")
    tick, verdict = (
        audit.events.filter(verb=verb, answer__item__number=1).select_related("audit", "answer")
        for verb in ("answer.recorded", "answer.verdict")
    )

    undo(tick.get(), by=ed)

    assert audit.answers.get(item__number=1).state == "open"
    assert not can_undo(verdict.get())


def test_run_that_says_the_same_touches_no_audit(audit, production, django_assert_num_queries):
    run = ran(production, "pass")

    with django_assert_num_queries(2):
        verdicts.after_run(run)


@pytest.mark.parametrize(("items", "audits"), [(3, 1), (20, 4)])
def test_queries_of_a_change_grow_with_neither_answers_nor_audits(
    project, production, alice, django_assert_num_queries, probes, items, audits
):
    named = {f"item_{number}": {"probes": ["latency"]} for number in range(1, items + 1)}
    edition = build_edition(items=items, **named)
    for number in range(audits):
        Audit.objects.start(project, f"Launch {number}", [edition], by=alice)
    ran(production, "pass")
    Reading.objects.update(verdict="fail")

    with django_assert_num_queries(7):
        verdicts.settle(project.pk)

    assert Answer.objects.filter(verdict="fail").count() == items * audits


def test_stale_verdict_stays_and_is_said_to_be_stale(audit, production):
    ran(production, "pass", at=timezone.now() - dt.timedelta(hours=7))

    (row,) = verdicts.beside(audit.answers.select_related("item", "audit").get(item__number=1))

    assert (said(audit), row.verdict, row.is_stale) == ("pass", "pass", True)
