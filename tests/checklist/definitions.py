"""Definitions of every kind that the format allows, for hypothesis."""

from hypothesis import strategies as st

from audits.probes import registry
from checklist.schema import (
    LINE_LENGTH,
    Condition,
    Definition,
    Document,
    Evidence,
    Item,
    Parameter,
    Section,
    Source,
)

TRICKY = "\n\n\n  \t\r\x85\u2028\ufeff=+-@＝'\"\\#:,[]{}&*!|>%`~?;é🔑аb19"
WORDS = ["no", "1.0", "true", "null", "~", "12:30", "2026-11-21", "0x1F", "- a", "a: b", "=1+1"]
letters = st.sampled_from(TRICKY) | st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
)
anything = st.one_of(
    st.sampled_from(WORDS),
    st.text(letters, max_size=30),
    st.lists(st.text("ab c", max_size=40), max_size=8).map(" ".join),
    st.lists(st.text("a \t-#", max_size=8), max_size=5).map("\n".join),
)
texts = anything.map(lambda text: text if text.strip() else f"{text}x")
optional_lines = anything.map(lambda text: "".join(text.splitlines())[:LINE_LENGTH])
lines = optional_lines.map(lambda text: text if text.strip() else f"{text}x")
slugs = st.sampled_from(["no", "1", "a-1", "keys", "0x1", "on", "1e5", "null", "yes-2"])
probes = st.sampled_from(sorted(registry.names()))
versions = st.lists(st.integers(0, 99).map(str), min_size=1, max_size=4).map(".".join)


def unique(things, **sizes):
    return st.lists(things, unique_by=lambda thing: thing.id, **sizes)


@st.composite
def definitions(draw) -> Definition:
    documents = draw(
        unique(
            st.builds(Document, id=slugs, title=lines, note=optional_lines),
            min_size=1,
            max_size=2,
        )
    )
    ids = st.sampled_from([document.id for document in documents])
    sources = st.builds(Source, document=ids, place=lines)
    conditions = unique(st.builds(Condition, id=slugs, text=texts, source=sources), max_size=2)
    pieces = st.builds(Evidence, kind=st.sampled_from(["link", "file", "probe"]), text=texts)
    items = st.builds(
        Item,
        id=slugs,
        title=lines,
        severity=st.sampled_from(["blocker", "major", "minor"]),
        guidance=texts,
        why=texts,
        verify=texts,
        evidence=st.lists(pieces, min_size=1, max_size=2),
        probes=st.lists(probes, max_size=2, unique=True),
        parameters=st.lists(
            st.builds(Parameter, name=lines, value=texts, note=anything), max_size=2
        ),
        source=sources,
        see_also=st.lists(sources, max_size=2),
    )
    wanted = draw(unique(items, min_size=1, max_size=2))
    names = draw(st.permutations(["s", "no"]))
    return Definition(
        slug=draw(slugs),
        title=draw(lines),
        version=draw(versions),
        summary=draw(anything),
        documents=documents,
        entry_conditions=draw(conditions),
        exit_criteria=draw(conditions),
        sections=[
            Section(id=name, title=draw(lines), summary=draw(anything), items=[item])
            for name, item in zip(names, wanted, strict=False)
        ],
    )
