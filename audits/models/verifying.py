"""What this place knows of a sealed report that somebody holds: by its bytes, or by a digest."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from audits.models import signing
from audits.models.errors import Refused
from audits.models.lifecycle import RoundState
from audits.models.reports import ReportFile
from audits.models.rounds import Round
from audits.reports.upgrade import seal_within
from audits.reports.verify_apart import verify_apart

DIGEST = re.compile("[0-9a-f]{12,64}")
SEPARATORS = re.compile(r"[\s:-]+")


@dataclass(frozen=True)
class Finding:
    """`outcome` is valid, altered, unknown (not ours, or not verifiable), superseded or expired.
    `seal` is the record of the decision, where one of ours was found; `checks` are those of the
    file: name, passed, text."""

    outcome: str
    why: str
    seal: dict[str, Any] | None = None
    superseded_by: int | None = None
    checks: tuple[dict[str, Any], ...] = ()


def of_digest(text: str) -> Finding:
    """By the digest on a report: all 64 digits, or at least the 12 of its cover. Refused when it
    is none."""
    digest = SEPARATORS.sub("", text).lower()
    if not DIGEST.fullmatch(digest):
        raise Refused(
            "A digest has 64 digits from 0 to 9 and a to f; the first 12 of them, as on the cover "
            "of a report, are enough.",
            field="digest",
        )
    # Between digits and letters, which the index answers; LIKE would read every snapshot.
    begins = {"snapshot__digest__gte": digest, "snapshot__digest__lt": f"{digest}g"}
    found = list(_decided().filter(**begins)[:2])
    if len(found) == 2:
        raise Refused("More than one report begins with these digits: give all 64.", "digest")
    if not found:
        return Finding("unknown", "No report that was sealed here has this digest.")
    return _standing(
        found[0],
        "A report with this digest was sealed here. Whether a file is that report, its bytes "
        "alone can tell: to be sure of one that you were given, send it.",
    )


def of_file(data: bytes) -> Finding:
    """By the bytes of a PDF, which are not kept. Raises SigningUnavailable when it cannot be said
    which time-stamps are trusted here."""
    sha256 = hashlib.sha256(data).hexdigest()
    stored = ReportFile.objects.filter(sha256=sha256).values("report__seal__round")
    if row := _decided().filter(pk__in=stored).first():
        return _standing(row, "These are the very bytes that were sealed here.")
    found = verify_apart(data, signing.trusted_certificates(), signing.timestamp_certificates())
    checks = tuple(found["checks"])
    why = found["summary"].partition(": ")[2]
    if found["status"] != "valid":
        outcome = "altered" if found["status"] == "altered" else "unknown"
        return Finding(outcome, why, checks=checks)
    ours = _decided().filter(snapshot__digest=found["sealed"]["digest"]).first()
    if not ours:
        return Finding(
            "unknown",
            "It is signed with our certificate, but no record of it is here.",
            checks=checks,
        )
    return _standing(ours, "It was signed here, and not a byte was changed since.", checks)


def _decided():
    return Round.objects.sealed().select_related("snapshot", "seal").order_by("ended_at", "pk")


def _standing(row: Round, why: str, checks: tuple[dict[str, Any], ...] = ()) -> Finding:
    outcome = "valid"
    if row.superseded_by is not None:
        outcome = "superseded"
    elif row.state == RoundState.EXPIRED:
        outcome = "expired"
        why = f"{why} The sign-off has ended: {row.expired_because}."
    elif row.valid_until and row.valid_until < timezone.localdate():  # no tick came since
        outcome = "expired"
        why = f"{why} The sign-off held until {row.valid_until}."
    return Finding(outcome, why, _told(row), row.superseded_by, checks)


def _told(row: Round) -> dict[str, Any] | None:
    if hasattr(row, "seal"):
        return row.seal.content()
    # Sealed before the decision stood beside the snapshot.
    return seal_within(row.snapshot.content(), row.snapshot.digest)
