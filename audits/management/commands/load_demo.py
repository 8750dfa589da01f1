"""The demo: a team with people in every role, and audits in different states."""

import json
import os
import secrets
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from audits.demo import Demo
from audits.models import User

CREDENTIALS = "demo-credentials.json"


class Command(BaseCommand):
    help = (
        "Fill an empty database with the demo of fixtures/demo.yaml, and write the sign-in to "
        f"DATA_DIR/{CREDENTIALS} (mode 0600). Does nothing when there is an account already."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            default=settings.BASE_DIR / "fixtures" / "demo.yaml",
            help="the demo's YAML file",
        )

    def handle(self, *args, path: Path, **options) -> None:
        if User.objects.exists():
            self.stdout.write("There are accounts already: no demo.")
            return
        password = secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                demo = Demo(path).load(password)
                self._write_credentials(demo, password)
        except OSError as error:
            raise CommandError(f"The demo could not be made: {error}.") from error
        self.stdout.write(f"Loaded the demo: sign in as {demo.sign_in}.")

    def _write_credentials(self, demo: Demo, password: str) -> None:
        path = settings.DATA_DIR / CREDENTIALS
        content = {
            "email": demo.sign_in,
            "password": password,
            # The same password opens every account of the demo, to look through each role's eyes.
            "people": {person["role"]: person["email"] for person in reversed(demo.people)},
        }
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
