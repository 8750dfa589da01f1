"""Every round of sign-off of an audit."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from audits import access
from audits.http import Request
from audits.models import Audit, Heartbeat, Report, Round, SignOff
from audits.models.endings import Ending, endings
from audits.views.followed import followed


@dataclass(frozen=True)
class Entry:
    """A round as the list shows it; `folded` hides the signatures of what is long over.
    `changed_in` and `changed_since` lead to what differs from the revision before, and to what is
    there now; empty where there is nothing to compare."""

    round: Round
    ending: Ending | None
    report: Report | None
    changed_in: str
    changed_since: str
    folded: bool

    @property
    def decision(self) -> str:
        return "no_go" if self.round.was_refused else self.round.decision

    @property
    def signed(self) -> Sequence[SignOff]:
        return list(self.round.sign_offs.all())

    @property
    def standing(self) -> Sequence[SignOff]:
        return [each for each in self.signed if each.withdrawn_at is None]


@require_safe
def sign_off_list(request: Request, pk) -> HttpResponse:
    """The newest first, with what became of each."""
    audit = access.audit_for_view(request.user, pk)
    entries = _entries(audit)
    context = {
        "audit": audit,
        "project": audit.project,
        "membership": access.viewer(request.user, audit),
        "entries": entries,
        "no_worker": _missing_worker(entries),
        **followed(audit),
    }
    return render(request, "sign_offs/sign_off_list.html", context)


def _entries(audit: Audit) -> list[Entry]:
    rounds = list(
        audit.rounds.select_related("snapshot", "seal__report")
        .defer("snapshot__data", "seal__data")
        .prefetch_related(
            Prefetch("sign_offs", SignOff.objects.order_by("at", "pk")),
            Prefetch("snapshot__reports", Report.objects.filter(seal=None), to_attr="drafts"),
        )
    )
    ended = endings(audit)
    return [
        Entry(
            round=row,
            ending=ended.get(row.snapshot.digest),
            report=_report(row),
            changed_in=_changed_in(audit, row, rounds[number + 1 :]),
            changed_since=_changed_since(audit, row),
            folded=number > 0,
        )
        for number, row in enumerate(rounds)
    ]


def _report(row: Round) -> Report | None:
    """Of the decision; of what was sealed before there were seals, and of a proposal, the only
    one that there is."""
    if hasattr(row, "seal"):
        return row.seal.report
    drafts = getattr(row.snapshot, "drafts", ())
    return drafts[0] if drafts else None


def _changed_in(audit: Audit, row: Round, older: Sequence[Round]) -> str:
    if not row.is_sealed or not any(each.is_sealed for each in older):
        return ""
    return _differences(audit, {"to": row.snapshot_id})


def _changed_since(audit: Audit, row: Round) -> str:
    is_now = row.is_proposed or (audit.is_sealed and audit.revision == row.revision)
    return "" if is_now else _differences(audit, {"from": row.snapshot_id, "to": "now"})


def _differences(audit: Audit, ends: dict[str, str | int]) -> str:
    return f"{reverse('audit-differences', args=[audit.pk])}?{urlencode(ends)}"


def _missing_worker(entries: Sequence[Entry]) -> str:
    """Why a report that is still wanted does not come; empty when all is well."""
    if all(entry.report is None or entry.report.is_finished for entry in entries):
        return ""
    return Heartbeat.complaint(Heartbeat.Part.WORKER)
