"""How many answers of each kind an audit has, kept with every change."""

import datetime as dt

from django.db import models

NAMES = ("total", "open", "done", "not_applicable", "risk_accepted", "blockers", "conflicts")


class Counters(models.Model):
    """Counts of answers. A portfolio of a thousand audits reads them instead of counting."""

    count_total = models.PositiveIntegerField(default=0)
    count_open = models.PositiveIntegerField(default=0)
    count_done = models.PositiveIntegerField(default=0)
    count_not_applicable = models.PositiveIntegerField(default=0)
    count_risk_accepted = models.PositiveIntegerField(default=0)
    count_blockers = models.PositiveIntegerField(default=0, help_text="Open blockers.")
    count_conflicts = models.PositiveIntegerField(default=0)
    # The first last day of a risk that is accepted; after it the counts of today differ.
    lapses_on = models.DateField(null=True)

    COUNTED = (*(f"count_{name}" for name in NAMES), "lapses_on")

    class Meta:
        abstract = True

    @property
    def counts(self) -> dict[str, int]:
        return {name: getattr(self, f"count_{name}") for name in NAMES}

    def shift(self, before: frozenset[str], after: frozenset[str]) -> None:
        """Count one answer in other counters than before: see `Claim.counted_in`."""
        for names, step in ((before - after, -1), (after - before, 1)):
            for name in names:
                setattr(self, f"count_{name}", getattr(self, f"count_{name}") + step)

    def has_lapsed(self, today: dt.date) -> bool:
        """Whether an acceptance ran out that is not reopened yet."""
        return self.lapses_on is not None and self.lapses_on < today
