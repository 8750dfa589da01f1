"""A snapshot in which every text field is an attack or a strain on the layout."""

from copy import deepcopy
from typing import Any

from tests.audits.reports import signing, snapshots

MARKUP = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><style>*{display:none}</style>"
    "\"'><svg onload=alert(3)></title></style></main>{{ 7*7 }}{% raw %}"
)
LINKS = (
    "![in](file:///etc/passwd) ![out](http://198.51.100.1/a.png) [js](javascript:alert(4)) "
    "[data](data:text/html,x) [ok](https://example.org/ok) # <iframe src=//x></iframe>"
)
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
SCRIPTS = "Ωμέγα Жанна Nguyễn Thị 山田太郎 김철수 שרה כהן محمد الفاتح ✓ → ≥"
REVERSED = "approved \u202e yllaer ton \u202c\x00\x07"

# Fields whose values the format fixes; everything else is a person's text.
FIXED = {
    "format", "id", "state", "severity", "kind", "counts_as", "digest", "head", "hash", "sha256",
    "at", "created_at", "taken_at", "launch_date", "accepted_at", "accepted_until", "due",
    "changed_at", "added_at", "speaks_of", "decision", "document", "url",
    "method", "content",
}  # fmt: skip


def poisoned() -> dict[str, Any]:
    """A proposal with hostile text in every field that a person or a file can fill."""
    proposal = signing.proposal("conditional_go", signing.condition_of_the_go())
    obstacle = {"kind": "blocker", "title": "B7 Keys", "detail": "Open."}
    return _poison(
        snapshots.sample(proposal=proposal, obstacles=[obstacle], release="v1"), MARKUP + LINKS
    )


def poisoned_seal(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A refusal of it, hostile as well."""
    refusal = _poison(signing.sign_off(decision="no_go"), MARKUP + LINKS)
    return signing.sealed(snapshot, signing.sign_off(), refusal)


def strained() -> dict[str, Any]:
    """The sample with texts too long, in many scripts, and 200 comments on one item."""
    snapshot = snapshots.sample()
    snapshot["audit"]["title"] = f"{LONG_WORD} {SCRIPTS} {REVERSED}"[:300]
    snapshot["project"]["name"] = SCRIPTS
    snapshot["team"]["name"] = LONG_WORD
    first, second = snapshot["editions"][0]["sections"][0]["items"][:2]
    first["title"] = ("A title of three hundred characters " * 9)[:300]
    first["answer"]["owner"] = "محمد بن عبد الله الفاتح"
    first["answer"]["changed_by"] = "山田太郎"
    first["answer"]["evidence"] += [
        snapshots.link("https://example.org/" + "a-very-long-path" * 60, title=LONG_WORD),
        snapshots.file(filename=LONG_WORD + ".pdf", content_type="application/" + "x" * 90),
        snapshots.note("```\n" + "x" * 700 + "\n```\n\n| a | b |\n|---|---|\n| 1 | " + "y" * 300),
    ]
    second["answer"]["comments"] = [
        snapshots.comment(f"{SCRIPTS}\n\n- {LONG_WORD}\n- **two**", by=REVERSED)
    ] * 200
    return snapshot


def _poison(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {k: v if k in FIXED else _poison(v, text) for k, v in value.items()}
    if isinstance(value, list):
        return [_poison(child, text) for child in value]
    return deepcopy(value) if not isinstance(value, str) else f"{value} {text}"
