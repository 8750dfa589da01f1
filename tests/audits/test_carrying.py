"""What a file says and the project lacks is left behind, and said with its place."""

import pytest

from audits.models import Audit, Membership
from audits.models.loading import load, look
from checklist.faults import FaultyFile
from tests.audits.helpers import build_edition

pytestmark = pytest.mark.usefixtures("chains_hold")

FILE = """\
format: countersign.audit/1
title: First launch
editions:
  - checklist: launch
    version: "1.0.0"
  - checklist: gone
    version: "2.0"
answers:
  - checklist: launch
    item: item-1
    state: risk_accepted
    reason: Small.
    approver: ed@harbour.example
    until: 2099-01-01
    owner: mallory@reef.example
  - checklist: launch
    item: item-77
    state: done
  - checklist: launch
    item: item-2
    state: done
    severity: minor
    severity_reason: Small.
    evidence:
      - kind: file
        title: Limits
        name: limits.txt
        size: 24
        sha256: abababababababababababababababababababababababababababababababab
        speaks_of: 2026-11-01
  - checklist: gone
    item: item-1
    state: done
conditions:
  - checklist: launch
    kind: exit
    id: all-is-done
    state: waived
    note: Later.
  - checklist: launch
    kind: entry
    id: never-asked
    state: met
"""

LEFT = [
    "6:16: gone 2.0 is not loaded here; load it first, or go on without its items",
    "13:15: ed@harbour.example is neither an approver nor an owner of this team; "
    "give them the role first, or the item is open again",
    "15:12: mallory@reef.example is no member of this team; "
    "invite them first, or nobody sees to the item",
    '17:11: launch 1.0.0 has no item "item-77"; what is said of it stays behind',
    "22:15: only an approver or an owner may lower the severity from major; "
    "let one of them load the file, or the item keeps its own",
    '27:15: the bytes of "limits.txt" are not in this file; '
    "its name and SHA-256 stay; attach it again",
    "38:12: only an approver or an owner may waive an exit criterion; "
    "let one of them load the file, or it is open again",
    '42:9: Launch 1.0.0 does not ask for "never-asked"; what is said of it stays behind',
]


@pytest.fixture
def place(project, mallory):
    build_edition(exit_criteria=["All is done"])
    return project


def test_all_that_cannot_be_carried_over_is_named(place, ed):
    looked = look(place, FILE, "yaml", by=ed)

    assert [str(fault) for fault in looked.left] == LEFT


def test_the_rest_is_loaded(place, ed):
    audit = load(place, look(place, FILE, "yaml", by=ed), by=ed)

    one, two = audit.answers.filter(position__lte=2)
    assert (one.state, one.owner, one.approver) == ("open", None, None)
    assert (two.state, two.severity) == ("done", "major")
    assert two.evidence.get().filename == "limits.txt"
    assert audit.conditions.get().state == "open"
    assert audit.events.get(verb="audit.loaded").detail["left"] == len(LEFT)


def test_approver_may_lower_and_waive_by_a_file_too(place, noor):
    audit = load(place, look(place, FILE, "yaml", by=noor), by=noor)

    assert audit.answers.get(position=2).severity == "minor"
    assert audit.conditions.get().state == "waived"


def test_file_of_which_no_edition_is_here_is_refused(project, ed):
    with pytest.raises(FaultyFile, match=r"gone 2\.0 is not loaded here"):
        look(project, FILE, "yaml", by=ed)

    assert not Audit.objects.exists()


def test_edition_of_another_team_is_not_here(project, ed, mallory):
    theirs = build_edition("theirs")
    type(theirs.checklist).objects.filter(pk=theirs.checklist_id).update(
        owner=mallory.teams.get().pk
    )
    text = 'format: countersign.audit/1\ntitle: A\neditions:\n- {checklist: theirs, version: "1"}'

    with pytest.raises(FaultyFile, match="theirs 1 is not loaded here"):
        look(project, text, "yaml", by=ed)


def test_what_was_looked_at_has_another_seal_once_the_team_changed(place, harbour, ed):
    before = look(place, FILE, "yaml", by=ed)
    harbour.memberships.filter(user=ed).update(role=Membership.Role.APPROVER)

    after = look(place, FILE, "yaml", by=ed)

    assert before.digest == after.digest
    assert before.seal != after.seal
