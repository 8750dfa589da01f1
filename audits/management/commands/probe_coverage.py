"""The table of what probes check, for docs/probe-coverage.md."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audits.probes.coverage import page
from checklist.faults import FaultyFile
from checklist.schema import parse

SHIPPED = settings.BASE_DIR / "fixtures" / "checklists"
# As people meet them; others follow by name.
FIRST = ("claude-launch-18", "claude-production")


class Command(BaseCommand):
    help = (
        "Print which probes check which items, and how far, as Markdown: of the checklists that "
        "come with Countersign, or of the files given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="checklists as YAML")

    def handle(self, *, files: list[Path], **options) -> None:
        paths = files or sorted(SHIPPED.glob("*.yaml"), key=lambda path: _place(path.stem))
        try:
            definitions = [parse(path.read_bytes()) for path in paths]
        except FaultyFile as error:
            raise CommandError("\n".join(str(fault) for fault in error.faults)) from error
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(page(definitions), ending="")


def _place(slug: str) -> tuple[int, str]:
    return (FIRST.index(slug) if slug in FIRST else len(FIRST), slug)
