"""The demo: a team with people in every role, and audits in different states."""

import json
import os
import secrets
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from yaml import YAMLError

from audits.demo import Demo
from audits.models import User
from audits.models.errors import RuleBroken

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
        try:
            demo = Demo(path)
            self._load(demo, settings.DATA_DIR / CREDENTIALS)
        except (OSError, LookupError, RuleBroken, UnicodeError, YAMLError) as error:
            raise CommandError(f"The demo could not be made: {error}") from error
        self.stdout.write(f"Loaded the demo: sign in as {demo.sign_in}.")

    def _load(self, demo: Demo, credentials: Path) -> None:
        """All of it or nothing, files and credentials included."""
        password = secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                demo.load(password)
                self._write_credentials(credentials, demo, password)
        except BaseException:
            demo.discard_files()
            credentials.unlink(missing_ok=True)
            raise

    def _write_credentials(self, path: Path, demo: Demo, password: str) -> None:
        content = {
            "email": demo.sign_in,
            "password": password,
            # The same password opens every account of the demo, to look through each role's eyes.
            "people": {person["role"]: person["email"] for person in reversed(demo.people)},
            # What is proposed in it waits for a second approver, too.
            "everybody": {person["name"]: person["email"] for person in demo.people},
        }
        # Anew: a file that is there already keeps the mode that it has.
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
