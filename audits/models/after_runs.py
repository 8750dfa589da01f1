"""Who is told of a run that has ended, in the transaction that ends it."""

from typing import TYPE_CHECKING

from audits.models import telling, verdicts

if TYPE_CHECKING:
    from audits.models.runs import ProbeRun


def after_run(run: "ProbeRun") -> None:
    """`run` and its watch hold what was found, and the watch is locked."""
    verdicts.after_run(run)
    telling.after_run(run)
