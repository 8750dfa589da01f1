"""What a change of many answers sends back: the rows that the page shows, the counts, a toast."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.http import QueryDict
from django.template.loader import render_to_string

from audits.forms.bulk import read_keys
from audits.http import Request, came_from
from audits.models import Answer, Audit
from audits.models.progress import by_section
from audits.views import filters, rows, together
from audits.views.panel import panel_html

# So many of the rows that stayed as they are get named.
NAMED = 20


def rows_html(request: Request, audit: Audit, changed: Sequence[Answer], selected=()) -> str:
    """Those of `changed` that the page shows, and what counts them; `selected` stay so."""
    shown = read_keys(request.POST.get("shown", ""))
    unfolded = read_keys(request.POST.get("open", ""))
    keys = [answer.pk for answer in changed if answer.pk in shown]
    found = list(audit.answers.for_rows().filter(pk__in=keys))
    for answer in found:
        answer.audit = audit
    panels = {each.pk: panel_html(request, each) for each in found if each.pk in unfolded}
    place = rows.place(request, audit, page_link(request), frozenset(selected))
    drawn = [rows.of(each) for each in found]
    together.mark(audit, drawn)
    rows.mark_stale(audit, drawn)
    return rows.changed_html(drawn, place, panels, by_section(audit))


def page_link(request: Request) -> str:
    """The filter and the page that the request comes from, as an address ends with them."""
    query = QueryDict(urlsplit(came_from(request)).query)
    return filters.read(query).link(filters.page_number(query))


def toast_html(request: Request, text: str, kind: str) -> str:
    """A toast out of band."""
    context = {"text": text, "kind": kind}
    return render_to_string("partials/toast_oob.html", context, request)


def left_alone(answers: Sequence[Answer]) -> str:
    """Who changed them, and which they are, in a sentence for each person; or nothing."""
    by_person: dict[str, list[str]] = {}
    for answer in answers:
        by_person.setdefault(str(answer.changed_by or "Countersign"), []).append(answer.label)
    return " ".join(_left_by(person, labels) for person, labels in by_person.items())


def _left_by(person: str, labels: list[str]) -> str:
    number = "1 item was" if len(labels) == 1 else f"{len(labels)} items were"
    named = ", ".join(labels[:NAMED]) + (" and more" if len(labels) > NAMED else "")
    return (
        f"{number} changed by {person} since your page was loaded and "
        f"{'was left as it is' if len(labels) == 1 else 'were left as they are'}: {named}."
    )


def how_many(number: int) -> str:
    return f"{number} item{'s'[: number != 1]} changed." if number else "Nothing was to change."
