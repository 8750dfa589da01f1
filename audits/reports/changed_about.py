"""What differs of an audit apart from its items: what it is about, and its conditions."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from audits.reports.changed_fields import Change, fields

Snapshot = dict[str, Any]
KINDS = {"entry": "entry_conditions", "exit": "exit_criteria"}


def about(before: Snapshot, after: Snapshot) -> list[Change]:
    """`{"name", "before", "after"}` of each fact; several may be named `checklist`."""
    changed = fields(_facts(before), _facts(after))
    if not after.get("proposal") and not after["release"]:
        # A release is named when an audit is proposed: until then nothing is said of it.
        changed = [each for each in changed if each["name"] != "release"]
    if before["policy"] and after["policy"]:
        changed += fields(
            {"policy": _policy(before["policy"])}, {"policy": _policy(after["policy"])}
        )
    was, is_now = (dict(_editions(snapshot)) for snapshot in (before, after))
    for key in dict.fromkeys((*is_now, *was)):
        changed += fields({"checklist": was.get(key)}, {"checklist": is_now.get(key)})
    return changed


def _facts(snapshot: Snapshot) -> dict[str, str | None]:
    project = snapshot["project"]
    return {
        "title": snapshot["audit"]["title"],
        "project": project["name"],
        "description": project["description"],
        "environments": ", ".join(map(_environment, project["environments"])),
        "team": snapshot["team"]["name"],
        "launch_date": snapshot["audit"]["launch_date"],
        "release": snapshot["release"],
    }


def _environment(environment: dict[str, str]) -> str:
    """`production eu-west`; the kind alone stands for what is named after it."""
    kind, name = environment["kind"], environment["name"]
    return name if name.startswith(kind) else f"{kind} {name}".strip()


def _policy(policy: dict[str, Any]) -> str:
    """`2 Security (Ada Park, Noor Haddad), 1 Product; four eyes; valid for 90 days`."""
    roles = [
        f"{role['count']} {role['name']}"
        + (f" ({', '.join(role['people'])})" if role["people"] else "")
        for role in policy["roles"]
    ]
    days = policy["valid_days"]
    rest = (
        policy["four_eyes"] and "four eyes",
        days and f"valid for {days} {'day' if days == 1 else 'days'}",
        policy["release_bound"] and "bound to the release",
        policy["conditional"] and "a conditional go is possible",
    )
    return "; ".join(filter(None, (", ".join(roles) or "nobody in particular", *rest)))


def _editions(snapshot: Snapshot) -> Iterator[tuple[tuple[str, int], str]]:
    for key, edition in _numbered(snapshot):
        yield key, f"{edition['title']} {edition['version']}"


def _numbered(snapshot: Snapshot) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """By slug; a team's checklist and a public one may share it."""
    seen: Counter[str] = Counter()
    for edition in snapshot["editions"]:
        seen[edition["slug"]] += 1
        yield (edition["slug"], seen[edition["slug"]]), edition


def conditions(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """Entry conditions and exit criteria that came, went, or stand otherwise."""
    was, is_now = _conditions(before), _conditions(after)
    found = []
    for key in dict.fromkeys((*is_now, *was)):
        old, new = was.get(key), is_now.get(key)
        changed = fields(_said(old, new), _said(new, old))
        if changed or old is None or new is None:
            (checklist, _), of, ref = key
            kind = "added" if old is None else "removed" if new is None else "changed"
            about = {"checklist": checklist, "id": ref, "text": (new or old or {})["text"]}
            found.append(about | {"of": of, "kind": kind, "fields": changed})
    return found


def _conditions(snapshot: Snapshot) -> dict[tuple, dict[str, Any]]:
    return {
        (key, of, condition["id"]): condition
        for key, edition in _numbered(snapshot)
        for of, kind in KINDS.items()
        for condition in edition[kind]
    }


def _said(condition: dict[str, Any] | None, other: dict[str, Any] | None) -> dict[str, str]:
    """What is compared of it; its wording if it stands on both sides, and nothing else if one of
    the snapshots knew no states."""
    if condition is None:
        return {}
    said = {"condition_state": condition["state"], "note": condition["note"]}
    if other is None:
        return said
    text = {"text": condition["text"]}
    return said | text if condition["state"] and other["state"] else text
