"""A snapshot as one complete HTML document: the source of the PDF, and its twin."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from audits.reports import change_words, chart, minutes, qr, text
from audits.reports.canonical import check_digest, check_seal
from audits.reports.pieces import KINDS, pieces
from audits.reports.runs import read
from audits.reports.stylesheet import embedded_css
from audits.reports.summary import Summary, plural, summarise
from audits.reports.upgrade import seal_within, upgraded
from audits.reports.verdict import DECISIONS, verdict

SHORT_DIGEST = 12
FOOTER_TITLE = 48
# A piece that backs as many other items names them once, and then says where.
MANY_BACKED = 12

CONDITIONS = {"": "", "open": "Not met", "met": "Met", "waived": "Waived"}
TIES = {
    "equal": "Answered together with",
    "narrower": "Narrower than",
    "broader": "Broader than",
    "related": "Related to",
}
METHODS = {
    "password": "by entering the password again",  # nosec B105: how, not what
    "passkey": "with a passkey",
    "": "by a typed phrase",
}
OBSTACLES = {
    "blocker": "Open blocker",
    "conflict": "Conflict",
    "criterion": "Exit criterion not met",
    "acceptance": "Risk acceptance expired",
    "evidence": "Stale evidence on a blocker",
    "chain": "Damage of the chain of events",
}
VERDICTS = {word: word.title() for word in ("pass", "fail", "inconclusive", "error")}
# How far a verdict goes towards the item.
STRENGTHS = {
    "strong": "It decides the item.",
    "medium": "It backs the item.",
    "partial": "It sees one side of the item.",
    "": "",
}
# Fields of a difference that hold Markdown, and those that hold codes and days.
PROSE = {"guidance", "note", "reason", "severity_reason", "verify", "why"}
PLAIN = {*change_words.CODES, *change_words.DAYS, "accepted_at", "severity", "verdict"}
STATES = {
    "open": "Open",
    "done": "Done",
    "not_applicable": "Not applicable",
    "risk_accepted": "Risk accepted",
}


def render_html(
    snapshot: dict[str, Any],
    digest: str,
    *,
    seal: dict[str, Any] | None = None,
    stylesheet_href: str | None = None,
) -> str:
    """The report as HTML: a draft, a proposal, or with `seal` the sealed report.

    Without `stylesheet_href` fonts and styles are embedded and nothing is ever fetched, for
    the PDF. With it the page links that stylesheet and holds no style and no script of its
    own, for a browser under a strict CSP.

    Raises ValueError when `digest` is not the SHA-256 of the snapshot's canonical JSON, and
    when the seal is of another snapshot.
    """
    check_digest(snapshot, digest)
    if seal:
        check_seal(seal, digest)
    context = _context(upgraded(snapshot), digest, seal or seal_within(snapshot, digest))
    if stylesheet_href is not None:
        return _page(context, stylesheet_href=stylesheet_href, css=None)
    body = text.unwrapped(_page(context, stylesheet_href=None, css=""))
    css = Markup(embedded_css(body))  # noqa: S704 - our own files, nothing of the snapshot
    return body.replace("<style></style>", f"<style>{css}</style>", 1)


def _page(context: dict[str, Any], **how: Any) -> str:
    return _environment.get_template("report.html").render(**context, **how)


def _context(snapshot: dict[str, Any], digest: str, seal: dict[str, Any] | None) -> dict[str, Any]:
    summary = summarise(snapshot)
    proposal = snapshot["proposal"]
    stage = "sealed" if seal else "proposed" if proposal else "draft"
    signed = seal["sign_offs"] if seal else []
    return {
        **snapshot,
        "seal": seal,
        "signatures": [each for each in signed if each["decision"] != "no_go"],
        "refusals": [each for each in signed if each["decision"] == "no_go"],
        "stage": stage,
        "title": _title(snapshot["audit"], stage),
        "summary": summary,
        "verdict": verdict(summary.figures, proposal, seal),
        "bars": _bars(summary),
        "digest": digest,
        "short_digest": digest[:SHORT_DIGEST],
        "verify_url": _verify_url(digest, seal),
        "running_title": text.shorten(snapshot["audit"]["title"], FOOTER_TITLE),
        "today": snapshot["taken_at"][:10],
    }


def _title(audit: dict[str, Any], stage: str) -> str:
    """What the document is called: `Launch of x — revision 1 (draft)`."""
    aside = "" if stage == "sealed" else f" ({stage})"
    return f"{text.shorten(audit['title'], 200)} — revision {audit['revision']}{aside}"


def _verify_url(digest: str, seal: dict[str, Any] | None) -> str | None:
    """Where anyone can check the sealed report; None when the seal names no such page."""
    return text.web_url(f"{seal['verify_at']}{digest}/") if seal else None


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
        instant=text.instant,
        markdown=text.markdown,
        moment=text.moment,
        pieces=pieces,
        plain=text.plain,
        plural=plural,
        qr=qr.code,
        ran=read,
        shorten=text.shorten,
        size=text.size,
        web_url=text.web_url,
    )
    environment.globals.update(
        CHART=chart,
        CONDITIONS=CONDITIONS,
        DECISIONS=DECISIONS,
        KINDS=KINDS,
        MANY_BACKED=MANY_BACKED,
        METHODS=METHODS,
        MINUTES=minutes,
        OBSTACLES=OBSTACLES,
        PLAIN=PLAIN,
        PROSE=PROSE,
        STATES=STATES,
        STRENGTHS=STRENGTHS,
        TIES=TIES,
        VERDICTS=VERDICTS,
        WORDS=change_words,
    )
    return environment


_environment = _build()
