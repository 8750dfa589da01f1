"""The command line of the verification."""

import argparse
import json
import sys
from pathlib import Path

from audits.reports.keys import KeyFault
from audits.reports.verification import Verification
from audits.reports.verify import MAX_FILE, verify

DECISIONS = {"go": "Go", "conditional_go": "Go under conditions", "no_go": "No go"}
ABOUT = """\
Say whether a sealed report of Countersign is what was signed. It reads that file and the
certificates and nothing else: no database, no settings, no network."""
AFTER = """\
exit status:
  0  valid: signed by one of the trusted certificates, and not a byte was changed since
  1  altered: the file is not what was signed, or contradicts itself
  2  not verifiable: no PDF, not signed, signed by somebody unknown, or not readable

example:
  python -m audits.reports.verify report.pdf --trust certificate.pem

Take the certificate from somewhere else than the report. docs/verifying.md tells what this
proves, and how to check the same with other tools."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status."""
    options = _parser().parse_args(arguments)
    try:
        trust = [_read(path) for path in options.trust]
        clocks = [_read(path) for path in options.trust_timestamps]
        found = verify(_read(options.report), trust, timestamp_trust=clocks)
    except (_Unreadable, KeyFault) as fault:
        return _fail(str(fault), options.json)
    if options.json:
        _print(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        _print(_told(found))
    return found.exit_status


class _Unreadable(Exception):
    """A file of the command line cannot be read."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m audits.reports.verify",
        description=ABOUT,
        epilog=AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("report", type=Path, help="the PDF")
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a certificate (PEM or DER) that you trust to seal reports, or the authority "
        "that issued it; may be given several times",
    )
    parser.add_argument(
        "--trust-timestamps",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="the same for time-stamps only; what --trust names counts for them too",
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    return parser


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as error:
        raise _Unreadable(f"{path} cannot be read: {error.strerror}.") from None


def _fail(text: str, as_json: bool) -> int:
    if as_json:
        _print(json.dumps({"status": "unverifiable", "summary": text, "checks": []}, indent=2))
    else:
        sys.stderr.write(text + "\n")
    return 2


def _told(found: Verification) -> str:
    lines = [f"{'✓' if check.passed else '✗'} {check.text}" for check in found.checks]
    if sealed := found.sealed:
        lines += [
            "",
            f"{sealed.title}, revision {sealed.revision}: {DECISIONS[sealed.decision]}"
            + (f", for {sealed.release}" if sealed.release else ""),
            f"Sealed {sealed.sealed_at}"
            + (f", valid until {sealed.valid_until}" if sealed.valid_until else ""),
        ]
        lines += [
            f"  {each.role}: {each.by} <{each.email}>, {each.at}, by {each.method}"
            + (", refused" if each.decision == "no_go" else "")
            for each in sealed.sign_offs
        ]
        if not found.stamps:
            lines.append("No time-stamp: the times are those of the server that sealed it.")
    # A stranger's file shall not write to the terminal what it likes.
    text = "\n".join([*lines, "", found.summary])
    return "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _print(text: str) -> None:
    sys.stdout.buffer.write(text.encode(errors="replace") + b"\n")
    sys.stdout.flush()
