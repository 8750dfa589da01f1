"""Audits of every kind that the format allows, over the edition of the tests, for hypothesis."""

import datetime as dt

from hypothesis import strategies as st

from audits.exports.schema import (
    Answer,
    Condition,
    Definition,
    Edition,
    Other,
    Parted,
    Piece,
)
from audits.models.text import HIDDEN
from tests.checklist.definitions import anything

SEVERITIES = ("blocker", "major", "minor")
PEOPLE = st.sampled_from(["alice@harbour.example", "noor@harbour.example"])
TODAY = dt.date(2026, 3, 1)

# As they are kept: see audits.models.text.
texts = anything.map(lambda text: text.replace("\r", "\n").strip() or "x")
lines = anything.map(lambda text: " ".join(HIDDEN.sub("", text).split())[:150].strip() or "x")
days = st.dates(TODAY, TODAY + dt.timedelta(days=500)).map(str)
spoken = st.dates(dt.date(2020, 1, 1), TODAY).map(str)


def held(kind: str, **fields):
    about = {"kind": st.just(kind), "title": lines, "speaks_of": spoken}
    return st.fixed_dictionaries(about | fields, optional={"expires_on": days})


names = st.sampled_from(["a.txt", "=1+1", "no", "x y.pdf"])
pieces = st.one_of(
    held("link", url=st.just("https://a.example/b?c#d")),
    held("note", text=texts),
    held("file", name=names, size=st.integers(1, 10**14), sha256=st.just("ab" * 32)),
)
SHARED = {
    "kind": "note",
    "title": "Seen",
    "text": "Seen",
    "speaks_of": "2026-01-01",
    "piece": "piece-1",
}
CLAIMS = (
    {"state": st.just("open")},
    {"state": st.just("done")},
    {"state": st.just("not_applicable"), "reason": texts},
    {
        "state": st.just("risk_accepted"),
        "reason": texts,
        "approver": PEOPLE,
        "until": days,
        "confirmed": st.booleans(),
    },
)


PLAN = st.fixed_dictionaries({}, optional={"owner": PEOPLE, "due": days})


@st.composite
def answers(draw, number: int) -> dict:
    answer = {"checklist": "launch", "item": f"item-{number}", "title": f"Item {number}"}
    answer |= draw(st.fixed_dictionaries(draw(st.sampled_from(CLAIMS)))) | draw(PLAN)
    others = [each for each in SEVERITIES if each != SEVERITIES[(number - 1) % 3]]
    if draw(st.booleans()):
        severity = draw(st.sampled_from(others))
        answer |= {"severity": severity, "severity_reason": draw(texts)}
    evidence = draw(st.lists(pieces, max_size=2))
    return answer | {"evidence": [*evidence, SHARED] if number < 3 else evidence}


@st.composite
def definitions(draw) -> Definition:
    return Definition.model_validate(
        {
            "format": "countersign.audit/1",
            "title": draw(lines),
            "editions": [{"checklist": "launch", "version": "1.0.0"}],
            "answers": [draw(answers(number)) for number in range(1, 7)],
        }
    )


FULL = Definition(
    format="countersign.audit/1",
    title="First launch",
    editions=[
        Edition(checklist="launch", version="1.0.0"),
        Edition(checklist="other", version="1.0.0"),
    ],
    answers=[Answer(checklist="launch", item="item-1", state="done", evidence=[Piece(**SHARED)])],
    conditions=[
        Condition(checklist="launch", kind="exit", id="it-runs", state="waived", note="Later.")
    ],
    parted=[
        Parted(checklist="launch", item="item-1", other=Other(checklist="other", item="item-1"))
    ],
)
