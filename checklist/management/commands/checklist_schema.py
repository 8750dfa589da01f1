"""The formats of checklists and of crosswalks, for editors."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from checklist import crosswalk_schema, schema


class Command(BaseCommand):
    help = (
        "Print the checklist format as JSON Schema, by which editors complete and check a file "
        "as it is written. The server has it at /checklists/schema.json."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--crosswalk", action="store_true", help="print the format of crosswalks instead"
        )

    def handle(self, *, crosswalk: bool, **options) -> None:
        wanted = crosswalk_schema.crosswalk_schema() if crosswalk else schema.json_schema()
        self.stdout.write(json.dumps(wanted, ensure_ascii=False, indent=2))
