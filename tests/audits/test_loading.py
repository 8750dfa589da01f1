"""An audit that was exported is loaded as a new one that says the same."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as tries

from audits.exports import schema
from audits.exports.formats import FORMATS
from audits.models import Audit, Evidence
from audits.models.chains import find_broken_link
from audits.models.exports import plain_of
from audits.models.history import describe
from audits.models.loading import load, look
from audits.models.undo import undo
from checklist.faults import FaultyFile
from tests.audits.exports.definitions import definitions
from tests.audits.helpers import build_edition, relate

LATER = dt.date(2099, 1, 1)
WITH_DATABASE = tries(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def text_of(audit: Audit, format: str = "json") -> str:
    return FORMATS[format].dump(plain_of(audit)).removeprefix("\ufeff")


def loaded(audit: Audit, *, by, format: str = "json", project=None) -> Audit:
    project = project or audit.project
    return load(project, look(project, text_of(audit, format), format, by=by), by=by)


def unconfirmed(audit: Audit) -> dict:
    return json.loads(text_of(audit).replace('"confirmed": true', '"confirmed": false'))


@pytest.fixture
def full(project, alice, ed, noor) -> Audit:
    """Of two checklists that meet; every state, plan, severity, condition and kind of evidence."""
    relate(("launch/item-1", "equal", "other/item-1"), ("launch/item-2", "equal", "other/item-2"))
    first = build_edition(entry_conditions=["It runs"], exit_criteria=["All is done"])
    audit = Audit.objects.start(project, "First", [first, build_edition("other")], by=alice)
    one, two, three, four = audit.answers.filter(position__lte=4)
    audit.ties.get(first=one).part(by=ed)
    one.record("done", by=ed)
    two.record("risk_accepted", by=noor, reason="Small.", approver=noor, until=LATER)
    three.record("not_applicable", by=ed, reason="=None\n of it")
    four.plan(by=ed, owner=ed, due=LATER)
    four.rate("minor", "Nobody is hurt.", by=alice)
    for condition in audit.conditions.all():
        condition.settle("waived", "Later.", by=noor)
    note = Evidence.objects.attach_note(two, "Seen: `x`\n\n- twice", by=ed, expires_on=LATER)
    assert audit.answers.get(position=8).evidence.get().piece == note.piece
    Evidence.objects.attach_link(one, "https://a.example/x?y=1", by=ed)
    return Audit.objects.get(pk=audit.pk)


@pytest.mark.parametrize("format", FORMATS)
def test_everything_that_an_audit_says_comes_back(full, alice, format):
    again = loaded(full, by=alice, format=format)

    assert unconfirmed(again) == unconfirmed(full)
    assert '"confirmed": true' not in text_of(again)


@pytest.mark.parametrize("format", FORMATS)
@given(definition=definitions())
@WITH_DATABASE
def test_any_claims_come_back(format, definition, project, noor, edition, django_db_blocker):
    text = schema.dump(definition, FORMATS[format]).decode().removeprefix("\ufeff")

    audit = load(project, look(project, text, format, by=noor), by=noor)

    again, _ = schema.parse(text_of(audit).encode(), FORMATS["json"])
    assert again == definition.unconfirmed()
    assert audit.count_total == 6


def test_history_tells_of_the_file_and_the_chain_holds(full, alice):
    audit = loaded(full, by=alice)

    started, told = audit.events.all()
    assert (started.verb, told.verb, told.actor) == ("audit.started", "audit.loaded", alice)
    assert describe(told).startswith("loaded 5 answers and 2 pieces of evidence from a file, SHA-")
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_counters_are_those_of_the_answers(full, alice):
    audit = Audit.objects.get(pk=loaded(full, by=alice).pk)

    counts = audit.counts
    audit.recount()
    assert audit.counts == counts
    # A risk counts as open until its approver accepts it in person.
    assert (counts["total"], counts["done"], counts["open"]) == (12, 1, 10)


def test_accepted_risk_waits_for_its_approver_again(full, alice, noor):
    looked = look(full.project, text_of(full), "json", by=alice)

    audit = load(full.project, looked, by=alice)

    answer = audit.answers.get(position=2)
    assert looked.carried.waiting == 2
    assert answer.awaits_approver
    assert answer.approver == noor


def test_approver_who_loads_confirms_nothing_by_it(full, noor):
    assert loaded(full, by=noor).answers.get(position=2).awaits_approver


def test_parted_items_stay_apart_and_the_others_are_answered_together(full, alice):
    audit = loaded(full, by=alice)

    one, two = audit.answers.filter(position__lte=2)
    two.record("done", by=alice)
    assert not one.tied
    assert audit.answers.get(position=8).state == "done"


def test_looking_writes_nothing(full, alice):
    look(full.project, text_of(full), "json", by=alice)

    assert Audit.objects.get() == full


def test_control_character_in_a_text_does_not_keep_the_file_from_being_read(audit, answer, ed):
    answer.record("not_applicable", by=ed, reason="a\x07b")

    assert loaded(audit, by=ed).answers.get(position=1).reason == "a\ufffdb"


def test_loaded_file_has_no_bytes_and_can_be_removed_and_brought_back(settled_audit, ed):
    audit = loaded(settled_audit, by=ed)
    file = audit.answers.get(position=1).evidence.get(kind="file")

    file.remove("Wrong.", by=ed)
    undo(audit.events.latest("number"), by=ed)

    file.refresh_from_db()
    assert (file.has_bytes, file.is_current, file.size_bytes) == (False, True, 24)


def test_1200_answers_are_loaded_in_few_queries(project, ed):
    edition = build_edition(items=1200)
    audit = Audit.objects.start(project, "Long", [edition], by=ed)
    audit.answers.update(state="not_applicable", reason="Not here.", owner=ed)
    text = text_of(audit)

    with CaptureQueriesContext(connection) as captured:
        again = load(project, look(project, text, "json", by=ed), by=ed)

    assert again.count_not_applicable == 1200
    # SQLite takes a thousand values a statement.
    inserts = [each for each in captured if 'INSERT INTO "audits_answer"' in each["sql"]]
    assert len(captured) - len(inserts) < 25
    assert len(inserts) < 40


@pytest.mark.parametrize("items", [6, 60])
def test_export_costs_the_same_queries_whatever_the_size(
    project, ed, items, django_assert_num_queries
):
    audit = Audit.objects.start(project, "A", [build_edition(items=items)], by=ed)

    with django_assert_num_queries(5):
        plain_of(audit)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"url": "javascript:alert(1)"}, "write a whole address that begins with"),
        ({"title": "a\u202eb"}, "this holds a character that nobody can see"),
        ({"speaks_of": "2999-01-01"}, "evidence cannot speak of a day to come"),
    ],
)
def test_evidence_that_a_rule_refuses_is_a_fault_with_its_place(
    audit, answer, ed, change, problem
):
    Evidence.objects.attach_link(answer, "https://a.example", by=ed)
    plain = plain_of(audit)
    plain["answers"][0]["evidence"][0] |= change

    with pytest.raises(FaultyFile, match=problem) as caught:
        look(audit.project, FORMATS["yaml"].dump(plain), "yaml", by=ed)
    assert caught.value.faults[0].line > 8
