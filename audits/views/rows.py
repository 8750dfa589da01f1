"""Rows of the audit page as plain values, and templates/audits/rows.jinja that shows them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.templatetags.static import static
from markupsafe import Markup

from audits import access
from audits.http import Request
from audits.models import Answer, Audit, User, stale_verdicts
from audits.models.answer_rows import AnswerQuerySet
from audits.models.claims import Standing, State
from audits.models.progress import Progress
from audits.views.macros import macros

TEMPLATE = "audits/rows.jinja"

# What is read of an answer for its row, in the order of Row's fields from `position` on.
READ = (
    *("pk", "item__edition_id", "item__number", "item__title"),
    *("owner_id", "owner__name", "owner__email"),
    *("position", "section_id", "state", "accepted_at", "accepted_until"),
    *("severity", "severity_reason", "verdict", "due", "tied", "version"),
    *("evidence_count", "stale_count", "comment_count"),
)


@dataclass
class Row(Standing):
    """A row of the list; `label` is the item's number, with its edition's letter."""

    pk: int
    label: str
    title: str
    owner: User | None
    position: int
    section_id: int
    state: str
    accepted_at: dt.datetime | None
    accepted_until: dt.date | None
    severity: str
    severity_reason: str
    verdict: str
    due: dt.date | None
    tied: bool
    version: int
    evidence_count: int
    stale_count: int
    comment_count: int
    # Those that are answered together with it, as `B7, C2`; see together.py.
    together: str = ""
    # Whether its verdict is older than it counts as fresh; see mark_stale.
    stale_verdict: bool = False

    @property
    def state_name(self) -> str:
        return State(self.state).label


@dataclass(frozen=True)
class Place:
    """What all rows of a page share: `answers` begins their addresses, `query` ends them with
    the page's filter."""

    audit: str
    answers: str
    query: str
    token: str
    may_edit: bool
    sprite: str
    selected: frozenset[int] = frozenset()

    def read_only(self) -> "Place":
        return replace(self, may_edit=False)


def place(
    request: Request, audit: Audit, query: str, selected: frozenset[int] = frozenset()
) -> Place:
    home = audit.get_absolute_url()
    return Place(
        audit=home,
        answers=f"{home}answers/",
        query=query,
        token=get_token(request),
        may_edit=access.viewer(request.user, audit).may_edit and not audit.is_sealed,
        sprite=static("icons/sprite.svg"),
        selected=selected,
    )


ALL = slice(None)


def mark_stale(audit: Audit, shown: Iterable[Row]) -> None:
    """Say of each row whether its verdict is stale; without a query where none has one."""
    said = {row.pk: row for row in shown if row.verdict}
    if not said:
        return
    for pk in stale_verdicts.of_answers(audit, said):
        said[pk].stale_verdict = True


def read(answers: AnswerQuerySet, letters: dict[int, str], part: slice = ALL) -> list[Row]:
    """The rows of these answers, or of a part of them, in one query; `letters` are the audit's."""
    ordered = answers.counted().order_by("position", "pk")
    return list(_rows(ordered.values_list(*READ)[part], letters))


def of(answer: Answer) -> Row:
    """The row of an answer that was read `for_rows`."""
    paths = [name.replace("__", ".") for name in READ]
    return next(_rows([[_get(answer, path) for path in paths]], answer.audit.letters))


def _get(answer: Answer, path: str) -> Any:
    value: Any = answer
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _rows(values: Iterable, letters: dict[int, str]) -> Iterator[Row]:
    people: dict[int | None, User | None] = {None: None}
    for pk, edition, number, title, owner, name, email, *rest in values:
        if owner not in people:
            people[owner] = User(pk=owner, name=name, email=email)
        yield Row(pk, f"{letters.get(edition, '')}{number}", title, people[owner], *rest)


def list_html(rows: list[Row], at: Place, opened: int | None = None, panel: str = "") -> Markup:
    """The rows as HTML; that of the answer `opened` with its panel."""
    return macros(TEMPLATE).rows(rows, at, opened, panel)


def rail_html(sections: list) -> Markup:
    """The sections of the listing, under the titles of their editions."""
    return macros(TEMPLATE).rail(sections)


def section_count(section_id: int, progress: Progress) -> Markup:
    return macros(TEMPLATE).section_count(section_id, progress)


def saved_html(
    row: Row, at: Place, panel: str, progress: Progress, section: Progress, overdue: int | None
) -> Markup:
    """One row, and out of band the progress of the audit and of its section; `overdue` only
    where that number may be another now."""
    return macros(TEMPLATE).saved(
        row, at, panel, progress, section, overdue, _progress_bar(progress)
    )


def changed_html(
    rows: list[Row], at: Place, panels: dict[int, str], sections: dict[int, Progress]
) -> Markup:
    """The rows, and the progress of the audit and of those sections, all out of band; `panels`
    are those of the rows that are unfolded."""
    progress = sum(sections.values(), Progress())
    here = {row.section_id: sections.get(row.section_id, Progress()) for row in rows}
    bar = _progress_bar(progress)
    return macros(TEMPLATE).changed(rows, at, panels, progress, here, progress.overdue, bar)


def verdict_html(row: Row, at: Place, progress: Progress) -> Markup:
    """The verdict of a row and what the audit counts, all out of band."""
    return macros(TEMPLATE).looked(row, at, progress, _progress_bar(progress))


def _progress_bar(progress: Progress) -> str:
    counts = vars(progress) | {"id": "audit-progress", "oob": True}
    return render_to_string("partials/progress.html", counts)
