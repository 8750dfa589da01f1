"""What differs between two snapshots, for the browser and for the next report.

    changes = between(before, after)

It is plain data of text, whole numbers and lists, so that it can stand in a snapshot:

    {
      "counts": {           # nothing differs when all of them are 0
        "answers": 7,       # items whose answer changed: state, reason, owner, severity …
        "verdicts": 2,      # items of which the machine says something else
        "evidence": 3,      # pieces that were added, removed, replaced, changed or became stale,
                            # each counted once, however many items it backs
        "items_added": 1,
        "items_removed": 0, # or retired
        "wordings": 0,      # items that ask in other words
        "conditions": 1,    # entry conditions and exit criteria
        "comments": 4,      # written or withdrawn
        "about": 1
      },
      "about": [{"name": "launch_date", "before": "2026-12-01", "after": ""}],
      "items": [{           # in the order of the audit; what is gone stands last in its checklist
        "checklist": "claude-launch-18", "id": "key-in-secret-manager",
        "label": "B7", "title": "…", "section": "Keys",
        "kind": "changed",  # added, removed, retired (asked by a former edition only) or changed
        "fields": [{"name": "state", "before": "open", "after": "done"}],
        "evidence": [{
          "kind": "added",  # added, removed, replaced (by a later version), changed or stale
          "piece": "…", "title": "…", "detail": "link, https://…"
        }],
        "comments_added": 1, "comments_withdrawn": 0
      }],
      "conditions": [{
        "checklist": "claude-launch-18", "id": "…", "text": "…",
        "of": "entry",      # or exit
        "kind": "changed",  # added, removed or changed
        "fields": [{"name": "condition_state", "before": "open", "after": "met"}]
      }]
    }

Every `before` and `after` is text, empty where there is nothing: what people wrote, or what
`change_words.said(name, value)` turns into words: codes, days (`2026-12-01`) and moments
(`2026-11-21T04:34:00Z`). `change_words.name(name)` is what people call the field. Names:

- of items, their answer: `state` (open, done, not_applicable, risk_accepted, awaiting: an
  acceptance that its approver has not confirmed, expired: one whose last day is over), `reason`,
  `approver`, `accepted_at`, `accepted_until`, `owner`, `due`, `severity`, `severity_reason`,
  `ties`; the machine's `verdict`; what the item asks: `title`, `section`, `guidance`, `why`,
  `verify`, `parameters`, `source`. An added item has its answer after, a removed one before.
- of conditions: `condition_state` (open, met, waived), `note`, `text`.
- about: `title`, `project`, `description`, `environments`, `team`, `launch_date`, `release`,
  `policy`, and `checklist` for each edition that came, went or moved.

Items meet by checklist and id, conditions too; evidence by piece and version, between two audits
by what it holds. Comments are compared within one audit. What only a former edition asked counts
as not there.
"""

from collections import Counter
from typing import Any

from audits.reports.changed_about import about, conditions
from audits.reports.changed_fields import Change
from audits.reports.changed_items import items
from audits.reports.upgrade import upgraded

Snapshot = dict[str, Any]

# The fields that a person answers.
ANSWER = {"state", "reason", "approver", "accepted_at", "accepted_until", "severity"}
ANSWER |= {"severity_reason", "owner", "due", "ties"}
VERDICT = {"verdict"}


def between(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """What differs, in the shape above; snapshots of every format, of one audit or of two."""
    before, after = upgraded(before), upgraded(after)
    changed = {
        "about": about(before, after),
        "items": items(before, after),
        "conditions": conditions(before, after),
    }
    return {"counts": _counts(**changed)} | changed


def touched(item: dict[str, Any]) -> set[str]:
    """Of which counts this item of `items` is part."""
    if item["kind"] == "changed":
        names = {field["name"] for field in item["fields"]}
        kinds: dict[str, Any] = {
            "answers": names & ANSWER,
            "verdicts": names & VERDICT,
            "wordings": names - ANSWER - VERDICT,
        }
    else:
        kinds = {"items_added" if item["kind"] == "added" else "items_removed": {item["kind"]}}
    kinds["evidence"] = item["evidence"]
    kinds["comments"] = item["comments_added"] or item["comments_withdrawn"]
    return {name for name, there in kinds.items() if there}


def _counts(
    about: list[Change], items: list[dict[str, Any]], conditions: list[dict[str, Any]]
) -> dict[str, int]:
    found = Counter(kind for item in items for kind in touched(item))
    return {
        "answers": found["answers"],
        "verdicts": found["verdicts"],
        "evidence": len({row["piece"] for item in items for row in item["evidence"]}),
        "items_added": found["items_added"],
        "items_removed": found["items_removed"],
        "wordings": found["wordings"],
        "conditions": len(conditions),
        "comments": sum(item["comments_added"] + item["comments_withdrawn"] for item in items),
        "about": len(about),
    }
