"""What is saved of an answer beside what was sent: templates/partials/versions.html."""

from audits.models import Answer

LABELS = {
    "state": "State",
    "reason": "Reason",
    "approver": "Approver",
    "until": "Holds until",
    "owner": "Owner",
    "due": "Due",
    "severity": "Severity",
    "severity_reason": "Why it is another here",
}
SAVED = {"state": "get_state_display", "severity": "get_severity_display"}
COLUMNS = {"until": "accepted_until"}


def of_form(form, answer: Answer) -> dict:
    """Both versions of the fields that the form writes; the form is valid."""
    names = [name for name in form.fields if name in LABELS]
    rows = [(LABELS[name], _saved(answer, name), _sent(form, name)) for name in names]
    return {
        "by": str(answer.changed_by or "Countersign"),
        "at": answer.changed_at,
        # What neither of the two filled in tells nothing.
        "rows": [row for row in rows if row[1] or row[2]],
    }


def _saved(answer: Answer, name: str) -> str:
    if name in SAVED:
        return getattr(answer, SAVED[name])()
    return _shown(getattr(answer, COLUMNS.get(name, name)))


def _sent(form, name: str) -> str:
    value = form.cleaned_data[name]
    choices = dict(getattr(form.fields[name], "choices", ())) if name in SAVED else {}
    return str(choices.get(value, _shown(value)))


def _shown(value: object) -> str:
    return "" if value is None else str(value)
