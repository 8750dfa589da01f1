import hashlib
import json

import pytest
from django.utils import timezone

from audits.models import Audit, Comment, Environment, Evidence, Policy, Snapshot
from audits.models.events import GENESIS
from audits.models.quorum import Role, Rules
from audits.models.snapshots import build
from audits.reports.canonical import canonical_json
from audits.reports.changes import between
from tests.audits.helpers import build_edition, propose, seal, settle


def taken(audit: Audit, by) -> dict:
    audit = Audit.objects.get(pk=audit.pk)
    return Snapshot.objects.take(audit, by=by, at=timezone.now()).content()


def test_digest_is_the_sha256_of_the_stored_bytes(sealed_audit):
    snapshot = sealed_audit.snapshots.get()

    assert snapshot.digest == hashlib.sha256(bytes(snapshot.data)).hexdigest()


def test_stored_bytes_are_canonical(sealed_audit):
    snapshot = sealed_audit.snapshots.get()

    assert canonical_json(snapshot.content()) == bytes(snapshot.data)


def test_draft_says_so_and_proposes_nothing(audit, ed):
    content = taken(audit, ed)

    assert (content["format"], content["audit"]["state"]) == ("countersign.snapshot/5", "open")
    assert (content["proposal"], content["release"], content["since"]) == (None, "", None)


def test_proposal_names_the_person_and_what_was_said(settled_audit, ed):
    content = propose(
        settled_audit, by=ed, statement="Ready.", release="v1.2.0"
    ).snapshot.content()

    told = {key: value for key, value in content["proposal"].items() if key != "at"}
    assert (content["audit"]["state"], content["release"]) == ("proposed", "v1.2.0")
    assert told == {"decision": "go", "by": "Ed Fox", "statement": "Ready.", "conditions": []}


def test_policy_in_force_is_part_of_the_snapshot(audit, harbour, alice, noor, ed):
    rules = Rules(
        (Role("Security", 1, frozenset({noor.pk})), Role("On-call", 2)), True, 90, True, False
    )
    Policy.objects.change_team(harbour, rules, by=alice)

    assert taken(audit, ed)["policy"] == {
        "roles": [
            {"name": "Security", "count": 1, "people": ["Noor Haddad"]},
            {"name": "On-call", "count": 2, "people": []},
        ],
        "four_eyes": True,
        "valid_days": 90,
        "release_bound": True,
        "conditional": False,
    }


def test_snapshot_tells_who_gave_the_answers_and_what_stands_in_the_way(audit, ed, alice):
    for position, by in ((1, ed), (2, ed), (3, alice)):
        audit.answers.get(position=position).record("done", by=by)

    content = taken(audit, ed)

    assert content["answered_by"] == [
        {"name": "Ed Fox", "items": 2},
        {"name": "Alice Berg", "items": 1},
    ]
    assert content["obstacles"] == [
        {"kind": "blocker", "title": "4 Item 4", "detail": "It has no owner."}
    ]


def test_seal_names_the_person_the_role_and_the_decision(sealed_audit):
    seal_told = sealed_audit.rounds.get().seal.content()

    (signed,) = seal_told["sign_offs"]
    assert {key: value for key, value in signed.items() if key != "at"} == {
        "by": "Noor Haddad",
        "email": "noor@harbour.example",
        "role": "Approver",
        "decision": "go",
        "statement": "All is well.",
        "digest": sealed_audit.snapshots.get().digest,
        "method": "password",
    }
    assert (seal_told["decision"], seal_told["valid_until"]) == ("go", None)


def test_next_revision_tells_what_changed_since_the_last(sealed_audit, answer, ed, noor):
    before = sealed_audit.snapshots.get()
    sealed_audit.reopen("Another look.", by=noor)
    answer.record("not_applicable", by=ed, reason="Not here.")

    since = taken(sealed_audit, ed)["since"]

    assert (since["revision"], since["digest"], since["decision"]) == (1, before.digest, "go")
    assert since["changes"] == between(before.content(), taken(sealed_audit, ed))


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


def test_history_and_head_are_those_before_the_proposal(sealed_audit):
    content = sealed_audit.snapshots.get().content()

    proposing = sealed_audit.events.get(verb="audit.proposed")
    assert content["events"] == {"count": proposing.number - 1, "head": proposing.previous_hash}
    assert content["history"][-1]["hash"] == proposing.previous_hash


def test_seal_continues_the_history_until_the_decision(sealed_audit):
    content = sealed_audit.rounds.get().seal.content()

    deciding = sealed_audit.events.get(verb="audit.signed")
    assert [entry["verb"] for entry in content["history"]] == [
        "audit.proposed",
        "sign_off.given",
    ]
    assert content["events"] == {"count": deciding.number - 1, "head": deciding.previous_hash}


def test_history_can_be_checked_link_by_link_without_reading_the_events(sealed_audit):
    row = sealed_audit.rounds.get()
    head = GENESIS

    for entry in [*row.snapshot.content()["history"], *row.seal.content()["history"]]:
        head = hashlib.sha256((head + entry["content"]).encode()).hexdigest()
        assert entry["hash"] == head


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
        with django_assert_num_queries(38):
            build(audit, by=alice, at=timezone.now())


@pytest.mark.parametrize("text", ["\u202eevil", "\x01\x1b[31m", "\u2028", "🦊", '"\\</script>'])
def test_strange_text_is_kept_as_it_was_written(answer, ed, text):
    Comment.objects.add(answer, f"a{text}z", by=ed)

    data = json.dumps(taken(answer.audit, ed), ensure_ascii=False)

    assert json.loads(data)["editions"][0]["sections"][0]["items"][0]["answer"]["comments"][0][
        "text"
    ] == (f"a{text}z")
