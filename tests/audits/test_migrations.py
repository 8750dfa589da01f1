"""Migrations that fill columns, run over rows that were there before."""

import datetime as dt

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE = [("audits", "0002_event_triggers"), ("checklist", "0001_initial")]


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def newest() -> list:
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


def newest_after(prepare):
    """What `prepare` makes of former tables; the newest ones are back after the test."""
    last = newest()
    yield prepare()
    migrate(last)


@pytest.fixture
def old(transactional_db):
    """The tables of the first release."""
    yield from newest_after(lambda: migrate(BEFORE))


@pytest.fixture
def audit(old):
    """Of three items: one open blocker, one done, one risk accepted; with two links."""

    def make(model, /, **columns):
        return old.get_model(*model.split(".")).objects.create(**columns)

    user = make("audits.User", email="ada@example.org", name="Ada Park")
    team = make("audits.Team", name="Harbour")
    project = make("audits.Project", team=team, name="Support")
    checklist = make("checklist.Checklist", slug="launch", title="Launch")
    edition = make(
        "checklist.Edition",
        checklist=checklist,
        version="1.0.0",
        version_key="1",
        title="Launch",
        digest="0" * 64,
        item_count=3,
        exit_criteria=[{"id": "seen", "text": "All is seen", "source": {}}],
    )
    section = make("checklist.Section", edition=edition, position=1, ref="keys", title="Keys")
    audit = make("audits.Audit", project=project, title="First launch", created_by=user)
    make("audits.AuditEdition", audit=audit, edition=edition, position=1)
    states = [
        {"state": "open"},
        {"state": "done"},
        {
            "state": "risk_accepted",
            "approver": user,
            "accepted_at": timezone.now(),
            "accepted_until": dt.date(2030, 5, 3),
        },
    ]
    for number, state in enumerate(states, start=1):
        item = make(
            "checklist.Item",
            edition=edition,
            section=section,
            number=number,
            ref=f"item-{number}",
            title=f"Item {number}",
            severity=("blocker", "major", "minor")[number - 1],
            source={},
        )
        answer = make("audits.Answer", audit=audit, item=item, position=number, **state)
    for _ in range(2):
        make(
            "audits.Evidence",
            answer=answer,
            kind="link",
            title="A link",
            url="https://example.org",
            speaks_of=dt.date(2026, 1, 1),
            added_by=user,
            revision=1,
        )
    return audit


@pytest.mark.slow
def test_what_was_there_gets_its_section_its_severity_and_is_counted(audit):
    apps = migrate([("audits", "0005_teamwork_required")])

    row = apps.get_model("audits", "Audit").objects.get(pk=audit.pk)
    assert (row.count_total, row.count_open, row.count_done) == (3, 1, 1)
    assert (row.count_risk_accepted, row.count_blockers) == (1, 1)
    assert row.lapses_on == dt.date(2030, 5, 3)
    answers = row.answers.order_by("position")
    assert [answer.severity for answer in answers] == ["blocker", "major", "minor"]
    assert {answer.section_id for answer in answers} == {
        answer.item.section_id for answer in answers
    }
    pieces = apps.get_model("audits", "Evidence").objects.values_list("piece", flat=True)
    assert len(set(pieces)) == 2
    assert list(row.conditions.values_list("kind", "text", "state")) == [
        ("exit", "All is seen", "open")
    ]
