from celery import current_app

from audits.serving.processes import Child

ARGUMENTS = [
    *("--quiet", "worker", "--beat", "--loglevel", "WARNING"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]


def worker() -> Child:
    """The Celery worker with the scheduler inside."""
    return Child("The worker", "worker", lambda: current_app.start(ARGUMENTS))
