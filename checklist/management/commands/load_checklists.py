"""The command line's way to load checklists."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, DjangoHelpFormatter

from checklist import loader
from checklist.faults import FaultyFile

EPILOG = """\
A file that was loaded before is left as it is, so the command may run at every start. Each file
is loaded whole or not at all, and a faulty one does not keep the others from being loaded. Faults
go to standard error, one a line, as file:line:column: what is wrong; how to mend it.

An edition never changes once loaded: to change a checklist, raise the version in its file.
The format is described in docs/checklist-format.md.

  load_checklists                          load fixtures/checklists/
  load_checklists ours.yaml more/          load a file, and every .yaml and .yml file of a folder
  load_checklists --check ours.yaml        say what is wrong with a file, load nothing

Exit status: 0 when every file is loaded or unchanged, 1 on any fault.
"""


class Command(BaseCommand):
    help = "Load checklists from YAML files, each once and for ever."

    def create_parser(self, prog_name, subcommand, **kwargs):
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=_Help, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            metavar="PATH",
            default=[settings.BASE_DIR / "fixtures" / "checklists"],
            help="a YAML file, or a folder of them (default: fixtures/checklists/)",
        )
        parser.add_argument(
            "--check", action="store_true", help="find every fault and load nothing"
        )

    def handle(self, *, paths: list[Path], check: bool, **options) -> None:
        good = [self._take_all(path, check) for path in paths]
        if not all(good):
            raise SystemExit(1)

    def _take_all(self, path: Path, check: bool) -> bool:
        try:
            found = loader.files(path)
        except FileNotFoundError:
            return self._fail(f"{path}: there is no such file or folder; check the path")
        if not found:
            return self._fail(f"{path}: the folder holds no .yaml file; name another")
        good = [self._take(file, check) for file in found]
        return all(good)

    def _take(self, path: Path, check: bool) -> bool:
        try:
            data = loader.read(path)
            self.stdout.write(_checked(data) if check else _loaded(data))
        except FaultyFile as error:
            return self._fail(*(f"{path}:{fault}" for fault in error.faults))
        except OSError as error:
            return self._fail(f"{path}: it cannot be read: {error.strerror}; check the file")
        return True

    def _fail(self, *lines: str) -> bool:
        for line in lines:
            self.stderr.write(line)
        return False


class _Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Leaves the lines of the epilog as they are written."""


def _loaded(data: bytes) -> str:
    edition, new = loader.load(data)
    name = f"{edition.checklist.slug} {edition.version}"
    size = _size(edition.item_count, edition.sections.count())
    return f"{'loaded' if new else 'unchanged'} {name}: {size}"


def _checked(data: bytes) -> str:
    definition = loader.check(data)
    size = _size(definition.item_count, len(definition.sections))
    return f"good {definition.slug} {definition.version}: {size}"


def _size(items: int, sections: int) -> str:
    return (
        f"{items} item{'' if items == 1 else 's'} in "
        f"{sections} section{'' if sections == 1 else 's'}"
    )
