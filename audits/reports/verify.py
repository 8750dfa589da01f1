"""Is a report what was sealed? Answered from the file and the certificates that one trusts.

`python -m audits.reports.verify report.pdf --trust certificate.pem` needs no database, no
settings and no network.
"""

import contextlib
import datetime as dt
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn, TypeVar

from audits.reports import verify_cms
from audits.reports.keys import load_certificates
from audits.reports.loops import outside_loops
from audits.reports.verification import Certificate, Check, Sealed, Stamp, Verification
from audits.reports.verify_bytes import MAX_HOLES, Hole, has_traces, holes
from audits.reports.verify_cms import Found, Trust
from audits.reports.verify_content import check_content
from audits.reports.verify_pdf import Inside

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_FILE = 128 * 1024 * 1024


@outside_loops
def verify(
    data: bytes,
    trust: Sequence[bytes] = (),
    *,
    timestamp_trust: Sequence[bytes] = (),
    at: dt.datetime | None = None,
) -> Verification:
    """What the file is, by its own bytes and the certificates that are trusted (PEM or DER).

    `timestamp_trust` names those that vouch for time-stamps only; `trust` counts for them too.
    `at` is when certificates must be valid, now by default. Without any `trust` the content is
    looked at all the same, but nothing can be found valid; with it, what somebody else signed is
    not opened any further.

    Raises KeyFault for a trusted certificate that is none, and nothing for any `data`.
    """
    signers = [each for bundle in trust for each in load_certificates(bundle)]
    clocks = [each for bundle in timestamp_trust for each in load_certificates(bundle)]
    looking = _Looking(data, Trust(signers, at), Trust([*signers, *clocks], at))
    with contextlib.suppress(_Stop):
        looking.through()
    return Verification(
        tuple(looking.checks), looking.signer, tuple(looking.stamps), looking.sealed
    )


class _Stop(Exception):
    """A check failed after which there is nothing left to ask."""


