from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.models import Audit, ReportFile, signing
from audits.models.chains import find_broken_link


class Command(BaseCommand):
    help = (
        "Check the chain of events of every audit, what was sealed on it (snapshots, rounds of "
        "sign-off, signatures, records of decisions and sealed reports), and that answers, "
        "evidence with its files, comments and conditions stand as the events leave them. "
        "Names the first broken link of each audit and exits with 1 when there is one."
    )
    # It answers about the rows, and should do so even where the pages cannot be served.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("audit", nargs="*", type=UUID, help="the audit's id; all without one")
        parser.add_argument(
            "--reports",
            action="store_true",
            help="verify the signature in each sealed report too, half a second each",
        )

    def handle(self, *args, audit: list[UUID], reports: bool, **options) -> None:
        audits, events, broken = 0, 0, 0
        for row in self._chosen(audit):
            audits += 1
            events += row.events_count
            if link := find_broken_link(row, files=True):
                broken += 1
                self.stdout.write(f"{row.title} ({row.pk}), event {link.number}: {link.reason}")
            elif reports and (fault := unverified_report(row)):
                broken += 1
                self.stdout.write(f"{row.title} ({row.pk}), {fault}")
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


def unverified_report(audit: Audit) -> str:
    """What the first sealed report that does not verify says, or shows of another snapshot."""
    from audits.reports.verify import verify  # pyHanko takes half a second to import

    trust = signing.trusted_certificates()
    clocks = signing.timestamp_certificates()
    files = ReportFile.objects.filter(report__snapshot__audit=audit)
    for file in files.select_related("report__snapshot").order_by("stored_at").iterator(1):
        snapshot = file.report.snapshot
        # A certificate that has run out since vouches for what it signed while it was valid.
        found = verify(bytes(file.data), trust, timestamp_trust=clocks, at=file.stored_at)
        if found.status != "valid":
            return f"the sealed report of revision {snapshot.revision}: {found.summary}"
        if found.sealed is None or found.sealed.digest != snapshot.digest:
            return f"the sealed report of revision {snapshot.revision} shows another snapshot"
    return ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
