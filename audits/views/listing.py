"""Which rows stand on which page of an audit, and the sections that lead there."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch
from django.utils import timezone

from audits.models import Answer, Audit, AuditEdition
from audits.models.answer_rows import AnswerQuerySet
from audits.models.moves import with_newest
from audits.models.progress import Progress
from audits.reports.labels import letters
from audits.views import rows, together
from audits.views.filters import Asked
from audits.views.rows import Row
from checklist.models import Edition, Section

ROWS_A_PAGE = 250


@dataclass
class SectionRows:
    """A section, its whole progress, and its rows on this page.

    `shown` is how many of its rows pass the filter, on whatever page; `before` how many rows
    stand before its first; `href` leads to that one, and is empty where there is none.
    """

    section: Section
    pin: AuditEdition
    letter: str
    progress: Progress
    shown: int = 0
    before: int = 0
    href: str = ""
    is_continued: bool = False
    rows: list[Row] = field(default_factory=list)
    # How the rows look, and the count beside the title.
    html: str = ""
    count: str = ""

    @property
    def edition(self) -> Edition:
        return self.pin.edition


@dataclass
class Listing:
    """A page of an audit's rows; `retired` are those of items that left its checklists."""

    sections: list[SectionRows]
    page: Page
    retired: list[Row]
    # With their `newest`.
    pins: list[AuditEdition]

    @property
    def is_empty(self) -> bool:
        return not self.retired and not any(entry.rows for entry in self.sections)


def listing(
    audit: Audit,
    answers: AnswerQuerySet,
    asked: Asked,
    number: str,
    progress: dict[int, Progress],
    opened: Answer | None,
) -> Listing:
    """The page of that number, or on which `opened` stands, of these answers, which are what is
    `asked` for. `progress` is that of each section."""
    pins = _pins(audit)
    sections = _sections(audit, pins, progress)
    _count(sections.values(), answers if asked.narrows else None)
    pages = Paginator(range(sum(entry.shown for entry in sections.values())), ROWS_A_PAGE)
    page = pages.get_page(page_of(answers, opened) if opened else number)
    part = slice(max(page.start_index() - 1, 0), page.end_index())
    shown = rows.read(answers, audit.letters, part)
    retired = _retired(audit) if not asked.narrows and not page.has_next() else []
    if opened and not any(row.pk == opened.pk for row in shown):
        # The item in the URL is on the page, whatever the filter says.
        shown = shown if opened.retired_at else _with(shown, rows.of(opened))
        retired = _retired(audit) if opened.retired_at else retired
    together.mark(audit, shown)
    rows.mark_stale(audit, shown)
    for row in shown:
        sections[row.section_id].rows.append(row)
    _lead(audit, list(sections.values()), page, asked)
    return Listing(list(sections.values()), page, retired, pins)


def page_of(answers: AnswerQuerySet, answer: Answer) -> int:
    """The number of the page on which it stands among these answers."""
    if answer.retired_at:
        return max(1, -(-answers.count() // ROWS_A_PAGE))
    return answers.filter(position__lt=answer.position).count() // ROWS_A_PAGE + 1


def _with(shown: list[Row], row: Row) -> list[Row]:
    return sorted([*shown, row], key=lambda each: each.position)


def _retired(audit: Audit) -> list[Row]:
    # Not as "is not null", for which SQLite reads all answers.
    gone = audit.answers.filter(retired_at__lte=timezone.now())
    return rows.read(gone, audit.letters) if gone.exists() else []


def _pins(audit: Audit) -> list[AuditEdition]:
    pins = audit.pins.select_related("edition__checklist")
    sections = Prefetch("edition__sections", Section.objects.defer("summary"))
    pins = pins.defer("edition__summary", "edition__documents").prefetch_related(sections)
    return list(with_newest(pins))


def _sections(
    audit: Audit, pins: list[AuditEdition], progress: dict[int, Progress]
) -> dict[int, SectionRows]:
    """Primary key -> section, in the order of the audit's editions."""
    audit.letters = dict(zip((pin.edition_id for pin in pins), letters(len(pins)), strict=True))
    return {
        section.pk: SectionRows(
            section,
            pin,
            audit.letters[pin.edition_id],
            progress.get(section.pk, Progress()),
        )
        for pin in pins
        for section in pin.edition.sections.all()
    }


def _count(sections: Iterable[SectionRows], answers: AnswerQuerySet | None) -> None:
    """How many rows of each section there are among the answers; of all without a query."""
    counted: dict[int, int] = {}
    if answers is not None:
        grouped = answers.order_by().values_list("section_id").annotate(Count("pk"))
        counted = dict(grouped)
    before = 0
    for entry in sections:
        pk = entry.section.pk
        entry.shown = entry.progress.total if answers is None else counted.get(pk, 0)
        entry.before = before
        before += entry.shown


def _lead(audit: Audit, sections: list[SectionRows], page: Page, asked: Asked) -> None:
    """Each section to its first row, which may stand on another page."""
    for entry in sections:
        entry.is_continued = bool(entry.rows) and entry.before < page.start_index() - 1
        here = f"#section-{entry.section.pk}"
        if entry.rows and not entry.is_continued:
            entry.href = here
        elif entry.shown:
            link = asked.link(str(entry.before // ROWS_A_PAGE + 1))
            entry.href = f"{audit.get_absolute_url()}{link}{here}"
        entry.count = rows.section_count(entry.section.pk, entry.progress)
