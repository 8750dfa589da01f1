"""What a stream shows of an audit: HTML that is the same for everybody of a variant.

What differs from one viewer to the next stands in it as a placeholder, which the page replaces by
its own before it reads the HTML.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from django.templatetags.static import static

from audits.models import Audit, Event
from audits.models.answers import Answer
from audits.models.history import describe
from audits.models.progress import by_section
from audits.views import rows, together
from audits.views.macros import macros
from audits.views.rows import Place

TOKEN = "CSRF-TOKEN-HERE"  # noqa: S105  # nosec B105: where it goes
QUERY = "QUERY-HERE"

# Whose controls they are; the first and the last only in rooms.
LEAD, EDITOR, VIEWER, GUEST = VARIANTS = ("lead", "editor", "viewer", "guest")
# Those that change things in a room.
MAY_EDIT = (LEAD, EDITOR)


def told(event: Event) -> dict[str, Any]:
    """An event as a stream tells it."""
    return {
        "number": event.number,
        "verb": event.verb,
        "answer": event.answer_id,
        "by": event.actor_name,
        "actor": event.actor_id,
        "at": event.at.isoformat(timespec="milliseconds"),
        "says": describe(event),
        # The same where the item stands beside it.
        "does": describe(event, named=False),
    }


def of_events(audit: Audit, events: Sequence[Event], variant: str) -> str:
    """The rows that these events touched, as they are now, and all that counts them."""
    touched = {event.answer_id for event in events if event.answer_id}
    token, query = (f"here{secrets.token_hex(8)}" for _ in range(2))
    at = place(audit, variant, token=token, query=query)
    retired = set(
        Answer.objects.filter(pk__in=touched, retired_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    gone = rows.read(audit.answers.filter(pk__in=retired), audit.letters) if retired else []
    html = rows.changed_html(_rows(audit, touched - retired), at, {}, by_section(audit))
    html += macros(rows.TEMPLATE).others(gone, at.read_only(), {})
    return with_placeholders(str(html), {token: TOKEN, query: QUERY})


def place(audit: Audit, variant: str, *, token: str, query: str) -> Place:
    home = audit.get_absolute_url()
    return Place(
        audit=home,
        answers=f"{home}answers/",
        query=query,
        token=token,
        may_edit=variant == EDITOR and not audit.is_sealed,
        sprite=static("icons/sprite.svg"),
    )


def with_placeholders(html: str, places: dict[str, str]) -> str:
    """Each mark, which nobody could have guessed, as its placeholder. What people wrote stays
    text, be it that very word: a link of theirs must not carry anybody's token away."""
    for word in places.values():
        html = html.replace(word, word.replace("-", "&#45;"))
    for mark, word in places.items():
        html = html.replace(mark, word)
    return html


def _rows(audit: Audit, touched: set[int]) -> list[rows.Row]:
    """Those of the list, with the ones that are answered together with them."""
    if not touched:
        return []
    shown = rows.read(audit.answers.filter(pk__in=touched), audit.letters)
    found = together.mark(audit, shown)
    if also := {other.pk for pk in touched for other in found.get(pk, [])} - touched:
        others = rows.read(audit.answers.filter(pk__in=also, retired_at=None), audit.letters)
        together.mark(audit, others)
        shown += others
    rows.mark_stale(audit, shown)
    return shown
