"""Where the time of a tick goes: DATA_DIR=… python -m bench.with_django bench.profile_tick AUDIT

In one process, through Django's test client with everything real, in an installation with its
checklists that bench.seed has filled; AUDIT is the address that it printed. Tells the statements
of one tick, and the functions of a few hundred.
"""

import cProfile
import pstats
import sys
import time

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audits.models import User
from bench.forms import forms

TICKS = 300
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/"}


class Ticking:
    def __init__(self, audit: str) -> None:
        settings.ALLOWED_HOSTS = ["testserver"]
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(User.objects.get(email="person0@harbour.example"))
        self.steps = forms(self.client.get(audit).content.decode(), "/state/")
        self.turn = 0

    def tick(self) -> None:
        step = self.steps[self.turn % len(self.steps)]
        answer = self.client.post(step["path"], step["form"], headers=HTMX)
        if answer.status_code != 200:
            raise RuntimeError(f"The tick was answered {answer.status_code}")
        step["form"] = forms(answer.content.decode(), step["path"])[0]["form"]
        self.turn += 1

    def run(self) -> None:
        for _ in range(TICKS):
            self.tick()


def shortened(sql: str) -> str:
    """Without the list of columns."""
    head, found, tail = sql.partition(" FROM ")
    return (f"{head[:60]} …{found}{tail}" if found else sql)[:200]


def main() -> None:
    ticking = Ticking(sys.argv[1])
    ticking.run()
    with CaptureQueriesContext(connection) as captured:
        ticking.tick()
    for number, query in enumerate(captured.captured_queries, 1):
        print(f"{number:3}  {shortened(query['sql'])}")
    cpu = time.process_time()
    ticking.run()
    print(f"{(time.process_time() - cpu) / TICKS * 1000:.2f} ms CPU a tick, unprofiled")
    profile = cProfile.Profile()
    profile.runcall(ticking.run)
    stats = pstats.Stats(profile)
    stats.sort_stats("cumulative").print_stats(r"audits|checklist|django|template", 70)
    stats.sort_stats("tottime").print_stats(25)


main()
