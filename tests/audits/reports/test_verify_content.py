"""Reports whose signature holds, but whose content contradicts itself."""

import json

import pytest

from audits.reports.signing import sign
from audits.reports.verify import verify
from tests.audits.reports import seals
from tests.audits.reports.signing import sign_off
from tests.audits.reports.snapshots import event_chain


@pytest.fixture
def verified(identity, now):
    """What verification says of these attachments, signed by a key that is trusted."""

    def verified(attached):
        return verify(sign(seals.pdf_of(attached), identity, reason="Go", at=now), [identity.pem])

    return verified


@pytest.fixture
def contradicted(verified):
    """The check that fails of a snapshot and its seal."""

    def contradicted(snapshot, seal):
        pdf = {"snapshot.json": canonical(snapshot), "seal.json": canonical(seal)}
        found = verified(pdf)
        [failed] = [check for check in found.checks if not check.passed]
        assert found.status == "altered"
        return failed

    return contradicted


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def proposed_with(history):
    return seals.proposed(history=history)


def test_content_that_agrees_is_valid(verified):
    snapshot = seals.proposed()
    seal = seals.seal_of(snapshot, sign_off(), sign_off("Jonas Lindqvist", "Engineering"))
    found = verified({"snapshot.json": canonical(snapshot), "seal.json": canonical(seal)})
    assert found.status == "valid"
    assert [each.role for each in found.sealed.sign_offs] == ["Security", "Engineering"]


def test_events_of_before_contents_were_kept_are_taken_as_they_are(verified):
    history = [each | {"content": None} for each in event_chain(6)]
    snapshot = proposed_with(history)
    found = verified(
        {"snapshot.json": canonical(snapshot), "seal.json": canonical(seals.seal_of(snapshot))}
    )
    assert found.status == "valid"
    assert "8 events; the hashes of 2 were computed again" in found.checks[-1].text


@pytest.mark.parametrize("name", ["snapshot.json", "seal.json"])
def test_without_an_attachment_it_is_no_sealed_report(verified, name):
    snapshot = seals.proposed()
    attached = {
        "snapshot.json": canonical(snapshot),
        "seal.json": canonical(seals.seal_of(snapshot)),
    }
    del attached[name]
    found = verified(attached)
    assert found.status == "unverifiable"
    assert f"It carries no {name}" in found.summary


def test_a_snapshot_in_another_spelling(verified):
    snapshot = seals.proposed()
    found = verified(
        {"snapshot.json": json.dumps(snapshot), "seal.json": canonical(seals.seal_of(snapshot))}
    )
    assert "not in its canonical form" in found.summary


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"snapshot": "0" * 64}, "names another snapshot"),
        ({"format": "countersign.seal/9"}, "unknown format"),
        ({"decision": "perhaps"}, "no decision that is known"),
        ({"audit": {"id": "x", "title": "y", "revision": 1}}, "another audit or revision"),
        ({"sign_offs": []}, "not what those who signed said"),
        ({"decision": "no_go"}, "not what those who signed said"),
        ({"sign_offs": None}, "not of the form"),
        ({"history": [7]}, "not of the form"),
        ({"sealed_at": 7}, "not of the form"),
    ],
    ids=lambda each: "" if isinstance(each, str) else next(iter(each)),
)
def test_a_seal_that_is_wrong(contradicted, change, text):
    snapshot = seals.proposed()
    assert text in contradicted(snapshot, seals.seal_of(snapshot) | change).text


def test_a_sign_off_on_another_snapshot(contradicted):
    snapshot = seals.proposed()
    seal = seals.seal_of(snapshot, sign_off(digest="0" * 64))
    assert (
        "Noor Haddad signed as Security was another snapshot" in contradicted(snapshot, seal).text
    )


def changed_entry(place, **change):
    def changed(history):
        history[place] |= change
        return history

    return changed


HISTORIES = {
    "a changed content": changed_entry(2, content="0" * 64),
    "a changed hash": changed_entry(2, hash="0" * 64),
    "a hash that is none": changed_entry(2, hash="hello"),
    "a content that is none": changed_entry(2, content="hello"),
    "a number twice": changed_entry(2, number=2),
    "a number that is none": changed_entry(0, number=True),
    "an event less": lambda history: history[:2] + history[3:],
    "an event more": lambda history: history[:2] + history[1:],
    "another order": lambda history: [history[1], history[0], *history[2:]],
    "no beginning": lambda history: history[1:],
}


@pytest.mark.parametrize("change", HISTORIES.values(), ids=HISTORIES)
def test_a_history_that_is_no_chain(contradicted, change):
    history = event_chain(6)
    ends = {"count": 6, "head": history[-1]["hash"]}
    snapshot = seals.proposed(history=event_chain(6)) | {
        "history": change(history),
        "events": ends,
    }
    seal = seals.seal_of(seals.proposed())
    seal |= {"snapshot": seals.digest_of(snapshot)}
    seal["sign_offs"][0]["digest"] = seals.digest_of(snapshot)
    failed = contradicted(snapshot, seal)
    assert failed.name == "history"
    assert "(snapshot.json)" in failed.text


@pytest.mark.parametrize("key", ["count", "head"])
@pytest.mark.parametrize("part", ["snapshot", "seal"])
def test_a_history_that_ends_elsewhere(contradicted, part, key):
    snapshot = seals.proposed()
    wrong = {"count": 5, "head": "0" * 64}
    if part == "snapshot":
        snapshot["events"] = snapshot["events"] | {key: wrong[key]}
    seal = seals.seal_of(snapshot)
    if part == "seal":
        seal["events"] = seal["events"] | {key: wrong[key]}
    assert f"does not end where {part}.json says" in contradicted(snapshot, seal).text


def test_a_seal_that_goes_on_from_another_history(contradicted):
    snapshot = seals.proposed()
    seal = seals.seal_of(snapshot) | {"history": event_chain(1, after=event_chain(9))}
    assert "Event 7 is missing from the history (seal.json)" in contradicted(snapshot, seal).text
