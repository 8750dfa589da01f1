"""The formats of checklists, crosswalks and audits, for editors."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from audits.exports.schema import audit_schema
from checklist.crosswalk_schema import crosswalk_schema
from checklist.schema import json_schema


class Command(BaseCommand):
    help = (
        "Print the checklist format as JSON Schema, by which editors complete and check a file "
        "as it is written. The server has it at /checklists/schema.json."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_mutually_exclusive_group()
        kinds.add_argument(
            "--crosswalk", action="store_true", help="print the format of crosswalks instead"
        )
        kinds.add_argument(
            "--audit", action="store_true", help="print the format of exported audits instead"
        )

    def handle(self, *, crosswalk: bool, audit: bool, **options) -> None:
        schema = crosswalk_schema if crosswalk else audit_schema if audit else json_schema
        self.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=2))
