"""The command line's way to load checklists and crosswalks."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, DjangoHelpFormatter

from checklist import crosswalk_loader, loader
from checklist.faults import FaultyFile
from checklist.formats import registry
from checklist.formats.registry import Format

FOLDERS = ("checklists", "crosswalks")
EPILOG = """\
A file that was loaded before is left as it is, so the command may run at every start. Each file
is loaded whole or not at all, and a faulty one does not keep the others from being loaded. Faults
go to standard error, one a line, as file:line:column: what is wrong; how to mend it.

An edition never changes once loaded: to change a checklist, raise the version in its file.
A file with relations is a crosswalk, and is loaded after the checklists whose items it names.
The formats are described in docs/checklist-format.md and docs/crosswalk-format.md.

  load_checklists                          load fixtures/checklists/ and fixtures/crosswalks/
  load_checklists ours.yaml more/          load a file, and all of a folder: .yaml, .json, .csv
  load_checklists --check ours.yaml        say what is wrong with a file, load nothing

Exit status: 0 when every file is loaded or unchanged, 1 on any fault.
"""


class Command(BaseCommand):
    help = "Load checklists and crosswalks from files, each once and for ever."

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
            default=[settings.BASE_DIR / "fixtures" / name for name in FOLDERS],
            help="a YAML, JSON or CSV file, or a folder of them (default: those in fixtures/)",
        )
        parser.add_argument(
            "--check", action="store_true", help="find every fault and load nothing"
        )

    def handle(self, *, paths: list[Path], check: bool, **options) -> None:
        # A crosswalk names items, so it comes after the checklists, wherever it stands.
        self.crosswalks: list[tuple[Path, bytes]] = []
        self.checked: crosswalk_loader.Known = {}
        good = [self._take_all(path, check) for path in paths]
        good += [self._take_crosswalk(path, data, check) for path, data in self.crosswalks]
        if not all(good):
            raise SystemExit(1)

    def _take_all(self, path: Path, check: bool) -> bool:
        try:
            found = loader.files(path)
        except FileNotFoundError:
            return self._fail(f"{path}: there is no such file or folder; check the path")
        if not found:
            return self._fail(f"{path}: the folder holds no .yaml, .json or .csv; name another")
        good = [self._take(file, check) for file in found]
        return all(good)

    def _take(self, path: Path, check: bool) -> bool:
        try:
            data = loader.read(path)
            format = registry.of_file(path.name) or registry.of_content(data)
            if format is registry.YAML and crosswalk_loader.is_crosswalk(data):
                self.crosswalks.append((path, data))
            else:
                self.stdout.write((self._checked if check else _loaded)(data, format))
        except FaultyFile as error:
            return self._fail(*(f"{path}:{fault}" for fault in error.faults))
        except OSError as error:
            return self._fail(f"{path}: it cannot be read: {error.strerror}; check the file")
        return True

    def _take_crosswalk(self, path: Path, data: bytes, check: bool) -> bool:
        try:
            if check:
                definition = crosswalk_loader.check(data, also=self.checked)
                name = f"good {definition.slug} {definition.version}"
                self.stdout.write(f"{name}: {_relations(len(definition.relations))}")
            else:
                self.stdout.write(_loaded_crosswalk(data))
        except FaultyFile as error:
            return self._fail(*(f"{path}:{fault}" for fault in error.faults))
        return True

    def _checked(self, data: bytes, format: Format) -> str:
        definition = loader.check(data, format=format)
        refs = {item.id for section in definition.sections for item in section.items}
        self.checked[definition.slug] = refs
        size = _size(definition.item_count, len(definition.sections))
        return f"good {definition.slug} {definition.version}: {size}"

    def _fail(self, *lines: str) -> bool:
        for line in lines:
            self.stderr.write(line)
        return False


class _Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Leaves the lines of the epilog as they are written."""


def _loaded(data: bytes, format: Format) -> str:
    edition, new = loader.load(data, format=format)
    name = f"{edition.checklist.slug} {edition.version}"
    size = _size(edition.item_count, edition.sections.count())
    return f"{'loaded' if new else 'unchanged'} {name}: {size}"


def _loaded_crosswalk(data: bytes) -> str:
    crosswalk, new = crosswalk_loader.load(data)
    name = f"{crosswalk.slug} {crosswalk.version}"
    return f"{'loaded' if new else 'unchanged'} {name}: {_relations(crosswalk.relation_count)}"


def _relations(count: int) -> str:
    return f"{count} relation{'' if count == 1 else 's'}"


def _size(items: int, sections: int) -> str:
    return (
        f"{items} item{'' if items == 1 else 's'} in "
        f"{sections} section{'' if sections == 1 else 's'}"
    )
