"""Verdicts through the life of an audit: sealed, reopened, proposed, moved, tampered with."""

import pytest

from audits.models import Answer, Audit
from audits.models.chains import find_broken_link
from audits.models.history import describe
from audits.models.moves import move
from audits.models.undo import undo
from tests.audits.helpers import build_edition, propose, seal, settle, sign
from tests.audits.saying import edition, found, probes, production, ran, said, staging

__all__ = ["edition", "probes", "production", "staging"]  # fixtures


def test_sealed_audit_never_changes(audit, production, noor, ed):
    ran(production, "pass")
    settle(audit, by=ed)
    seal(audit, by=noor)
    before = Audit.objects.filter(pk=audit.pk).values().get(), list(audit.answers.values())

    ran(production, "fail")

    assert (
        Audit.objects.filter(pk=audit.pk).values().get(),
        list(audit.answers.values()),
    ) == before


def test_reopened_audit_hears_what_was_found_meanwhile(audit, production, noor, ed):
    settle(audit, by=ed)
    seal(audit, by=noor)
    ran(production, "fail")

    reopened = Audit.objects.get(pk=audit.pk).reopen("Once more.", by=noor)

    assert (said(reopened), reopened.count_conflicts) == ("fail", 1)
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_audit_that_starts_knows_what_was_found_before(project, edition, production, alice):
    ran(production, "fail")

    audit = Audit.objects.start(project, "Second launch", [edition], by=alice)

    assert said(audit) == "fail"
    assert audit.events.get(number=1).verb == "audit.started"
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_other_projects_hear_nothing(audit, harbour, production):
    other = harbour.projects.create(name="Another")

    ran(other.environments.create(kind="production", name="eu-west"), "fail")

    assert said(audit) == ""


def test_proposal_is_outdated_by_another_verdict_and_says_why(audit, production, ed):
    ran(production, "pass")
    settle(audit, by=ed)
    proposed = propose(audit, by=ed)

    ran(production, "fail")

    proposed.refresh_from_db()
    event = audit.events.latest("number")
    assert (proposed.state, Audit.objects.get(pk=audit.pk).state) == ("outdated", "open")
    assert describe(event) == "opened the audit again, since the machine says something else now"
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


@pytest.mark.parametrize("verdict", ["inconclusive", ""])
def test_proposal_stands_when_the_machine_could_not_look_again(audit, production, ed, verdict):
    if verdict:
        ran(production, "pass")
    settle(audit, by=ed)
    proposed = propose(audit, by=ed)

    ran(production, verdict or "pass")

    proposed.refresh_from_db()
    assert (proposed.state, said(audit)) == ("proposed", verdict or "pass")
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_proposal_is_outdated_by_a_probe_that_fails_no_longer(audit, production, ed):
    ran(production, "fail")
    proposed = propose(audit, by=ed)

    ran(production, "pass")

    proposed.refresh_from_db()
    assert proposed.state == "outdated"


def test_what_was_signed_holds_though_the_machine_could_not_look_meanwhile(
    audit, production, ed, noor
):
    ran(production, "pass")
    settle(audit, by=ed)
    proposed = propose(audit, by=ed)
    ran(production, "inconclusive")

    sign(proposed, by=noor)

    signed = Audit.objects.get(pk=audit.pk)
    assert signed.state == "signed"
    assert find_broken_link(signed, files=True) is None


def test_proposal_stands_when_a_later_run_says_the_same(audit, production, ed):
    ran(production, found("pass", "First."))
    settle(audit, by=ed)
    proposed = propose(audit, by=ed)

    ran(production, found("pass", "Second."))

    proposed.refresh_from_db()
    assert proposed.state == "proposed"


def test_move_can_be_taken_back_after_a_verdict(project, probes, production, noor):
    before, after = ({"item_1": {"probes": [name]}} for name in ("latency", "keys"))
    audit = Audit.objects.start(project, "Launch", [build_edition("old", **before)], by=noor)
    newer = build_edition("old", version="2.0.0", **after)
    ran(production, "fail")
    ran(production, "pass", "keys")
    move(Audit.objects.get(pk=audit.pk), newer, by=noor)
    assert said(audit) == "pass"
    ran(production, "inconclusive", "keys")

    undo(audit.events.select_related("audit").get(verb="audit.moved"), by=noor)

    assert said(audit) == "fail"
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_verdict_that_was_written_behind_the_orms_back_is_found(audit, production):
    ran(production, "fail")
    number = audit.events.get(verb="answer.verdict", answer__item__number=1).number

    Answer.objects.filter(audit=audit, item__number=1).update(verdict="pass")

    link = find_broken_link(Audit.objects.get(pk=audit.pk))
    assert (link.number, link.reason) == (
        number,
        "the machine's verdict on an answer is pass, and the events leave it fail",
    )


def test_verdict_that_no_event_tells_of_is_found(audit):
    Answer.objects.filter(audit=audit, item__number=4).update(verdict="pass")

    link = find_broken_link(Audit.objects.get(pk=audit.pk))

    assert "is pass, and the events leave it none" in link.reason
