"""Events of planning and starting a review in words."""

from typing import Any

from audits.reports import text


def _named(detail: dict[str, Any]) -> str:
    return f"review {detail['number']}, “{detail['title']}”"


def _planned(detail: dict[str, Any]) -> str:
    when = text.moment(detail["starts_at"])
    return f"planned {_named(detail)}, for {when}, facilitated by {detail['facilitator']}"


def _changed(detail: dict[str, Any]) -> str:
    changes = "; ".join(
        f"{label.lower()} {_said(label, now)}, before {_said(label, was)}"
        for label, was, now in detail["changes"]
    )
    return f"changed {_named(detail)}: {changes}"


def _said(label: str, value: str) -> str:
    """A moment as people read it; anything else as it is, be it a title that looks like one."""
    return text.moment(value) if label == "Start" else f"“{value}”"


def _started(detail: dict[str, Any]) -> str:
    points = detail.get("points", 0)
    about = f"{points} point{'s'[: points != 1]} to talk about" if points else "nothing to discuss"
    return f"started review {detail['number']}, with {about}"


REVIEWS = {
    "review.planned": _planned,
    "review.changed": _changed,
    "review.cancelled": lambda d: f"cancelled {_named(d)}: {d['reason']}",
    "review.started": _started,
}
