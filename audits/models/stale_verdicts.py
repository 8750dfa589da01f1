"""Verdicts that are older than they count as fresh: they stay, and pages say so."""

from collections.abc import Iterable

from django.utils import timezone

from audits.models.audits import Audit
from audits.models.readings import Machine, Reading
from audits.models.verdicts import fresh_until, stale_since


def of_answers(audit: Audit, pks: Iterable[int] | None = None) -> set[int]:
    """Those answers of the audit, or of these, whose verdict rests on something stale: in three
    queries, one while everything is fresh. Of what is sealed none: it tells what it said then."""
    now = timezone.now()
    said = Reading.objects.filter(watch__environment__project=audit.project_id)
    seen = () if audit.is_sealed else said.values_list("watch__probe", "at")
    if not any(fresh_until(probe, at) < now for probe, at in seen):
        return set()
    machine = Machine(audit.project_id)
    answers = audit.answers.filter(retired_at=None).exclude(verdict="")
    if pks is not None:
        answers = answers.filter(pk__in=pks)
    return {
        pk
        for pk, verdict, refs in answers.values_list("pk", "verdict", "item__probes")
        if any(word.verdict == verdict and stale_since(word, now) for word in machine.words(refs))
    }
