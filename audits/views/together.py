"""Rows that are answered together: what each is marked with, and how a change reaches all."""

from collections.abc import Collection, Sequence

from markupsafe import Markup

from audits.models import Audit
from audits.models.progress import of_section
from audits.models.ties import Other, given_together
from audits.views import rows
from audits.views.macros import macros
from audits.views.rows import Place, Row


def mark(audit: Audit, shown: Sequence[Row]) -> dict[int, list[Other]]:
    """Say of each tied row with which it is answered together; what was found, in one query, and
    without one if no row is tied."""
    found = given_together(audit) if any(row.tied for row in shown) else {}
    for row in shown:
        _name(audit, row, found)
    return found


def others_html(
    audit: Audit, row: Row, at: Place, found: dict[int, list[Other]], also: Collection[int]
) -> Markup | str:
    """Out of band, the rows that are answered together with this one, of what `mark` found, and
    `also` some more; with the counts of their sections."""
    pks = {other.pk for other in found.get(row.pk, [])} | set(also)
    if not pks:
        return ""
    others = rows.read(audit.answers.filter(pk__in=pks, retired_at=None), audit.letters)
    rows.mark_stale(audit, others)
    for other in others:
        _name(audit, other, found)
    sections = {other.section_id for other in others} - {row.section_id}
    progress = {pk: of_section(audit, pk) for pk in sorted(sections)}
    return macros(rows.TEMPLATE).others(others, at, progress)


def _name(audit: Audit, row: Row, found: dict[int, list[Other]]) -> None:
    labels = [
        f"{audit.letters.get(other.edition, '')}{other.number}" for other in found.get(row.pk, [])
    ]
    row.together = ", ".join(labels)
