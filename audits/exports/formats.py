"""The formats that an audit can be written in, by name."""

from checklist.formats import registry
from checklist.formats.csv_layout import Layout

# The name of the format, whatever it is written as.
FORMAT = "countersign.audit/1"

LAYOUT = Layout(
    head="audit",
    lists={
        "edition": "editions",
        "answer": "answers",
        "condition": "conditions",
        "parted": "parted",
    },
    columns=(
        *("record", "format", "title", "checklist", "version", "item", "kind", "id"),
        *("state", "reason", "approver", "until", "confirmed", "owner", "due"),
        *("severity", "severity_reason", "evidence", "note", "other.checklist", "other.item"),
    ),
    nested=("evidence",),
    booleans=("confirmed",),
    inner="other",
    inner_columns={"other.checklist": "checklist", "other.item": "item"},
)
CSV = registry.table(LAYOUT)
FORMATS = {each.name: each for each in (registry.YAML, registry.JSON, CSV)}
