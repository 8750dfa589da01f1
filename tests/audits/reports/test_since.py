"""What changed since the last signed revision, as the report tells it."""

import copy

from audits.reports.changes import between
from tests.audits.reports.signing import proposal
from tests.audits.reports.snapshots import (
    answer,
    comment,
    condition,
    digest_of,
    edition,
    item,
    link,
    snapshot,
)
from tests.audits.reports.test_sign_off import page, part


def before():
    return snapshot(
        edition(
            item(1),
            item(2, answer=answer("done")),
            item(3),
            exit_criteria=[condition("Fallback is tested", "open")],
        )
    )


def since(after, was=None, **changes):
    """The second revision's report on what is different, as text."""
    was = was or before()
    after["audit"]["revision"] = 2
    after["since"] = {
        "revision": 1, "digest": digest_of(was), "decision": "go",
        "at": "2026-10-03T10:00:00Z", "changes": between(was, after), **changes,
    }  # fmt: skip
    return page(after)


def first(after):
    return after["editions"][0]["sections"][0]["items"][0]


def test_it_names_the_revision_its_decision_and_its_digest():
    html = since(before(), decision="conditional_go")

    text = part(html, "since")
    assert "Revision 1 ended as a conditional go, 3 Oct 2026, 10:00 UTC" in text
    assert digest_of(before()) in text
    assert '<a href="#since">Since revision 1</a>' in html


def test_nothing_different_is_said_as_such():
    assert "Nothing that it showed has changed." in part(since(before()), "since")


def test_an_answer_is_told_before_and_after():
    after = before()
    first(after)["answer"] = answer("not_applicable", reason="We **never** stream.")

    html = since(after)

    text = part(html, "since")
    assert "1 Item 1 holds State: Open → Not applicable Reason: We never stream." in text
    assert '<h4><a href="#edition-1-item-1"><span class="label">1</span>' in html


def test_evidence_verdicts_and_comments_are_told():
    after = before()
    first(after)["answer"] |= {
        "verdict": "fail",
        "evidence": [link(title="Runbook")],
        "comments": [comment("Done.")],
    }

    text = part(since(after), "since")

    assert "Verdict: Fail" in text
    assert "Evidence added: Runbook (link, https://wiki.example.org/keys" in text
    assert "Comments: 1 written" in text


def test_items_that_came_and_went_are_told_apart():
    after = before()
    items = after["editions"][0]["sections"][0]["items"]
    gone = items.pop()
    items.append(item(4))
    after["editions"][0]["retired"].append(items.pop(1) | {"version": "0.9.0"})

    html = since(after)

    text = part(html, "since")
    assert "4 Item 4 holds Added" in text
    assert "3 Item 3 holds Removed" in text
    assert "2 Item 2 holds No longer asked" in text
    assert gone["title"] in html
    assert '<h4><a href="#edition-1-retired-1"><span class="label">2</span>' in html


def test_conditions_and_facts_of_the_audit_are_told():
    after = before()
    after["editions"][0]["exit_criteria"][0] |= {"state": "waived", "note": "Not in this launch."}
    after["release"] = "v1.5.0"

    text = part(since(after), "since")

    assert "Fallback is tested Exit criterion State: Not met → Waived" in text
    assert "Note: Not in this launch." in text
    assert "Release: v1.5.0" in text


def test_summary_has_it_in_one_line():
    after = before()
    first(after)["answer"] = answer("done")

    text = part(since(after), "summary")

    assert "Since revision 1, a go of 3 Oct 2026, 10:00 UTC: 1 answer." in text


def test_hostile_text_in_a_change_stays_text():
    after = before()
    first(after)["answer"] = answer("done", reason="<script>alert(1)</script>")

    html = since(after)

    assert "<script>" not in html
    assert "alert(1)" in part(html, "since")


def test_a_first_revision_has_no_such_section():
    assert 'id="since"' not in page(copy.deepcopy(before()) | {"proposal": proposal()})
