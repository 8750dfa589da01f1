import hashlib
import json
from pathlib import Path

import pytest

from audits.reports.canonical import canonical_json, digest
from tests.audits.reports import snapshots


def test_canonical_json_sorts_keys_and_leaves_no_spaces():
    assert (
        canonical_json({"b": 1, "a": ["é", None, True]}) == '{"a":["é",null,true],"b":1}'.encode()
    )


def test_digest_does_not_depend_on_the_order_of_keys():
    snapshot = snapshots.sample()
    turned = dict(reversed(snapshot.items()))
    assert digest(canonical_json(turned)) == digest(canonical_json(snapshot))


def test_digest_survives_writing_and_reading():
    data = canonical_json(snapshots.sample())
    assert canonical_json(json.loads(data)) == data


def test_digest_is_the_sha256_of_the_bytes():
    assert digest(b"{}") == hashlib.sha256(b"{}").hexdigest()


def test_digest_of_a_known_snapshot_never_changes():
    # A change here would make every digest signed so far look forged.
    known = (Path(__file__).parent / "known-snapshot.json").read_bytes()
    assert canonical_json(json.loads(known)) == known
    assert digest(known) == KNOWN_DIGEST


def test_a_float_is_refused_with_its_path():
    with pytest.raises(TypeError, match=r"\$\.audit\.budget\[1\] is the float 0\.1"):
        canonical_json({"audit": {"budget": [1, 0.1]}})


def test_a_type_that_json_lacks_is_refused_with_its_path():
    with pytest.raises(TypeError, match=r"\$\.at is a bytes"):
        canonical_json({"at": b"now"})


def test_a_key_that_is_not_text_is_refused():
    with pytest.raises(TypeError, match=r"\$\.rows has the key 1"):
        canonical_json({"rows": {1: "one"}})


def test_text_that_utf8_cannot_write_is_refused_with_its_path():
    with pytest.raises(ValueError, match=r"\$\.title holds text that UTF-8 cannot write"):
        canonical_json({"title": "\ud800"})


KNOWN_DIGEST = "c2e8f40c1a6e3efc29bd025cc1913edbabb9b14ad3fd458e28d0b8c52272f25f"
