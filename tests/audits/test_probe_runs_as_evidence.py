"""A probe run that backs an answer: a frozen copy, which outlives the run."""

import json

import pytest

from audits.exports import schema
from audits.models import Audit, Evidence, ProbeRun
from audits.models.chains import find_broken_link
from audits.models.errors import AuditSealed, Refused
from audits.models.exports import plain_of
from audits.models.history import describe
from audits.models.loading import load, look
from audits.models.undo import undo
from audits.reports.canonical import digest
from audits.reports.runs import read
from checklist.formats import registry as formats
from tests.audits.helpers import build_edition, relate, seal, settle
from tests.audits.saying import edition, found, probes, production, ran

__all__ = ["edition", "probes", "production"]  # fixtures


@pytest.fixture
def run(production, audit) -> ProbeRun:
    return ran(production, found("fail", "Users wait 12 s.", fast="fail"))


def attach(answer, run, by) -> Evidence:
    return Evidence.objects.attach_run(answer, run, by=by)


def test_copy_holds_what_the_run_said_and_its_digest(answer, run, ed):
    row = attach(answer, run, ed)

    assert (row.kind, row.title) == ("run", "Latency on eu-west: fail")
    assert row.sha256 == digest(row.text.encode())
    assert row.ran == read(row.text)
    assert (row.ran.verdict, row.ran.says, row.ran.run) == (
        "fail",
        "Users wait 12 s.",
        str(run.pk),
    )
    assert row.ran.measures == [{"name": "p95", "value": "812.40", "unit": "ms"}]
    assert row.ran.checks[0]["measures"][0]["value"] == "1.40"
    assert row.speaks_of == run.finished_at.date()


def test_copy_stays_when_the_run_goes(answer, run, ed):
    row = attach(answer, run, ed)
    run.refresh_from_db()
    assert run.stays

    ProbeRun.objects.all().delete()

    assert Evidence.objects.get(pk=row.pk).ran.says == "Users wait 12 s."


def test_history_names_it_and_the_chain_holds_its_digest(audit, answer, run, ed):
    row = attach(answer, run, ed)

    event = audit.events.latest("number")
    assert describe(event) == ("attached the probe run “Latency on eu-west: fail” to “Item 1”")
    assert event.detail["sha256"] == row.sha256
    assert "text" not in event.detail
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_run_of_another_project_is_refused(answer, run, harbour, ed):
    other = harbour.projects.create(name="Another")
    stranger = ran(other.environments.create(kind="production", name="x"), "pass")

    with pytest.raises(Refused, match="another project"):
        attach(answer, stranger, ed)


def test_run_backs_an_answer_once(answer, run, ed):
    attach(answer, run, ed)

    with pytest.raises(Refused, match="backs the answer already"):
        attach(answer, run, ed)


@pytest.mark.parametrize(
    ("changes", "why"), [({"finished_at": None}, "not over yet"), ({"finding": None}, "not kept")]
)
def test_run_without_a_finding_is_refused(answer, run, ed, changes, why):
    ProbeRun.objects.filter(pk=run.pk).update(**changes)

    with pytest.raises(Refused, match=why):
        attach(answer, ProbeRun.objects.get(pk=run.pk), ed)


def test_sealed_audit_takes_no_run(audit, answer, production, ed, noor):
    run = ran(production, "pass")
    settle(audit, by=ed)
    seal(audit, by=noor)

    with pytest.raises(AuditSealed):
        attach(answer, run, ed)


def test_attaching_can_be_taken_back(audit, answer, run, ed):
    row = attach(answer, run, ed)

    undo(audit.events.select_related("audit").latest("number"), by=ed)

    row.refresh_from_db()
    assert row.removed_at
    assert not Evidence.objects.current().filter(answer=answer).exists()


def test_run_backs_what_is_answered_together(project, probes, production, alice):
    editions = [build_edition(slug, items=1) for slug in ("one", "two")]
    relate(("one/item-1", "equal", "two/item-1"))
    audit = Audit.objects.start(project, "Both", editions, by=alice)
    first, second = audit.answers.order_by("position")

    row = attach(first, ran(production, "pass"), alice)

    assert Evidence.objects.current().get(answer=second).piece == row.piece


def test_team_says_how_long_it_is_good(answer, run, harbour, ed):
    type(harbour).objects.filter(pk=harbour.pk).update(run_days=30)

    row = attach(answer, run, ed)

    assert (row.expires_on - row.speaks_of).days == 30


def test_export_loads_back_equal(audit, answer, run, ed, alice):
    attach(answer, run, ed)
    text = formats.YAML.dump(plain_of(audit))

    loaded = load(audit.project, look(audit.project, text, "yaml", by=alice), by=alice)

    assert plain_of(loaded) == plain_of(audit)
    row = Evidence.objects.get(answer__audit=loaded)
    assert (row.ran.says, row.run) == ("Users wait 12 s.", None)
    schema.parse(text.encode())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda told: told | {"verdict": "splendid"}, "there is not"),
        (lambda told: told | {"format": "countersign.run/9"}, "its format is not"),
        (lambda told: told | {"duration_ms": "12"}, "no proper duration_ms"),
        (lambda told: told | {"measures": [{"name": "p95"}]}, "a figure does not hold"),
        (lambda told: {"run": told["run"]}, "it does not hold"),
        (lambda told: [told], "it does not hold"),
    ],
)
def test_text_that_is_no_run_is_refused(answer, run, ed, change, why):
    told = json.loads(attach(answer, run, ed).text)

    with pytest.raises(ValueError, match=why):
        read(json.dumps(change(told), sort_keys=True, separators=(",", ":")))


def test_text_that_is_not_in_its_one_form_is_refused(answer, run, ed):
    told = json.loads(attach(answer, run, ed).text)

    with pytest.raises(ValueError, match="canonical"):
        read(json.dumps(told, indent=1))
