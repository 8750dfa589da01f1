import json
import os
import signal
import sys
from argparse import ArgumentParser
from io import StringIO
from socket import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.urls import get_resolver
from django.utils.module_loading import import_string

from audits.serving import checks
from audits.serving.processes import fork
from audits.serving.statics import collect_static_files
from audits.serving.tether import tether


class Command(BaseCommand):
    help = "Start web, worker and scheduler in one process tree; HOST and PORT say where."
    # They take a second, and .ci/run has seen them pass.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--with-parent",
            type=int,
            metavar="PID",
            help="stop when this process, which must be the parent, ends",
        )

    def handle(self, *, with_parent: int | None, **_options: Any) -> None:
        if with_parent:
            tether(with_parent, signal.SIGTERM)
        # Whatever the mode of DATA_DIR: database, reports and messages are for this user alone.
        os.umask(0o077)
        # Until the web has its own handlers: Ctrl-C ends this without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            checks.check_folder(settings.DATA_DIR)
            listener = checks.listen(settings.HOST, settings.PORT)
        except checks.Fault as fault:
            sys.exit(f"countersign: {fault}")
        # In a process of its own: what it imports and connects to is in nobody's way afterwards.
        _, status = os.waitpid(fork("preparation", self.prepare), 0)
        if status:
            sys.exit(os.waitstatus_to_exitcode(status))
        self.run(listener)

    def prepare(self) -> None:
        try:
            checks.check_prices()
            checks.check_libraries()
            warning = checks.check_signing()
            # Last: in a new database it takes a while, and a fault is told before.
            checks.migrate()
        except checks.Fault as fault:
            sys.exit(f"countersign: {fault}")
        if warning:
            self.stderr.write(warning)
        collect_static_files()
        self.load_checklists()
        if settings.DEMO:
            call_command("load_demo", stdout=StringIO())

    def load_checklists(self) -> None:
        try:
            call_command("load_checklists", stdout=StringIO())
        except SystemExit:
            # It has said why. What was loaded before stays as it is, and people need it.
            self.stderr.write("Not every checklist could be loaded; going on with those that are.")

    def run(self, listener: socket) -> None:
        from audits.serving.parent import Parent
        from audits.serving.simulator import SimulatorProcess
        from audits.serving.web import WebProcess, url_of
        from audits.serving.worker import latency_worker, worker

        def ready() -> None:
            self.stdout.write(f"Ready: {url_of(listener)}")
            self.tell_sign_in()

        application = import_string(settings.ASGI_APPLICATION)
        _ = get_resolver().url_patterns  # imports the views
        webs = [WebProcess(application) for _ in range(settings.WEB_PROCESSES)]
        others = [worker(), latency_worker()]
        if settings.SIMULATOR:
            others.insert(0, SimulatorProcess())
        Parent(listener, webs, others, on_ready=ready, say=self.stderr.write).run()

    def tell_sign_in(self) -> None:
        path = settings.DATA_DIR / "demo-credentials.json"
        if settings.DEMO and path.exists():
            demo = json.loads(path.read_text())
            self.stdout.write(f"Sign in as {demo['email']} with the password {demo['password']}")
        self.stdout.flush()
