"""Filters of the portfolio: each by itself, together, and never past the team."""

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Answer, Audit, Team
from tests.audits.helpers import seal, settle
from tests.audits.portfolios import finish, names

YESTERDAY = timezone.localdate() - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("show", "found"),
    [("upcoming", ["Today", "Tomorrow", "Undated"]), ("launched", ["Yesterday"])],
)
def test_by_launch(launch, alice, show, found):
    for name, days in [("Yesterday", -1), ("Today", 0), ("Tomorrow", 1), ("Undated", None)]:
        launch(name, days)

    assert sorted(names(alice, show)) == found


def test_without_audit(launch, alice):
    launch("With", 1)
    launch("Without", 1, audits=0)

    assert names(alice, "no-audit") == ["Without"]


def test_sealed_until_the_next_audit_is_started(sealed_audit, alice, edition):
    assert names(alice, "sealed") == ["Support assistant"]

    Audit.objects.start(sealed_audit.project, "Second", [edition], by=alice)

    assert names(alice, "sealed") == []


def test_with_blockers(launch, alice):
    launch("Open", 1)
    finish(launch("Settled", 1), alice)

    assert names(alice, "blockers") == ["Open"]


def test_blocker_whose_acceptance_ran_out_is_one_again_though_nobody_counted_it_yet(
    settled_audit, noor, alice
):
    answer = settled_audit.answers.get(position=1)
    terms = {"reason": "Later.", "approver": noor, "until": timezone.localdate()}
    answer.record("risk_accepted", by=noor, **terms)
    assert names(alice, "blockers") == []

    Answer.objects.filter(pk=answer.pk).update(accepted_until=YESTERDAY)
    Audit.objects.filter(pk=settled_audit.pk).update(lapses_on=YESTERDAY)

    assert names(alice, "blockers") == ["Support assistant"]


def test_with_conflicts(launch, alice):
    launch("Calm", 1)
    audit = launch("Conflict", 1).audits.get()
    audit.answers.filter(position=1).update(state="done", verdict="fail")
    audit.recount()
    audit.save()

    assert names(alice, "conflicts") == ["Conflict"]


def test_overdue_is_what_is_open_and_past_its_day(launch, alice):
    late = launch("Late", 1).audits.get().answers.get(position=1)
    done = launch("Done", 1).audits.get().answers.get(position=1)
    for answer, due in [(late, YESTERDAY), (done, YESTERDAY)]:
        answer.plan(by=alice, owner=alice, due=due)
    done.record("done", by=alice)
    in_time = launch("In time", 1).audits.get().answers.get(position=1)
    in_time.plan(by=alice, owner=None, due=timezone.localdate())

    assert names(alice, "overdue") == ["Late"]


def test_mine_is_where_i_own_an_open_answer(launch, alice, ed):
    mine = launch("Mine", 1).audits.get().answers.get(position=1)
    done = launch("Done", 1).audits.get().answers.get(position=1)
    for answer in (mine, done):
        answer.plan(by=alice, owner=ed, due=None)
    done.record("done", by=ed)

    assert names(ed, "mine") == ["Mine"]


def test_mine_is_also_what_i_started(launch, harbour, edition, ed):
    launch("Of alice", 1)
    Audit.objects.start(harbour.projects.create(name="Of ed"), "First", [edition], by=ed)

    assert names(ed, "mine") == ["Of ed"]


def test_filters_are_asked_of_one_and_the_same_audit(launch, edition, alice, ed):
    project = launch("Agent", 1)
    of_ed = Audit.objects.start(project, "Of ed", [edition], by=ed)
    settle(of_ed, by=ed)

    assert names(ed, "mine") == names(ed, "blockers") == ["Agent"]
    assert names(ed, "mine", "blockers") == []


def test_filters_combine(launch, alice):
    launch("Agent soon", 1)
    launch("Agent over", -1)
    launch("Other", 1)
    finish(launch("Agent done", 1), alice)

    assert names(alice, "upcoming", "blockers", words=("agent",)) == ["Agent soon"]


@pytest.mark.parametrize("word", ["ÜBER", "über", "Über", "setzer", "PILOT", "pilot%"])
def test_words_stand_in_the_name_or_in_an_audits_title(launch, alice, edition, word):
    launch("Other", 1)
    project = launch("Übersetzer", 1)
    Audit.objects.start(project, "Pilot% one", [edition], by=alice)

    assert names(alice, words=(word,)) == ["Übersetzer"]


def test_every_word_counts(launch, alice):
    launch("Support agent", 1)

    assert names(alice, words=("agent", "support")) == ["Support agent"]
    assert names(alice, words=("agent", "sales")) == []


def test_by_team(launch, alice):
    launch("Ours", 1)
    second = Team.objects.found("Second", by=alice)
    second.projects.create(name="Of the second")

    assert names(alice, team=second.pk) == ["Of the second"]


def test_audits_of_other_teams_bring_nothing_in(launch, mallory, alice, noor):
    project = launch("Ours", 1)
    settle(project.audits.get(), by=alice)
    seal(project.audits.get(), by=noor)
    reef = Team.objects.get(name="Reef")

    assert names(mallory) == names(mallory, "sealed") == names(mallory, "launched") == []
    assert names(alice, "sealed", team=reef.pk) == []
