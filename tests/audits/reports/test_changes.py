"""What differs between two snapshots: conditions, facts, and what holds of all of it."""

import copy
import time

import pytest

from audits.reports.canonical import canonical_json
from audits.reports.change_words import NAMES, headline, name, said
from audits.reports.changes import between
from tests.audits.reports.signing import format_1
from tests.audits.reports.snapshots import (
    answer,
    condition,
    edition,
    item,
    large,
    sample,
    snapshot,
)


def test_snapshot_does_not_differ_from_itself():
    changes = between(sample(), copy.deepcopy(sample()))

    assert set(changes["counts"].values()) == {0}
    assert changes["about"] == changes["items"] == changes["conditions"] == []
    assert headline(changes["counts"]) == ""


def test_who_ticked_and_when_is_no_difference():
    ticked, again = (
        snapshot(edition(item(answer=answer("done", changed_by=name))))
        for name in ("Ada Park", "Noor Haddad")
    )

    changes = between(ticked, again)

    assert set(changes["counts"].values()) == {0}


def test_condition_that_was_met_since_is_told():
    texts = "The key exists", "It was tried"
    before = edition(entry_conditions=[condition(texts[0], "open")])
    after = edition(
        entry_conditions=[condition(texts[0])], exit_criteria=[condition(texts[1], "open")]
    )

    changes = between(snapshot(before), snapshot(after))

    met, new = changes["conditions"]
    assert (met["of"], met["kind"], met["fields"][0]["after"]) == ("entry", "changed", "met")
    assert (new["of"], new["kind"], new["text"]) == ("exit", "added", texts[1])
    assert headline(changes["counts"]) == "2 conditions"


def test_condition_that_is_gone_is_told_even_when_nobody_had_said_anything_of_it():
    before = format_1(snapshot(edition(entry_conditions=[condition("The key exists")])))

    (gone,) = between(before, snapshot(edition()))["conditions"]

    assert (gone["kind"], gone["text"], gone["fields"]) == ("removed", "The key exists", [])


def test_comments_of_another_audit_are_no_difference():
    one, other = large(1, comments=1), large(1, comments=5)
    other["audit"]["id"] = "another"

    assert between(one, other)["counts"]["comments"] == 0


def test_environment_is_named_once():
    before, after = snapshot(edition()), snapshot(edition())
    names = ["production", "production eu", ""]
    after["project"]["environments"] = [{"kind": "production", "name": name} for name in names]

    (changed,) = between(before, after)["about"]

    assert changed["after"] == "production, production eu, production"


def test_facts_of_the_audit_are_told():
    policy = {
        "roles": [{"name": "Security", "count": 2, "people": ["Ada Park", "Noor Haddad"]}],
        "four_eyes": True, "valid_days": 90, "release_bound": False, "conditional": False,
    }  # fmt: skip
    before = snapshot(edition(), policy=policy, release="v1.1.0")
    after = snapshot(
        edition(version="1.1.0"), policy=policy | {"valid_days": None}, release="v1.2.0"
    )
    after["audit"] = after["audit"] | {"launch_date": None}
    after["project"] = after["project"] | {"environments": []}

    found = between(before, after)["about"]

    assert [(each["name"], each["before"], each["after"]) for each in found] == [
        ("environments", "production eu-west, staging", ""),
        ("launch_date", "2026-12-01", ""),
        ("release", "v1.1.0", "v1.2.0"),
        (
            "policy",
            "2 Security (Ada Park, Noor Haddad); four eyes; valid for 90 days",
            "2 Security (Ada Park, Noor Haddad); four eyes",
        ),
        ("checklist", "Claude launch checklist 1.0.0", "Claude launch checklist 1.1.0"),
    ]


def test_audit_that_is_not_proposed_names_no_release_yet():
    signed, now = (snapshot(edition(), release=release) for release in ("v1.1.0", ""))

    assert between(signed, now)["about"] == []


def test_two_audits_over_other_checklists_share_nothing():
    changes = between(snapshot(edition(item())), snapshot(edition(item(), slug="two")))

    assert [each["kind"] for each in changes["items"]] == ["added", "removed"]
    assert [each["name"] for each in changes["about"]] == ["checklist", "checklist"]


def test_format_1_differs_from_format_2_by_nothing_that_it_could_not_say():
    assert set(between(format_1(sample()), sample())["counts"].values()) == {0}


def test_differences_can_stand_in_a_snapshot():
    changes = between(sample(), sample(settled=True))

    assert changes["items"]
    canonical_json(changes)


def test_every_field_that_differs_has_a_name_and_words():
    changes = [between(sample(), sample(settled=True)), between(sample(), large(30))]
    found = [
        field
        for each in changes
        for part in (each["about"], *(x["fields"] for x in (*each["items"], *each["conditions"])))
        for field in part
    ]

    assert {field["name"] for field in found} <= set(NAMES)
    for field in found:
        assert name(field["name"])
        assert bool(said(field["name"], field["after"])) is bool(field["after"])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("state", "risk_accepted", "Risk accepted"),
        ("condition_state", "open", "Not met"),
        ("due", "2026-12-01", "1 Dec 2026"),
        ("accepted_at", "2026-11-21T04:34:00Z", "21 Nov 2026, 04:34 UTC"),
        ("severity", "blocker", "Blocker"),
        ("owner", "Ada Park", "Ada Park"),
        ("reason", "", ""),
    ],
)
def test_values_are_told_in_words(field, value, words):
    assert said(field, value) == words


def test_1200_items_are_compared_in_less_than_a_second():
    before, after = large(1200, comments=2), large(1200, comments=3)
    spent = []

    # The best of some: other work on the machine slows down any of them.
    for _ in range(5):
        started = time.process_time()
        changes = between(before, after)
        spent.append(time.process_time() - started)

    assert min(spent) < 1
    assert changes["counts"]["comments"] == 1200
