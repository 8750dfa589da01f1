"""The one byte form of a snapshot or a seal, and its digest."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any


def canonical_json(snapshot: dict[str, Any]) -> bytes:
    """The snapshot as JSON with sorted keys, no spaces and UTF-8.

    Raises TypeError, naming the path, for a float or any other type that JSON does not
    write in exactly one way; ValueError for text that UTF-8 cannot hold.
    """
    for path, value in _leaves(snapshot, "$"):
        _check(path, value)
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def digest(data: bytes) -> str:
    """SHA-256 of canonical bytes, as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def check_digest(snapshot: dict[str, Any], claimed: str) -> None:
    """Raise ValueError unless `claimed` is the snapshot's own digest."""
    actual = digest(canonical_json(snapshot))
    if actual != claimed:
        raise ValueError(
            f"The digest {claimed} is not that of this snapshot ({actual}): "
            "pass the digest of its canonical JSON."
        )


def check_seal(seal: dict[str, Any], claimed: str) -> None:
    """Raise ValueError unless the seal is one of the snapshot with this digest."""
    if seal["snapshot"] != claimed:
        raise ValueError(
            f"The seal is of the snapshot {seal['snapshot']}, not of {claimed}: "
            "pass the seal that was made for this snapshot."
        )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{path} has the key {key!r}; keys must be text.")
            yield from _leaves(child, f"{path}.{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _leaves(child, f"{path}[{index}]")
    else:
        yield path, value


def _check(path: str, value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(
            f"{path} is the float {value!r}, which has no single spelling; "
            "write it as text or in a smaller unit."
        )
    if value is not None and not isinstance(value, (str, int)):
        raise TypeError(f"{path} is a {type(value).__name__}; write it as text.")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"{path} holds text that UTF-8 cannot write: {error}") from None
