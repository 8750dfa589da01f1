import os
import threading
import time
import warnings
from typing import Any

from celery import Celery, signals

from audits.serving.tether import tether

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Countersign(Celery):
    # Of the worker that this process is, or is a child of.
    worker_pid = 0


app = Countersign("countersign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["audits"])
# What makes root dangerous there is pickle, and this worker takes JSON alone.
warnings.filterwarnings("ignore", message="You're running the worker with superuser")


@signals.worker_ready.connect
def beat_from_now_on(**_: Any) -> None:
    from audits.serving.heartbeat import keep_beating

    if app.conf.task_default_queue not in app.amqp.queues.consume_from:
        return  # the one for latency alone must not speak for the worker
    # A thread of the main process, since a task may keep the pool busy for minutes.
    threading.Thread(target=keep_beating, name="heartbeat", daemon=True).start()


@signals.celeryd_init.connect
def be_known_to_children(**_: Any) -> None:
    app.worker_pid = os.getpid()


@signals.worker_process_init.connect
@signals.beat_embedded_init.connect
def die_with_the_worker(**_: Any) -> None:
    # Not os.getppid(): the worker may have died while this process was being born.
    tether(app.worker_pid)


@signals.worker_shutting_down.connect
def leave_when_idle(**_: Any) -> None:
    # An idle pool takes six seconds to close; no task is in it any more, so leave it.
    threading.Thread(target=_leave_when_idle, name="farewell", daemon=True).start()


def _leave_when_idle() -> None:
    # Half a second that only the worker has to pay.
    from celery.worker import state

    while state.reserved_requests:
        time.sleep(0.05)
    os._exit(0)
