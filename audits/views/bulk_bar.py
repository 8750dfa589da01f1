"""The bar that changes what is selected: what it holds, and how it looks."""

from dataclasses import dataclass, field

from django.template.loader import render_to_string

from audits.forms.bulk import CHANGES, NOBODY, ChangeForm, People
from audits.http import Request
from audits.models import Audit
from audits.models.history import describe
from audits.views.options import options

# So many changes of others are told in the bar; the rest stands in the history.
EVENTS = 10


@dataclass
class Bar:
    """The bar's state. `forms` are its small forms, one of them bound after it was refused;
    `chosen` is the name of that one. `selected` are primary keys, `all` stands for whatever the
    filter matches, `seen` is the head of the events that the page knows."""

    people: People
    seen: str
    forms: dict[str, ChangeForm]
    chosen: str = ""
    selected: frozenset[int] = frozenset()
    all: bool = False
    error: str = ""
    events: list = field(default_factory=list)

    @property
    def missed(self) -> list[tuple]:
        """What others did meanwhile, in words."""
        return [(event, describe(event)) for event in self.events[:EVENTS]]

    @property
    def more_missed(self) -> int:
        return max(0, len(self.events) - EVENTS)


def new_bar(audit: Audit, people: People) -> Bar:
    forms = {name: form(people=people) for name, form in CHANGES.items()}
    return Bar(people=people, seen=audit.events_head, forms=forms)


def bar_html(
    request: Request, audit: Audit, bar: Bar, link: str, matching: int, *, oob: bool = False
) -> str:
    """`link` is the page's filter as its address ends with it; `matching` how many items pass."""
    context = {"audit": audit, "bar": bar, "link": link, "matching": matching, "oob": oob}
    context |= {name.replace("-", "_"): form for name, form in bar.forms.items()}
    context["owner_options"] = options(
        [(NOBODY, "Nobody"), *bar.people.names.items()],
        bar.forms["owner"]["owner"].value(),
        "Choose…",
    )
    context["approver_options"] = options(
        bar.people.approvers.items(), bar.forms["state"]["approver"].value(), "Choose…"
    )
    return render_to_string("audits/bulk_bar.html", context, request)
