"""The checklist format, for editors."""

import json

from django.core.management.base import BaseCommand

from checklist import schema


class Command(BaseCommand):
    help = (
        "Print the checklist format as JSON Schema, by which editors complete and check a file "
        "as it is written. The server has it at /checklists/schema.json."
    )

    def handle(self, **options) -> None:
        self.stdout.write(json.dumps(schema.json_schema(), ensure_ascii=False, indent=2))
