"""Machines and people at the same moment: real threads, real transactions."""

import pytest

from audits.models import Answer, Audit, ProbeRun, SignOff
from audits.models.errors import NotProposed, Outdated
from tests.audits.helpers import propose, settle
from tests.audits.racing import at_once, chain_holds
from tests.audits.saying import edition, found, probes, production, ran, said

__all__ = ["edition", "probes", "production"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def counted(audit) -> tuple[int, int]:
    row = Audit.objects.get(pk=audit.pk)
    return row.count_done, row.count_conflicts


def test_a_verdict_and_a_tick_at_once_both_count(audit, answer, production, ed):
    at_once(lambda: answer.record("done", by=ed), lambda: ran(production, "fail"))

    assert (said(audit), counted(audit), chain_holds(audit)) == ("fail", (1, 1), True)


def test_of_two_probes_at_once_the_gravest_counts(audit, production):
    ran(production, found("pass", fast="pass"))
    ran(production, "pass", "keys")

    at_once(
        lambda: ran(production, found("pass", fast="inconclusive")),
        lambda: ran(production, "fail", "keys"),
    )

    assert (said(audit, 2), chain_holds(audit)) == ("fail", True)


def test_an_audit_that_starts_while_a_probe_runs_knows_what_it_found(
    project, edition, production, alice
):
    started, _ = at_once(
        lambda: Audit.objects.start(project, "Launch", [edition], by=alice),
        lambda: ran(production, "fail"),
    )

    assert (said(started), chain_holds(started)) == ("fail", True)


def test_an_audit_that_is_reopened_while_a_probe_runs_knows_what_it_found(
    audit, production, ed, noor
):
    settle(audit, by=ed)
    proposed = propose(audit, by=ed)
    SignOff.objects.sign(proposed, by=noor, **signature(proposed))
    sealed = Audit.objects.get(pk=audit.pk)

    at_once(lambda: sealed.reopen("Once more.", by=noor), lambda: ran(production, "fail"))

    assert (said(audit), chain_holds(audit)) == ("fail", True)


def test_a_verdict_while_sealing_never_changes_what_was_sealed(audit, production, ed, noor):
    ran(production, "pass")
    settle(audit, by=ed)
    proposed = propose(audit, by=ed)

    outcomes = at_once(
        lambda: SignOff.objects.sign(proposed, by=noor, **signature(proposed)),
        lambda: ran(production, "fail"),
    )

    now = Audit.objects.get(pk=audit.pk)
    if isinstance(outcomes[0], SignOff):
        assert (now.state, said(audit)) == ("signed", "pass")
    else:
        assert isinstance(outcomes[0], (NotProposed, Outdated))
        assert (now.state, said(audit)) == ("open", "fail")
    assert isinstance(outcomes[1], ProbeRun)
    assert chain_holds(audit)
    assert Answer.objects.filter(audit=audit, state="done").count() == 6


def signature(proposed) -> dict:
    return {
        "role": "Approver",
        "seen": proposed.snapshot.digest,
        "confirmation": proposed.phrase,
    }
