"""What a difference says in words: names of fields, what their codes mean, the headline."""

from audits.reports import text

NAMES = {
    "accepted_at": "Acceptance confirmed",
    "accepted_until": "Risk accepted until",
    "approver": "Approver",
    "checklist": "Checklist",
    "condition_state": "State",
    "description": "Description of the project",
    "due": "Due",
    "environments": "Environments",
    "guidance": "What to do",
    "launch_date": "Launch date",
    "note": "Note",
    "owner": "Owner",
    "parameters": "Parameters",
    "policy": "Who must sign",
    "project": "Project",
    "reason": "Reason",
    "release": "Release",
    "section": "Section",
    "severity": "Severity",
    "severity_reason": "Reason for the severity",
    "source": "Source",
    "state": "State",
    "team": "Team",
    "text": "Wording",
    "ties": "In other checklists",
    "title": "Title",
    "verdict": "Verdict",
    "verify": "How to verify",
    "why": "Why it matters",
}

STATES = {
    "open": "Open",
    "done": "Done",
    "not_applicable": "Not applicable",
    "risk_accepted": "Risk accepted",
    "awaiting": "Awaiting confirmation",
    "expired": "Acceptance expired",
}
CONDITIONS = {"open": "Not met", "met": "Met", "waived": "Waived"}
CODES = {"state": STATES, "condition_state": CONDITIONS}
DAYS = {"accepted_until", "due", "launch_date"}

# What one and several of each count are called, in the order of the headline.
COUNTED = {
    "answers": ("answer", "answers"),
    "verdicts": ("verdict", "verdicts"),
    "evidence": ("piece of evidence", "pieces of evidence"),
    "items_added": ("item added", "items added"),
    "items_removed": ("item removed", "items removed"),
    "wordings": ("item worded anew", "items worded anew"),
    "conditions": ("condition", "conditions"),
    "comments": ("comment", "comments"),
    "about": ("fact of the audit", "facts of the audit"),
}


def name(field: str) -> str:
    """What people call a field of a difference."""
    return NAMES[field]


def said(field: str, value: str) -> str:
    """The value of a field as people read it: words for codes, days and moments; empty stays."""
    if not value:
        return ""
    if field in CODES:
        return CODES[field].get(value, value)
    if field in DAYS:
        return text.day(value)
    if field == "accepted_at":
        return text.moment(value)
    if field in ("severity", "verdict"):
        return value.capitalize()
    return value


def headline(counts: dict[str, int]) -> str:
    """`7 answers, 3 pieces of evidence, 1 item added`; empty when nothing differs."""
    return ", ".join(
        f"{counts[key]:,} {one if counts[key] == 1 else many}"
        for key, (one, many) in COUNTED.items()
        if counts[key]
    )
