from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.models import Audit
from audits.models.chains import find_broken_link


class Command(BaseCommand):
    help = (
        "Check the chain of events of every audit, and the sealed snapshots that stand on it. "
        "Names the first broken link of each audit and exits with 1 when there is one."
    )
    # It answers about the rows, and should do so even where the pages cannot be served.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("audit", nargs="*", type=UUID, help="the audit's id; all without one")

    def handle(self, *args, audit: list[UUID], **options) -> None:
        audits, events, broken = 0, 0, 0
        for row in self._chosen(audit):
            audits += 1
            events += row.events_count
            if link := find_broken_link(row):
                broken += 1
                self.stdout.write(f"{row.title} ({row.pk}), event {link.number}: {link.reason}")
        if broken:
            raise CommandError(f"{broken} of {audits} audits: the chain is broken")
        self.stdout.write(
            f"{_count(audits, 'audit')}, {_count(events, 'event')}: every chain holds"
        )

    def _chosen(self, ids: list[UUID]):
        audits = Audit.objects.order_by("created_at", "pk")
        if not ids:
            return audits.iterator(chunk_size=200)
        found = list(audits.filter(pk__in=ids))
        missing = set(ids) - {audit.pk for audit in found}
        if missing:
            raise CommandError(f"There is no audit {', '.join(sorted(map(str, missing)))}.")
        return found


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
