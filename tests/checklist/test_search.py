import pytest

from checklist import probe_names, search
from checklist.models import Edition, Item

pytestmark = pytest.mark.django_db
SECTIONS = {
    "limits": [
        ("rate-limits", "Rate limits are known", "blocker", "Read the **retry-after** header."),
        ("separate", "Keys are separate", "major", "Use `max_tokens`, at most 4,000."),
        ("ss", "Straße", "minor", "100% sure_thing"),
    ]
}


@pytest.fixture
def found(load):
    load(sections=SECTIONS)

    def find(query):
        wanted = search.terms(query)
        items = search.matching(Item.objects.of_editions(Edition.objects.current()), wanted)
        return [item.ref for item in items]

    return find


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("rate", ["rate-limits"]),
        ("RATE limit", ["rate-limits"]),
        ("limit header", ["rate-limits"]),
        ("limit tokens", []),
        ("retry-after", ["rate-limits"]),
        ("tokens", ["separate"]),
        ("max_tok", ["separate"]),
        ("4,000", ["separate"]),
        ("STRASSE", ["ss"]),
        ("100%", ["ss"]),
        ("%", []),
        ("_", []),
        ("sure_thing", ["ss"]),
        ("key-valid", ["rate-limits", "separate", "ss"]),
        ("5 minutes", ["rate-limits", "separate", "ss"]),
        ("' OR 1=1 --", []),
        ("nul\0", []),
    ],
)
def test_items_with_every_word_are_found(found, query, refs):
    assert found(query) == refs


def test_what_a_probe_looks_at_is_found(found):
    about = probe_names.known()["key-valid"]

    assert found(about.looks_at) == ["rate-limits", "separate", "ss"]
    (excerpt, *_) = explained("ss", about.title).excerpts
    assert excerpt.field == "Probes"


def test_only_latest_editions_are_searched(found, load):
    load(version="2.0.0")
    assert found("rate") == []


def test_a_query_has_at_most_eight_words():
    assert len(search.terms(" ".join(f"w{n}" for n in range(50)))) == 8


def explained(ref: str, query: str):
    return search.explain(Item.objects.get(ref=ref), search.terms(query))


def test_words_in_the_title_need_no_excerpt(found):
    result = explained("rate-limits", "rate")
    assert result.title == [("Rate", True), (" limits are known", False)]
    assert result.excerpts == []


def test_excerpt_names_its_field_and_marks_the_word(found):
    (excerpt,) = explained("rate-limits", "retry-after").excerpts
    assert excerpt.field == "What to do"
    assert ("retry-after", True) in excerpt.pieces


def test_words_of_several_fields_have_an_excerpt_each(found):
    result = explained("separate", "4,000 minutes")
    assert [excerpt.field for excerpt in result.excerpts] == ["What to do", "Parameters"]


def test_excerpt_of_a_long_text_is_short_and_holds_the_word(load):
    text = f"{'before ' * 300}needle{' after' * 300}"
    load(sections={"s": [("long", "Long", "minor", text)]})
    (excerpt,) = explained("long", "needle").excerpts
    shown = "".join(text for text, _ in excerpt.pieces)
    assert len(shown) < 200
    assert shown.startswith("… before")
    assert shown.endswith("after …")
    assert ("needle", True) in excerpt.pieces
