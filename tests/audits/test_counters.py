"""The counters of an audit say what counting its answers says, whatever was done."""

from audits.models import Audit
from audits.models.bulk import change_many
from audits.models.counters import NAMES
from audits.models.progress import by_section
from audits.models.terms import Rating, Terms
from audits.models.undo import undo


def counted(audit):
    row = Audit.objects.get(pk=audit.pk)
    return {name: getattr(row, f"count_{name}") for name in NAMES}


def recounted(audit):
    row = Audit.objects.get(pk=audit.pk)
    row.recount()
    return {name: getattr(row, f"count_{name}") for name in NAMES}


def test_a_new_audit_counts_its_items(audit):
    assert counted(audit) == {
        "total": 6,
        "open": 6,
        "done": 0,
        "not_applicable": 0,
        "risk_accepted": 0,
        "blockers": 2,
        "conflicts": 0,
    }


def test_counters_follow_every_change(audit, ed, noor, tomorrow):
    rows = list(audit.answers.order_by("position"))
    rows[0].record("done", by=ed)
    rows[1].record("not_applicable", by=ed, reason="Not ours.")
    rows[2].record("risk_accepted", by=ed, reason="Small.", approver=noor, until=tomorrow)
    rows[3].record("risk_accepted", by=noor, reason="Small.", approver=noor, until=tomorrow)
    rows[4].rate("blocker", "It stops us.", by=ed)
    rows[2].confirm_acceptance(by=noor)
    change_many(audit, dict(audit.answers.values_list("pk", "version")), Terms("done"), by=ed)
    undo(audit.events.select_related("audit", "answer").last(), by=ed)
    change_many(audit, {rows[5].pk: rows[5].version}, Rating("blocker", "It stops us."), by=ed)

    assert counted(audit) == recounted(audit)
    sections = sum(by_section(audit).values(), start=type(by_section(audit)[rows[0].section_id])())
    assert (sections.total, sections.blockers) == (6, counted(audit)["blockers"])


def test_the_first_lapse_is_remembered_and_forgotten(audit, answer, noor, tomorrow):
    answer.record("risk_accepted", by=noor, reason="Small.", approver=noor, until=tomorrow)
    assert Audit.objects.get(pk=audit.pk).lapses_on == tomorrow

    answer.record("open", by=noor)

    assert Audit.objects.get(pk=audit.pk).lapses_on is None


def test_a_done_item_that_fails_for_the_machine_is_a_conflict(audit, answer, ed):
    answer.record("done", by=ed)
    audit.answers.filter(pk=answer.pk).update(verdict="fail")

    assert recounted(audit)["conflicts"] == 1
    assert by_section(audit)[answer.section_id].conflicts == 1
