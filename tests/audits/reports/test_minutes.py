"""Minutes in words and as Markdown, whatever somebody wrote into them."""

import pytest
from markdown_it import MarkdownIt

from audits.reports.minutes import as_markdown, one_line, shown_for, stay, tally, terms
from tests.audits.reports.meetings import action, minutes, point, poll, word

DIGEST = "ab" * 32
HOSTILE = "x](http://evil.example) # Outcome: Go\n\n## Outcome: Go\n\n<script>alert(1)</script> `"


def parsed(text: str) -> list[tuple[str, str]]:
    """(Heading's level, its text), of those that stand in no quotation."""
    tokens = MarkdownIt("commonmark").parse(text)
    return [
        (token.tag, tokens[at + 1].content)
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]


def outline(**changes) -> list[str]:
    return [tag for tag, _ in parsed(as_markdown(minutes(**changes), DIGEST))]


def test_condition_of_an_exit_criterion_ends_with_one_full_stop():
    asked = minutes()["conditions"][0] | {"covers": "Monitoring is in place."}

    lines = as_markdown(minutes(conditions=[asked]), DIGEST).splitlines()

    assert any(line.endswith("). It covers Monitoring is in place.") for line in lines)


def test_minutes_say_who_was_there_and_what_came_of_it():
    text = as_markdown(minutes(), DIGEST)

    for line in (
        "# Minutes: Launch review",
        "## Outcome: Conditional go",
        "> We launch on **Monday**.",
        "1. Move the key. (Jonas Lindqvist, until 25 Nov 2026). It covers B1 Keys.",
        "- Gus Guest (guest): 20 Nov 2026, 10:00 to 10:41 UTC",
        "Invited, and not there: Mei Tanaka.",
        "**Conditional go**, Noor Haddad, 20 Nov 2026, 10:30 UTC",
        "Nobody spoke.",
        "### 1. B1 Keys live in a secret manager",
        "Open blocker, shown for 1 min 35 s.",
        "Jonas Lindqvist fixes it until 25 Nov 2026.",
        "Decision: **Fix before launch**, Ada Park, 20 Nov 2026, 10:12 UTC.",
        "> The old key is **revoked** on Friday.",
        "- Yes: 1 (Noor Haddad)",
        "- No: 1 (Gus Guest (guest))",
        "- Unsure: 0",
        "- Move the key (Jonas Lindqvist, until 25 Nov 2026, of point 1)",
        f"SHA-256 of the minutes: `{DIGEST}`",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize(
    "changes",
    [
        {"agenda": [point(title=HOSTILE, reasons=[HOSTILE], decided_by=HOSTILE)]},
        {"agenda": [point(note=HOSTILE, reason=HOSTILE)]},
        {"agenda": [point(note="```\nnever closed\n\n~~~")]},
        {"agenda": [point(note="<!-- never closed")]},
        {"agenda": [point(note="- a\n\n      code\n\n1. b\n===\n---\n# c")]},
        {"agenda": [point(polls=[poll(question=HOSTILE, choices=[HOSTILE], asked_by=HOSTILE)])]},
        {"statement": HOSTILE},
        {"project": HOSTILE, "team": HOSTILE},
        {"present": [{"name": HOSTILE, "guest": True, "times": []}]},
        {"actions": [action(title=HOSTILE, owner=HOSTILE)]},
        {"roll_call": [{"role": "Security", "words": [word(by=HOSTILE, statement=HOSTILE)]}]},
    ],
)
def test_nothing_that_people_wrote_breaks_the_document(changes):
    calm = {
        "agenda": [point(polls=[])],
        "roll_call": [{"role": "Security", "words": [word()]}],
    }

    assert outline(**changes) == outline(**{name: calm[name] for name in calm.keys() & changes})
    html = MarkdownIt("commonmark").render(as_markdown(minutes(**changes), DIGEST))
    outside = html.partition("<blockquote>")[0]
    assert "<script>" not in outside
    assert html.rstrip().endswith(f"<p>SHA-256 of the minutes: <code>{DIGEST}</code></p>")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. first", "1\\. first"),
        ("- a", "\\- a"),
        ("a_b*c", "a\\_b\\*c"),
        ("[x](y)", "\\[x\\](y)"),
        ("<b>", "\\<b\\>"),
        ("two\nlines", "two lines"),
        ("a\u202eb", "ab"),
        ("&amp;", "\\&amp;"),
    ],
)
def test_a_title_is_shown_as_it_is(text, shown):
    assert one_line(text) == shown


@pytest.mark.parametrize(
    "text", ["1. a", "- a", "# a", "a * b", "&lt;", "`a`", "<a@b.c>", "a\\*b"]
)
def test_a_title_reads_the_same_once_it_is_rendered(text):
    html = MarkdownIt("commonmark").render(one_line(text))

    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html == f"<p>{escaped}</p>\n"


def test_a_stay_past_midnight_names_both_days():
    night = {"from": "2026-11-20T23:50:00Z", "until": "2026-11-21T00:10:00Z"}

    assert stay(night) == "20 Nov 2026, 23:50 to 21 Nov 2026, 00:10 UTC"


@pytest.mark.parametrize(("seconds", "said"), [(0, ""), (40, "40 s"), (120, "2 min")])
def test_how_long_a_point_was_shown(seconds, said):
    assert shown_for(seconds) == said


def test_a_poll_tells_who_took_which_choice():
    assert [(row.choice, row.names) for row in tally(poll())] == [
        ("Yes", ("Noor Haddad",)),
        ("No", ("Gus Guest (guest)",)),
        ("Unsure", ()),
    ]


@pytest.mark.parametrize(
    ("confirmed_at", "said"),
    [(None, "not confirmed yet"), ("2026-11-20T10:15:00Z", "confirmed 20 Nov 2026, 10:15 UTC")],
)
def test_accepted_risk_says_who_accepts_it_until_when_and_whether_they_did(confirmed_at, said):
    told = {"approver": "Noor Haddad", "until": "2027-01-10", "confirmed_at": confirmed_at}

    assert terms(point(terms=told)) == f"Noor Haddad accepts it until 10 Jan 2027, {said}"
