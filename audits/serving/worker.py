import os

from celery import current_app

from audits.serving.processes import Child

ARGUMENTS = [
    *("--quiet", "worker", "--beat", "--loglevel", "WARNING"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]
# A report can wait a little, and people who click cannot.
NICENESS = 5


def worker() -> Child:
    """The Celery worker with the scheduler inside."""
    return Child("The worker", "worker", _work)


def _work() -> None:
    os.nice(NICENESS)
    current_app.start(ARGUMENTS)
