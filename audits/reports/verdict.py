"""What a report says first: the decision, or what stands before one, in three words."""

from dataclasses import dataclass
from typing import Any, Literal

from audits.reports.summary import Figures, plural

Tone = Literal["go", "no-go", "warn", "draft", "proposed"]

DECISIONS = {"go": "Go", "conditional_go": "Conditional go", "no_go": "No-go"}


@dataclass(frozen=True)
class Verdict:
    """`word` in three words or so, `sentence` for who reads one line only."""

    tone: Tone
    word: str
    sentence: str


def verdict(
    figures: Figures, proposal: dict[str, Any] | None, seal: dict[str, Any] | None
) -> Verdict:
    """A seal decides; a proposal waits for signatures; a draft says what is left."""
    left = _what_is_left(figures)
    if seal:
        return _sealed(figures, proposal, seal, left)
    if proposal:
        word = f"Proposed: {DECISIONS[proposal['decision']].lower()}"
        return Verdict("proposed", word, f"Nobody had signed when this was proposed. {left}")
    return _draft(figures, f"Nobody has signed. {left}")


def _sealed(
    figures: Figures, proposal: dict[str, Any] | None, seal: dict[str, Any], left: str
) -> Verdict:
    if seal["decision"] == "no_go":
        return Verdict("no-go", "No-go", f"The launch is refused. {left}")
    if seal["decision"] == "conditional_go":
        conditions = plural(len(proposal["conditions"]) if proposal else 0, "condition")
        sentence = f"The launch is approved on {conditions}. {left}"
        return Verdict("warn", "Conditional go", sentence)
    if figures.open_blockers:
        blockers = plural(figures.open_blockers, "blocker")
        return Verdict("warn", f"Go, {blockers} open", f"Approved all the same. {left}")
    return Verdict("go", "Go", f"The launch is approved. {left}")


def _draft(figures: Figures, sentence: str) -> Verdict:
    if figures.open_blockers:
        blockers = plural(figures.open_blockers, "blocker")
        return Verdict("no-go", f"Draft: {blockers} open", sentence)
    if figures.conflicts:
        return Verdict("no-go", f"Draft: {plural(figures.conflicts, 'conflict')}", sentence)
    if figures.open:
        return Verdict("draft", f"Draft: {plural(figures.open, 'item')} open", sentence)
    word = "Draft: ready to propose" if figures.items else "Draft: no items"
    return Verdict("draft", word, sentence)


def _what_is_left(figures: Figures) -> str:
    if not figures.items:
        return "The audit has no items."
    return f"{_open(figures)}{_conflicts(figures)}"


def _open(figures: Figures) -> str:
    if not figures.open:
        many = figures.items > 1
        return f"All {figures.items:,} items are settled." if many else "The only item is settled."
    verb = "is" if figures.open == 1 else "are"
    blockers = plural(figures.open_blockers, "blocker") if figures.open_blockers else "no blocker"
    return (
        f"{figures.open:,} of {plural(figures.items, 'item')} {verb} open, {blockers} among them."
    )


def _conflicts(figures: Figures) -> str:
    if not figures.conflicts:
        return ""
    verb = "is" if figures.conflicts == 1 else "are"
    return (
        f" {plural(figures.conflicts, 'item')} {verb} done for a person and failing for a machine."
    )
