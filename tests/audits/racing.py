"""Several people at the same moment: real threads, for tests with real transactions."""

import threading

from django.db import connections

from audits.models import Audit
from audits.models.chains import find_broken_link
from audits.models.errors import RuleBroken


def at_once(*verbs) -> list:
    """Run the verbs in threads that start together; what each returned or was refused with.

    Any other error ends the test.
    """
    outcomes: list = [None] * len(verbs)
    barrier = threading.Barrier(len(verbs))

    def run(place: int, verb) -> None:
        try:
            barrier.wait(120)
            outcomes[place] = verb()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, verb)) for place, verb in enumerate(verbs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    # Or it would go on writing, in the next test's database.
    assert not any(thread.is_alive() for thread in threads)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, RuleBroken):
            raise outcome
    return outcomes


def refusals(outcomes: list) -> list[type]:
    return [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]


def chain_holds(audit: Audit) -> bool:
    return find_broken_link(Audit.objects.get(pk=audit.pk)) is None
