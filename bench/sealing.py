"""bench.sealing STEP …, by way of bench.with_django: the life of one sign-off, a step a process.

`propose AUDIT`, `sign ROUND`, `page REPORT HTML`, `seal REPORT`, `verify REPORT`; each prints what
it took, and what the next one needs, as JSON.
"""

import json
import sys
from pathlib import Path

from audits.models import Audit, Report, Round, SignOff, signing
from audits.models.snapshots import state_seen
from audits.reports.html import render_html
from audits.reports.verify import verify
from bench.printing import timed


def propose(address: str) -> dict:
    audit = Audit.objects.get(pk=address.strip("/").rpartition("/")[2])
    made: list[Round] = []
    figures = timed(
        lambda: made.append(
            Round.objects.propose(audit, by=audit.created_by, seen=state_seen(audit))
        )
    )
    return figures | {"round": str(made[0].pk)}


def sign(pk: str) -> dict:
    proposed = Round.objects.select_related("snapshot", "audit").get(pk=pk)
    told = {
        "by": proposed.proposed_by,
        "role": "Approver",
        "seen": proposed.snapshot.digest,
        "confirmation": proposed.phrase,
    }
    figures = timed(lambda: SignOff.objects.sign(proposed, **told))
    return figures | {"report": str(Report.objects.get(seal__round=proposed).pk)}


def page(pk: str, target: str) -> dict:
    """The final HTML, for WeasyPrint alone."""
    report = Report.objects.get(pk=pk)
    snapshot = report.snapshot
    html = render_html(snapshot.content(), snapshot.digest, seal=report.seal.content())
    Path(target).write_text(html, encoding="utf-8")
    return {}


def seal(pk: str) -> dict:
    import pyhanko.sign  # noqa: F401 - a worker has both loaded after its first report
    import weasyprint  # noqa: F401

    report = Report.objects.get(pk=pk)
    figures = timed(report.execute)
    if report.state != Report.State.DONE:
        raise RuntimeError(f"The report failed: {report.error}")
    return figures | {"mb": report.size_bytes / 1_000_000}


def check(pk: str) -> dict:
    data, trust = bytes(Report.objects.get(pk=pk).file.data), signing.trusted_certificates()
    verify(b"", trust)  # what it loads is loaded
    figures = timed(lambda: verify(data, trust))
    if (found := verify(data, trust)).status != "valid":
        raise RuntimeError(f"The report does not verify: {found.summary}")
    return figures


if __name__ == "__main__":
    step, *arguments = sys.argv[1:]
    steps = {"propose": propose, "sign": sign, "page": page, "seal": seal, "verify": check}
    print(json.dumps(steps[step](*arguments)))
