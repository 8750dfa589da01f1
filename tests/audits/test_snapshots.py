import hashlib
import json

import pytest
from django.utils import timezone

from audits.models import Audit, Comment, Environment, Evidence, Snapshot
from audits.models.snapshots import build
from audits.reports.canonical import canonical_json
from tests.audits.helpers import build_edition, seal, settle


def taken(audit: Audit, by) -> dict:
    audit = Audit.objects.get(pk=audit.pk)
    return Snapshot.objects.take(audit, by=by, at=timezone.now()).content()


def test_digest_is_the_sha256_of_the_stored_bytes(sealed_audit):
    snapshot = sealed_audit.snapshots.get()

    assert snapshot.digest == hashlib.sha256(bytes(snapshot.data)).hexdigest()


def test_stored_bytes_are_canonical(sealed_audit):
    snapshot = sealed_audit.snapshots.get()

    assert canonical_json(snapshot.content()) == bytes(snapshot.data)


def test_draft_says_so_and_has_no_seal(audit, ed):
    content = taken(audit, ed)

    assert (content["format"], content["audit"]["state"]) == ("countersign.snapshot/2", "open")
    assert content["seal"] is None


def test_seal_names_the_person_the_role_and_the_decision(sealed_audit):
    content = sealed_audit.snapshots.get().content()

    seal_told = {key: value for key, value in content["seal"].items() if key != "at"}
    assert content["audit"]["state"] == "sealed"
    assert seal_told == {
        "by": "Noor Haddad",
        "email": "noor@harbour.example",
        "role": "approver",
        "decision": "go",
        "statement": "All is well.",
    }


def test_snapshot_holds_team_project_and_environments(audit, project, ed):
    Environment.objects.create(project=project, kind="production", name="eu-west")

    content = taken(audit, ed)

    assert content["team"] == {"name": "Harbour"}
    assert content["project"]["environments"] == [{"kind": "production", "name": "eu-west"}]


def test_snapshot_holds_every_item_in_its_section(audit, ed):
    (edition,) = taken(audit, ed)["editions"]

    numbers = {
        section["id"]: [item["number"] for item in section["items"]]
        for section in edition["sections"]
    }
    assert numbers == {"keys": [1, 2, 3], "limits": [4, 5, 6]}


def test_snapshot_holds_answer_evidence_and_comments(settled_audit, ed):
    item = taken(settled_audit, ed)["editions"][0]["sections"][0]["items"][0]

    answer = item["answer"]
    assert (answer["state"], answer["counts_as"], answer["changed_by"]) == (
        "done",
        "done",
        "Ed Fox",
    )
    assert [evidence["kind"] for evidence in answer["evidence"]] == ["link", "note", "file"]
    assert answer["evidence"][2]["sha256"] == Evidence.objects.get(kind="file").sha256
    assert [comment["by"] for comment in answer["comments"]] == ["Ed Fox"]


def test_removed_evidence_leaves_its_trace_in_the_snapshot(settled_audit, ed, alice):
    Evidence.objects.get(kind="note").remove("Said in anger.", by=alice)

    item = taken(settled_audit, ed)["editions"][0]["sections"][0]["items"][0]

    removed = item["answer"]["evidence"][1]["removed"]
    assert (removed["by"], removed["reason"]) == ("Alice Berg", "Said in anger.")


def test_unconfirmed_acceptance_counts_as_open_in_the_snapshot(audit, answer, ed, noor):
    answer.record("risk_accepted", by=ed, reason="So.", approver=noor, until=timezone.localdate())

    told = taken(audit, ed)["editions"][0]["sections"][0]["items"][0]["answer"]

    assert (told["state"], told["counts_as"], told["approver"]) == (
        "risk_accepted",
        "open",
        "Noor Haddad",
    )


def test_history_and_head_are_those_before_the_seal(sealed_audit):
    content = sealed_audit.snapshots.get().content()

    sealing = sealed_audit.events.last()
    assert content["events"] == {"count": sealing.number - 1, "head": sealing.previous_hash}
    assert content["history"][-1]["hash"] == sealing.previous_hash


def test_times_are_whole_seconds_of_utc(audit, ed):
    assert taken(audit, ed)["taken_at"].endswith("Z")
    assert len(taken(audit, ed)["taken_at"]) == len("2026-11-21T04:34:00Z")


def test_sealed_revision_stays_byte_for_byte_through_reopening_and_edits(
    sealed_audit, answer, project, edition, ed, noor, harbour
):
    before = Snapshot.objects.values("data", "digest", "events_head", "taken_at").get()
    sealed_audit.reopen("Another look.", by=noor)
    Evidence.objects.get(kind="link").remove("Moved.", by=ed)
    answer.record("open", by=ed)
    Comment.objects.add(answer, "Not so fast.", by=ed)
    project.name, noor.name = "Renamed", "Renamed"
    project.save()
    noor.save()
    settle(sealed_audit, by=ed)
    seal(sealed_audit, by=noor)

    after = Snapshot.objects.filter(revision=1).values(*before).get()

    assert {key: bytes(value) if key == "data" else value for key, value in after.items()} == {
        key: bytes(value) if key == "data" else value for key, value in before.items()
    }


def test_snapshot_takes_as_many_queries_for_60_items_as_for_3(
    project, alice, noor, django_assert_num_queries
):
    for items in (3, 60):
        edition = build_edition(f"of-{items}", items=items)
        audit = Audit.objects.start(project, "Launch", [edition], by=alice)
        for answer in audit.answers.all():
            Evidence.objects.attach_note(answer, "Seen.", by=alice)
            Comment.objects.add(answer, "Yes.", by=noor)
            answer.plan(by=alice, owner=noor, due=None)
        audit = Audit.objects.get(pk=audit.pk)
        with django_assert_num_queries(12):
            build(audit, by=alice, at=timezone.now(), seal=None)


@pytest.mark.parametrize("text", ["\u202eevil", "\x01\x1b[31m", "\u2028", "🦊", '"\\</script>'])
def test_strange_text_is_kept_as_it_was_written(answer, ed, text):
    Comment.objects.add(answer, f"a{text}z", by=ed)

    data = json.dumps(taken(answer.audit, ed), ensure_ascii=False)

    assert json.loads(data)["editions"][0]["sections"][0]["items"][0]["answer"]["comments"][0][
        "text"
    ] == (f"a{text}z")
