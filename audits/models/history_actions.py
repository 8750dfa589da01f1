"""Events of action items in words."""

from typing import Any

# Of what an event calls otherwise than people do.
LABELS = {"what": "title"}


def _said(detail: dict[str, Any]) -> str:
    about = f" about {detail['the_item']}" if "item" in detail else ""
    return f"“{detail['what']}”{about}"


def _added(detail: dict[str, Any]) -> str:
    words = f"added the action item {_said(detail)}"
    return f"{words} for {detail['owner']}, due {detail['due']}"


def _changed(detail: dict[str, Any]) -> str:
    words = f"changed the action item {_said(detail)}"
    changes = "; ".join(
        f"{LABELS.get(name, name)} {after}, before {was}" for name, was, after in detail["changes"]
    )
    return f"{words}: {changes}"


def _closed(detail: dict[str, Any]) -> str:
    verb = "closed" if detail["after"] == "done" else "dropped"
    words = f"{verb} the action item {_said(detail)}"
    return f"{words}: {detail['closing']}" if detail["closing"] else words


ACTIONS = {
    "action.added": _added,
    "action.changed": _changed,
    "action.closed": _closed,
    "action.reopened": lambda d: f"reopened the action item {_said(d)}",
}
