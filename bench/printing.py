"""bench.printing request AUDIT HTML | alone HTML | ours REPORT, by way of bench.with_django

One rendering in a process of its own: `alone` is WeasyPrint on the final HTML, `ours` is the
report as the worker makes it. Prints seconds, CPU seconds and the peak of memory as JSON.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from audits.models import Audit, Report
from audits.reports.html import render_html


def alone(page: str) -> dict:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    html = Path(page).read_text(encoding="utf-8")
    fetcher = URLFetcher(allowed_protocols=("data",))
    return timed(lambda: HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/a-3a"))


def ours(pk: str) -> dict:
    import weasyprint  # noqa: F401 - a worker has it loaded after its first report

    report = Report.objects.get(pk=pk)
    report.queue_again()
    figures = timed(report.execute)
    report.refresh_from_db()
    if report.state != Report.State.DONE:
        raise RuntimeError(f"The report failed: {report.error}")
    return figures


def request(audit: str, page: str) -> dict:
    """Make the report's row and its HTML. `audit` is the address of its page."""
    found = Audit.objects.get(pk=audit.strip("/").rpartition("/")[2])
    report = Report.objects.request(found, by=found.created_by)
    html = render_html(report.snapshot.content(), report.snapshot.digest)
    Path(page).write_text(html, encoding="utf-8")
    return {"report": str(report.pk)}


def timed(work: Callable[[], object]) -> dict:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    print(json.dumps({"alone": alone, "ours": ours, "request": request}[command](*arguments)))
