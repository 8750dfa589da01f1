"""What differs between the items of two snapshots, field by field."""

import pytest

from audits.reports.change_words import headline
from audits.reports.changes import between
from tests.audits.reports.snapshots import answer, comment, edition, item, link, snapshot


def of_one(before, after):
    """What differs of the only item, answered so before and after."""
    changes = between(
        *(snapshot(edition(item(answer=each))) for each in (answer(**before), answer(**after)))
    )
    return changes, changes["items"][0]["fields"] if changes["items"] else []


def tied(kind="equal", parted_at=None, other="item-2"):
    return {
        "kind": kind, "checklist": "one", "item": other, "reason": "Same.",
        "crosswalk": "How they meet 1.0.0", "parted_at": parted_at, "parted_by": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({}, {"state": "done"}, [("state", "open", "done")]),
        (
            {},
            {"state": "not_applicable", "reason": "No streams."},
            [("state", "open", "not_applicable"), ("reason", "", "No streams.")],
        ),
        ({"owner": "Ada Park"}, {"owner": None}, [("owner", "Ada Park", "")]),
        ({}, {"due": "2026-12-01"}, [("due", "", "2026-12-01")]),
        (
            {"state": "risk_accepted", "counts_as": "open"},
            {"state": "risk_accepted", "accepted_at": "2026-11-20T16:40:00Z"},
            [("state", "awaiting", "risk_accepted"), ("accepted_at", "", "2026-11-20T16:40:00Z")],
        ),
        (
            {"state": "risk_accepted", "accepted_at": "2026-11-20T16:40:00Z"},
            {
                "state": "risk_accepted",
                "accepted_at": "2026-11-20T16:40:00Z",
                "counts_as": "open",
            },
            [("state", "risk_accepted", "expired")],
        ),
    ],
)
def test_changed_answer_is_told_field_by_field(before, after, fields):
    changes, found = of_one(before, after)

    assert [(each["name"], each["before"], each["after"]) for each in found] == fields
    assert changes["counts"]["answers"] == 1
    assert headline(changes["counts"]) == "1 answer"


def test_verdict_of_the_machine_is_no_answer_of_a_person():
    changes, found = of_one({"verdict": "pass"}, {"verdict": "fail"})

    assert found == [{"name": "verdict", "before": "pass", "after": "fail"}]
    assert headline(changes["counts"]) == "1 verdict"


def test_another_severity_comes_with_its_reason():
    rated = item(severity="minor", answer=answer(severity_reason="Nobody streams."))

    changes = between(snapshot(edition(item())), snapshot(edition(rated)))

    assert changes["items"][0]["fields"] == [
        {"name": "severity", "before": "blocker", "after": "minor"},
        {"name": "severity_reason", "before": "", "after": "Nobody streams."},
    ]
    assert changes["counts"]["answers"] == 1


def test_new_item_is_added_with_its_answer_and_one_that_is_gone_removed():
    gone = item(1, answer=answer("done", owner="Ada Park"))

    changes = between(snapshot(edition(gone)), snapshot(edition(item(2))))

    added, removed = changes["items"]
    assert (added["kind"], added["label"], added["title"]) == ("added", "2", "Item 2 holds")
    assert {"name": "state", "before": "", "after": "open"} in added["fields"]
    assert (removed["kind"], removed["label"]) == ("removed", "1")
    assert {"name": "owner", "before": "Ada Park", "after": ""} in removed["fields"]
    assert headline(changes["counts"]) == "1 item added, 1 item removed"


def test_retired_item_is_not_asked_any_more_though_its_evidence_is_kept():
    backed = item(answer=answer("done", evidence=[link()]))
    before = snapshot(edition(backed))
    after = snapshot(edition(retired=[backed | {"version": "1.0.0"}]))

    (told,) = between(before, after)["items"]
    (back,) = between(after, before)["items"]

    assert (told["kind"], told["evidence"]) == ("retired", [])
    assert back["kind"] == "added"


def test_item_that_stays_retired_is_not_mentioned():
    before = snapshot(edition(retired=[item() | {"version": "1.0.0"}]))

    assert between(before, snapshot(edition()))["items"] == []


def test_item_in_other_words_is_no_changed_answer():
    changes = between(snapshot(edition(item())), snapshot(edition(item(guidance="Do that."))))

    assert changes["items"][0]["fields"][0]["name"] == "guidance"
    assert headline(changes["counts"]) == "1 item worded anew"


def test_another_number_alone_is_no_difference():
    later = item(7) | {"id": "item-1", "title": "Item 1 holds", "source": item()["source"]}

    assert between(snapshot(edition(item())), snapshot(edition(later)))["items"] == []


def test_items_of_two_checklists_with_one_slug_are_not_mixed_up():
    twice = snapshot(edition(item()), edition(item(answer=answer("done"))))
    opened = snapshot(edition(item()), edition(item()))

    (told,) = between(twice, opened)["items"]

    assert (told["label"], told["fields"][0]["before"]) == ("B1", "done")


def test_parted_tie_is_told_with_the_number_of_the_other_item():
    both = [
        snapshot(edition(item(answer=answer(ties=[tied(parted_at=at)])), item(2)))
        for at in (None, "2026-11-20T09:30:00Z")
    ]

    fields = between(*both)["items"][0]["fields"]

    assert fields == [
        {"name": "ties", "before": "answered together with 2", "after": "parted from 2"}
    ]


def test_comments_are_counted_as_written_and_withdrawn():
    first, second = comment("One."), comment("Two.", at="2026-11-20T10:00:00Z")
    withdrawn = first | {"text": "", "withdrawn_at": "2026-11-21T10:00:00Z"}

    changes, _ = of_one({"comments": [first]}, {"comments": [withdrawn, second]})

    (told,) = changes["items"]
    assert (told["comments_added"], told["comments_withdrawn"]) == (1, 1)
    assert changes["counts"]["comments"] == 2
