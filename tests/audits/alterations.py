"""What somebody could write into the tables of a sign-off, and what `verify_events` says of it."""

import datetime as dt

from audits.models import GoCondition, Report, ReportFile, Round, Seal, SignOff, User
from audits.models.quorum import Role, Rules
from audits.reports.canonical import canonical_json, digest

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def another_seal() -> dict:
    data = canonical_json(Seal.objects.get().content() | {"decision": "go"})
    return {"data": data, "digest": digest(data)}


def noors() -> User:
    return User.objects.get(email__startswith="noor")


def rules() -> dict:
    return Rules((Role("Security"),)).to_json()


# Which rows, what is written into them, after which event that is found, and as what.
ALTERED = {
    "round back to proposed": (
        *(Round, lambda: {"state": "proposed", "ended_at": None}, "audit.signed"),
        "its round is proposed, and the events leave it signed",
    ),
    "round withdrawn": (
        *(Round, lambda: {"state": "withdrawn"}, "audit.signed"),
        "its round is withdrawn, and the events leave it signed",
    ),
    "round superseded": (
        *(Round, lambda: {"state": "superseded", "superseded_by": 2}, "audit.signed"),
        "its round is superseded, and the events leave it signed",
    ),
    "round superseded by another": (
        *(Round, lambda: {"superseded_by": 2}, "audit.signed"),
        "its round is superseded by another revision than the events tell",
    ),
    "round expired": (
        *(Round, lambda: {"state": "expired"}, "audit.signed"),
        "its round is expired, and the events leave it signed",
    ),
    "round expired for a reason": (
        *(Round, lambda: {"expired_because": "So."}, "audit.signed"),
        "its round expired for another reason than the events tell",
    ),
    "decision": (
        *(Round, lambda: {"decision": "go"}, "audit.proposed"),
        "its round says something else than what was proposed",
    ),
    "proposed by another": (
        *(Round, lambda: {"proposed_by_name": "Mallory"}, "audit.proposed"),
        "its round says something else than what was proposed",
    ),
    "release": (
        *(Round, lambda: {"release": "v2"}, "audit.proposed"),
        "its round is for another release than what was proposed",
    ),
    "revision": (
        *(Round, lambda: {"revision": 2}, "audit.proposed"),
        "its round is of another revision",
    ),
    "policy of the round": (
        *(Round, lambda: {"rules": rules()}, "audit.proposed"),
        "its round asks for other signatures than the policy did",
    ),
    "holds for longer": (
        *(Round, lambda: {"valid_until": dt.date(2099, 1, 1)}, "audit.signed"),
        "its round holds for another time than the record of its decision says",
    ),
    "decided at another time": (
        *(Round, lambda: {"ended_at": LONG_AGO}, "audit.signed"),
        "its round was decided at another time than the record of its decision says",
    ),
    "signer": (
        *(SignOff, lambda: {"by_name": "Mallory"}, "audit.signed"),
        "its sign-offs are not those that the events tell of",
    ),
    "signer's account": (
        *(SignOff, lambda: {"by": noors()}, "audit.signed"),
        "its sign-offs are not those that the events tell of",
    ),
    "role": (
        *(SignOff, lambda: {"role": "Legal"}, "audit.signed"),
        "its sign-offs are not those that the events tell of",
    ),
    "statement": (
        *(SignOff, lambda: {"statement": "I never said so."}, "audit.signed"),
        "its sign-offs are not those that the events tell of",
    ),
    "time of a signature": (
        *(SignOff, lambda: {"at": LONG_AGO}, "audit.signed"),
        "its sign-offs are not those that the events tell of",
    ),
    "digest of a signature": (
        *(SignOff, lambda: {"digest": "f" * 64}, "audit.signed"),
        "its sign-offs are not those that the events tell of",
    ),
    "method": (
        *(SignOff, lambda: {"method": "password"}, "audit.signed"),
        "its sign-offs are not those that the events tell of",
    ),
    "record of the decision": (
        *(Seal, another_seal, "audit.signed"),
        "the event names another record of its decision",
    ),
    "bytes of the record": (
        *(Seal, lambda: {"data": b"{}"}, "audit.signed"),
        "the bytes of the record of its decision do not match their digest",
    ),
    "time of the record": (
        *(Seal, lambda: {"at": LONG_AGO}, "audit.signed"),
        "its round was decided at another time than the record of its decision says",
    ),
    "bytes of the report": (
        *(ReportFile, lambda: {"data": b"%PDF of another"}, "audit.signed"),
        "the bytes of its sealed report do not match their SHA-256",
    ),
    "bytes and digest of the report": (
        *(ReportFile, lambda: {"data": b"x", "sha256": digest(b"x")}, "audit.signed"),
        "the bytes of its sealed report do not match their SHA-256",
    ),
    "digest of the report": (
        *(Report, lambda: {"sha256": "f" * 64}, "audit.signed"),
        "the bytes of its sealed report do not match their SHA-256",
    ),
    "report without a seal": (
        *(Report, lambda: {"seal": None}, "audit.signed"),
        "its sealed report is missing",
    ),
    "condition of the go": (
        *(GoCondition, lambda: {"text": "Lower it."}, "audit.proposed"),
        "the conditions of its go are not those that were proposed",
    ),
    "its due date": (
        *(GoCondition, lambda: {"due": dt.date(2099, 1, 1)}, "audit.proposed"),
        "the conditions of its go are not those that were proposed",
    ),
    "its owner": (
        *(GoCondition, lambda: {"owner": noors()}, "audit.proposed"),
        "a condition of its go has another owner",
    ),
    "no longer met": (
        *(GoCondition, lambda: {"met_at": None}, "go_condition.settled"),
        "condition 1 of its go does not stand as it was settled",
    ),
    "its note": (
        *(GoCondition, lambda: {"note": "Not done."}, "go_condition.settled"),
        "condition 1 of its go does not stand as it was settled",
    ),
}
