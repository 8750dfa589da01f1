"""Events of a review's guests in words."""

from typing import Any

from audits.reports import text


def _invited(detail: dict[str, Any]) -> str:
    until = f", until {text.moment(detail['until'])}" if "until" in detail else ""
    if detail.get("again"):
        return f"gave the guest {detail['guest']} a new link to review {detail['number']}{until}"
    return f"invited {detail['guest']} to review {detail['number']} as a guest{until}"


GUESTS = {
    "guest.invited": _invited,
    "guest.withdrawn": lambda d: (
        f"withdrew the invitation of the guest {d['guest']} to review {d['number']}"
    ),
}
