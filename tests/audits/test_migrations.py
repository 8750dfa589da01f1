"""Migrations that fill columns, run over rows that were there before: one walk from the tables of
the first release to the newest ones, for each step takes its time."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from audits.models import Audit, Round, SignOff
from audits.models.chains import find_broken_link
from audits.models.events import GENESIS
from tests.audits.former import Former

BEFORE = [("audits", "0002_event_triggers"), ("checklist", "0001_initial")]
COUNTED = [("audits", "0005_teamwork_required")]
BEFORE_ROUNDS = [("audits", "0011_answer_indexes")]


def migrate(targets):
    return MigrationExecutor(connection).migrate(targets).apps


def newest() -> list:
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


@pytest.fixture
def old(transactional_db):
    """The tables of the first release; the newest ones are back after the test."""
    last = newest()
    yield migrate(BEFORE)
    migrate(last)


@pytest.fixture
def audit(old):
    """Of three items: one open blocker, one done, one risk accepted; with two links."""

    def make(model, /, **columns):
        return old.get_model(*model.split(".")).objects.create(**columns)

    user = make("audits.User", email="grace@example.org", name="Grace Hill")
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
def test_what_was_there_is_filled_and_what_was_sealed_still_verifies(audit, capsys):
    has_section_and_severity_and_is_counted(migrate(COUNTED), audit.pk)

    former = Former(migrate(BEFORE_ROUNDS))
    go, no_go, twice, worked_on, unsigned, later = map(former.start, "ABCDEF")
    former.seal(go, "go")
    former.seal(no_go, "no_go")
    former.seal(twice, "no_go")
    former.reopen(twice)
    former.seal(twice, "go")
    former.seal(worked_on, "go")
    former.reopen(worked_on)
    former.seal(unsigned, "go").sign_offs.all().delete()
    former.seal(later, "go")

    migrate(newest())

    what_was_sealed_became_rounds()
    former_chain_goes_on(Audit.objects.get(title="F"))


def has_section_and_severity_and_is_counted(apps, pk) -> None:
    row = apps.get_model("audits", "Audit").objects.get(pk=pk)
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


def what_was_sealed_became_rounds() -> None:
    states = dict(Audit.objects.filter(title__in="ABCDE").values_list("title", "state"))
    assert states == {"A": "signed", "B": "refused", "C": "signed", "D": "open", "E": "void"}
    rounds = Round.objects.exclude(audit__title="F").order_by("audit__title", "revision")
    assert list(rounds.values_list("audit__title", "revision", "state", "superseded_by")) == [
        ("A", 1, "signed", None),
        ("B", 1, "refused", None),
        ("C", 1, "superseded", 2),
        ("C", 2, "signed", None),
        ("D", 1, "signed", None),
    ]
    assert not SignOff.objects.exclude(method="").exists()
    assert not Audit.objects.exclude(events__content=None).exists()
    for title in "ABCD":
        assert find_broken_link(Audit.objects.get(title=title), files=True) is None
    shut = Audit.objects.get(title="E")
    assert shut.is_sealed
    assert find_broken_link(shut).reason == "revision 1: its round of sign-off is missing"


def former_chain_goes_on(audit: Audit) -> None:
    audit.project.team.memberships.create(user=audit.created_by, role="owner")
    audit.reopen("Another look.", by=audit.created_by)

    events = Audit.objects.get(pk=audit.pk).events.order_by("number")
    assert [event.content is None for event in events] == [True, True, False]
    assert events[0].previous_hash == GENESIS
    call_command("verify_events", str(audit.pk))