class _Looking:
    """The checks of one file, in the order in which each rests on those before it."""

    def __init__(self, data: bytes, signers: Trust, clocks: Trust) -> None:
        self.data, self.signers, self.clocks = data, signers, clocks
        self.checks: list[Check] = []
        self.signer: Certificate | None = None
        self.stamps: list[Stamp] = []
        self.sealed: Sealed | None = None
        # When the signer's certificate must have been valid: at the first stamp, or now.
        self.at = signers.at

    def through(self) -> None:
        found = self.find()
        self.check_signatures(found)
        inside = self.open(found)
        self.check_revoked(found, inside)
        attachments = _guarded(inside.attachments)
        if attachments is None:
            self.altered("content", "What is attached cannot be read.")
        checks, self.sealed = check_content(attachments)
        self.checks += checks

    def passed(self, name: str, text: str) -> None:
        self.checks.append(Check(name, True, text))

    def altered(self, name: str, text: str) -> NoReturn:
        self.checks.append(Check(name, False, text))
        raise _Stop

    def unverifiable(self, name: str, text: str) -> NoReturn:
        self.checks.append(Check(name, False, text, "unverifiable"))
        raise _Stop

    def find(self) -> list[Hole]:
        """The signatures of the file, at least one, in their order."""
        if len(self.data) > MAX_FILE:
            self.unverifiable("file", f"It is larger than {MAX_FILE >> 20} MB: no report is.")
        found = holes(self.data)
        if not found and has_traces(self.data):
            self.altered("file", "Its signature was damaged or removed.")
        if not self.data.startswith(b"%PDF-"):
            if found:
                self.altered("file", "Its first bytes were changed.")
            self.unverifiable("file", "It is not a PDF.")
        if not found:
            self.unverifiable("file", "It carries no seal: it is a draft, or no report.")
        stamps = [each.is_stamp for each in found]
        if len(found) > MAX_HOLES or stamps != [False] + [True] * (len(found) - 1):
            self.unverifiable("file", "It carries other signatures than one seal and time-stamps.")
        ends = [each.end for each in found]
        if any(later.start < end for later, end in zip(found[1:], ends, strict=False)):
            self.altered("file", "Its signatures reach into one another.")
        if ends[-1] != len(self.data):
            self.altered("file", "Something was appended after it was sealed.")
        self.passed("file", "It is a PDF, and its seal covers the whole of it.")
        return found

    def check_signatures(self, found: list[Hole]) -> None:
        """Whether the seal holds and by whom it is, and the time-stamps on it."""
        seal, *later = found
        # Any trouble with the bytes comes first; by whom and when is the next question.
        first = self.look(seal, self.signers)
        if first.fault:
            self.altered("signature", f"The signature {first.fault}.")
        self.passed("signature", "No byte of what was signed was changed.")
        self.signer = Certificate(first.subject, first.fingerprint)
        stamps = self.look_at_stamps(first, later, self.clocks)
        self.at = next((each.time for each in stamps if each.trusted), self.signers.at)
        self.check_trust(seal, first)
        self.check_stamps(stamps)

    def look(self, hole: Hole, trust: Trust) -> Found:
        def look() -> Found:
            return verify_cms.check_signature(
                hole.cms(), lambda name: hole.digest(self.data, name), trust
            )

        return _guarded(look) or Found(fault="cannot be read")

    def look_at_stamps(self, seal: Found, later: list[Hole], trust: Trust) -> list[Found]:
        """Each time-stamp, earliest first: judged as of the one after it, the last as of now."""
        found: list[Found] = []
        for hole in reversed(later):
            found.insert(0, self.look_at_stamp(hole, trust))
            if found[0].trusted:
                trust = replace(trust, at=found[0].time)
        if token := seal.token:
            digest = verify_cms.digest_of(seal.signature)
            look = _guarded(lambda: verify_cms.check_stamp(token, digest, trust))
            found.insert(0, look or Found(fault="cannot be read"))
        return found

    def look_at_stamp(self, hole: Hole, trust: Trust) -> Found:
        def look() -> Found:
            return verify_cms.check_stamp(
                verify_cms.load(hole.cms()), lambda name: hole.digest(self.data, name), trust
            )

        return _guarded(look) or Found(fault="cannot be read")

    def check_trust(self, seal: Hole, signer: Found) -> None:
        if not self.signers.certificates:
            text = f"Nothing tells whose signature it is. It says: {signer.subject}, SHA-256 "
            text += f"{signer.fingerprint}. Name the certificate that you trust (--trust)."
            self.checks.append(Check("trust", False, text, "unverifiable"))
            return
        # Judged as of the time-stamp: a certificate that has expired since then was good.
        found = self.look(seal, replace(self.signers, at=self.at))
        if not found.trusted:
            text = f"Signed by {found.subject}, SHA-256 {found.fingerprint}, but {found.doubt}."
            self.unverifiable("trust", text)
        self.passed("trust", f"It was signed by {found.subject}, whom you trust.")

    def check_stamps(self, stamps: list[Found]) -> None:
        for each in stamps:
            if each.time is None or each.fault:
                self.altered("timestamp", f"A time-stamp {each.fault}.")
            time = f"{each.time:%Y-%m-%d %H:%M:%S} UTC"
            self.stamps.append(Stamp(each.time, Certificate(each.subject, each.fingerprint)))
            if each.trusted:
                self.passed("timestamp", f"It existed at {time}, says {each.subject}.")
                continue
            text = (
                f"{each.subject} says that it existed at {time}, but {each.doubt}. Name the "
                "authority's certificate (--trust-timestamps)."
            )
            self.checks.append(Check("timestamp", False, text, "unverifiable"))

    def open(self, found: list[Hole]) -> Inside:
        """The PDF, opened: one seal that certifies it and forbids changes."""
        inside = _guarded(lambda: Inside(self.data, found))
        if inside is None:
            self.altered("certification", "Its structure is broken.")
        if _guarded(lambda: inside.is_encrypted) is not False:
            self.unverifiable("certification", "It is encrypted, as no report is.")
        fault = _guarded(inside.signatures_fault)
        if fault is None:
            self.altered("certification", "Its structure is broken.")
        if fault:
            self.altered("certification", fault)
        self.passed("certification", "The signature certifies it and forbids every change.")
        return inside

    def check_revoked(self, found: list[Hole], inside: Inside) -> None:
        """Once more by the lists of revoked certificates that it carries."""
        carried = _guarded(inside.revocation)
        if carried is None:
            self.altered("revocation", "The lists of revoked certificates in it cannot be read.")
        crls, ocsps = carried
        if not (crls or ocsps) or not self.signers.certificates:
            return
        seal = self.look(found[0], replace(self.signers, at=self.at, crls=crls, ocsps=ocsps))
        clocks = replace(self.clocks, crls=crls, ocsps=ocsps)
        for each in (seal, *self.look_at_stamps(seal, found[1:], clocks)):
            if each.doubt == verify_cms.REVOKED:
                self.unverifiable("revocation", f"Signed by {each.subject}, but {each.doubt}.")
        self.passed(
            "revocation", "No certificate is in the lists of revoked ones that it carries."
        )


def _guarded(look: Callable[[], T]) -> T | None:
    """What it returns, or None when the bytes that it reads break it in whatever way."""
    try:
        return look()
    except Exception:
        # They are a stranger's: each parser below has its own ways of giving up on them.
        logger.debug("What was to be verified cannot be read", exc_info=True)
        return None


if __name__ == "__main__":
    from audits.reports.verify_command import main

    # What a parser thinks of a stranger's bytes is no business of whoever asks.
    logging.disable(logging.CRITICAL)
    sys.exit(main())
