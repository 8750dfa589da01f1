"""A snapshot as one complete HTML document: the source of the PDF, and its twin."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from audits.reports import chart, text
from audits.reports.canonical import check_digest
from audits.reports.pieces import pieces
from audits.reports.stylesheet import embedded_css
from audits.reports.summary import Summary, plural, summarise
from audits.reports.upgrade import upgraded

SHORT_DIGEST = 12
FOOTER_TITLE = 48

CONDITIONS = {"": "", "open": "Not met", "met": "Met", "waived": "Waived"}
TIES = {
    "equal": "Answered together with",
    "narrower": "Narrower than",
    "broader": "Broader than",
    "related": "Related to",
}
STATES = {
    "open": "Open",
    "done": "Done",
    "not_applicable": "Not applicable",
    "risk_accepted": "Risk accepted",
}


def render_html(
    snapshot: dict[str, Any], digest: str, *, stylesheet_href: str | None = None
) -> str:
    """The report as HTML.

    Without `stylesheet_href` fonts and styles are embedded and nothing is ever fetched, for
    the PDF. With it the page links that stylesheet and holds no style and no script of its
    own, for a browser under a strict CSP.

    Raises ValueError when `digest` is not the SHA-256 of the snapshot's canonical JSON.
    """
    check_digest(snapshot, digest)
    context = _context(upgraded(snapshot), digest)
    if stylesheet_href is not None:
        return _page(context, stylesheet_href=stylesheet_href, css=None)
    body = _page(context, stylesheet_href=None, css="")
    css = Markup(embedded_css(body))  # noqa: S704 - our own files, nothing of the snapshot
    return body.replace("<style></style>", f"<style>{css}</style>", 1)


def report_title(snapshot: dict[str, Any]) -> str:
    """What the document is called: `Launch of x — revision 1 (draft)`."""
    audit = snapshot["audit"]
    draft = "" if snapshot["seal"] else " (draft)"
    return f"{text.shorten(audit['title'], 200)} — revision {audit['revision']}{draft}"


def _page(context: dict[str, Any], **how: Any) -> str:
    return _environment.get_template("report.html").render(**context, **how)


def _context(snapshot: dict[str, Any], digest: str) -> dict[str, Any]:
    summary = summarise(snapshot)
    return {
        **snapshot,
        "summary": summary,
        "bars": _bars(summary),
        "digest": digest,
        "short_digest": digest[:SHORT_DIGEST],
        "title": report_title(snapshot),
        "running_title": text.shorten(snapshot["audit"]["title"], FOOTER_TITLE),
        "today": snapshot["taken_at"][:10],
    }


def _bars(summary: Summary) -> dict[str, tuple[chart.Cell, ...]]:
    return chart.bars([s for edition in summary.editions for s in edition.sections])


def _build() -> Environment:
    environment = Environment(
        autoescape=True,
        finalize=text.visible,
        loader=PackageLoader("audits.reports"),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(
        day=text.day,
        markdown=text.markdown,
        moment=text.moment,
        pieces=pieces,
        plain=text.plain,
        plural=plural,
        shorten=text.shorten,
        size=text.size,
        web_url=text.web_url,
    )
    environment.globals.update(STATES=STATES, CONDITIONS=CONDITIONS, TIES=TIES, CHART=chart)
    return environment


_environment = _build()
