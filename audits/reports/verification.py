"""What a verification found, for people and for programs."""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["valid", "altered", "unverifiable"]
EXIT_STATUS: dict[Status, int] = {"valid": 0, "altered": 1, "unverifiable": 2}


@dataclass(frozen=True)
class Check:
    """One question that was asked, and the answer in a sentence. `otherwise` is what a failed one
    makes of the file."""

    name: str
    passed: bool
    text: str
    otherwise: Status = "altered"


@dataclass(frozen=True)
class Certificate:
    """The subject of a certificate, and its SHA-256 in hex."""

    subject: str
    fingerprint: str


@dataclass(frozen=True)
class Stamp:
    """A time-stamp: when, and by whom."""

    at: dt.datetime
    authority: Certificate


@dataclass(frozen=True)
class SignOff:
    """A named person's signature, in a role, as the seal has it."""

    by: str
    email: str
    role: str
    at: str
    decision: str
    statement: str
    method: str


@dataclass(frozen=True)
class Sealed:
    """What the seal says: digest of the snapshot in hex, audit, decision (go, conditional_go,
    no_go), sealed_at and valid_until as written there, and who signed."""

    digest: str
    audit: str
    title: str
    revision: int
    decision: str
    sealed_at: str
    valid_until: str | None
    release: str
    sign_offs: tuple[SignOff, ...]


@dataclass(frozen=True)
class Verification:
    """The checks in their order, and what could be read of a report. Whatever stands after a
    check that failed is said by the file, and proven by nobody."""

    checks: tuple[Check, ...]
    signer: Certificate | None = None
    stamps: tuple[Stamp, ...] = ()
    sealed: Sealed | None = None

    @property
    def status(self) -> Status:
        failed = [check.otherwise for check in self.checks if not check.passed]
        return "altered" if "altered" in failed else "unverifiable" if failed else "valid"

    @property
    def exit_status(self) -> int:
        """0 valid, 1 altered, 2 not verifiable."""
        return EXIT_STATUS[self.status]

    @property
    def summary(self) -> str:
        """The outcome in a sentence: why not, or what it is."""
        if self.status == "valid":
            return "Valid: these are the very bytes that were sealed."
        first = next(c for c in self.checks if not c.passed and c.otherwise == self.status)
        return f"{'Altered' if self.status == 'altered' else 'Not verifiable'}: {first.text}"

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints; docs/verifying.md describes it."""
        told = dataclasses.asdict(self)
        for stamp, each in zip(told["stamps"], self.stamps, strict=True):
            stamp["at"] = each.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        for check in told["checks"]:
            del check["otherwise"]
        return {"status": self.status, "summary": self.summary, **told}
