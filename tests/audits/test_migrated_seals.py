"""What was sealed before people signed a proposal: migrations 0012 to 0016 over such rows."""

import datetime as dt
import hashlib

import pytest
from django.core.management import call_command
from django.utils import timezone

from audits.models import Audit, Round, SignOff
from audits.models.chains import find_broken_link
from audits.models.events import GENESIS
from audits.models.told import stamp
from audits.reports.canonical import canonical_json, digest
from tests.audits.test_migrations import migrate, newest, newest_after

BEFORE = [("audits", "0011_answer_indexes")]


class Former:
    """Writes as the product did then: one event seals, each hash is of the event itself."""

    def __init__(self, apps):
        self.apps = apps
        self.user = self.make("User", email="ada@example.org", name="Ada Park")
        team = self.make("Team", name="Harbour")
        self.project = self.make("Project", team=team, name="Support")

    def make(self, model: str, /, **columns):
        return self.apps.get_model("audits", model).objects.create(**columns)

    def start(self, title: str):
        audit = self.make("Audit", project=self.project, title=title, created_by=self.user)
        self.log(audit, "audit.started", title=title, editions=[], items=0)
        return audit

    def log(self, audit, verb: str, **detail) -> None:
        told = {
            "actor": self.user.pk,
            "actor_name": "Ada Park",
            "answer": None,
            "at": timezone.now().astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "audit": str(audit.pk),
            "detail": detail,
            "number": audit.events_count + 1,
            "revision": audit.revision,
            "verb": verb,
        }
        head = hashlib.sha256(audit.events_head.encode() + canonical_json(told)).hexdigest()
        told |= {"at": dt.datetime.fromisoformat(told["at"]), "audit": audit}
        told |= {"actor": self.user, "previous_hash": audit.events_head, "hash": head}
        self.make("Event", **told)
        audit.events_count, audit.events_head = told["number"], head
        audit.save()

    def seal(self, audit, decision: str):
        at = timezone.now()
        said = {"by": "Ada Park", "role": "owner", "decision": decision, "statement": "So be it."}
        content = {
            "format": "countersign.snapshot/2",
            "audit": {"id": str(audit.pk), "title": audit.title, "revision": audit.revision},
            "seal": said | {"email": "ada@example.org", "at": stamp(at)},
            "events": {"count": audit.events_count, "head": audit.events_head},
        }
        data = canonical_json(content)
        snapshot = self.make(
            "Snapshot",
            audit=audit,
            revision=audit.revision,
            sealed=True,
            data=data,
            digest=digest(data),
            events_head=audit.events_head,
            taken_at=at,
            taken_by=self.user,
        )
        self.make(
            "SignOff",
            snapshot=snapshot,
            by=self.user,
            by_name="Ada Park",
            role="owner",
            decision=decision,
            statement="So be it.",
            at=at,
            digest=snapshot.digest,
        )
        audit.state = "sealed"
        label = {"go": "Go", "no_go": "No-go"}[decision]
        self.log(audit, "audit.sealed", decision=label, digest=snapshot.digest)
        return snapshot

    def reopen(self, audit) -> None:
        audit.state, audit.revision = "open", audit.revision + 1
        self.log(audit, "audit.reopened", reason="Another look.")


@pytest.fixture
def former(transactional_db):
    yield from newest_after(lambda: Former(migrate(BEFORE)))


@pytest.mark.slow
def test_what_was_sealed_becomes_rounds_and_still_verifies(former, capsys):
    go, no_go, twice, worked_on, unsigned = map(former.start, "ABCDE")
    former.seal(go, "go")
    former.seal(no_go, "no_go")
    former.seal(twice, "no_go")
    former.reopen(twice)
    former.seal(twice, "go")
    former.seal(worked_on, "go")
    former.reopen(worked_on)
    former.seal(unsigned, "go").sign_offs.all().delete()

    migrate(newest())

    states = dict(Audit.objects.values_list("title", "state"))
    assert states == {"A": "signed", "B": "refused", "C": "signed", "D": "open", "E": "void"}
    rounds = Round.objects.order_by("audit__title", "revision")
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


@pytest.mark.slow
def test_former_chain_goes_on_and_a_change_in_it_is_found(former):
    audit = former.start("A")
    former.seal(audit, "go")
    migrate(newest())
    now = Audit.objects.get()

    now.project.team.memberships.create(user=now.created_by, role="owner")
    now.reopen("Another look.", by=now.created_by)

    events = Audit.objects.get().events.order_by("number")
    assert [event.content is None for event in events] == [True, True, False]
    assert events[0].previous_hash == GENESIS
    call_command("verify_events")
