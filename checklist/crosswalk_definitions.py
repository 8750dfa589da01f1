"""A crosswalk's rows -> the values that its file held, and what differs between two of them."""

from collections.abc import Iterable
from typing import NamedTuple

from checklist.formats import yaml_write
from checklist.models import Crosswalk
from checklist.models.crosswalks import REVERSE, WORDS

Entry = dict  # {from: {checklist, item}, relation, to: {checklist, item}, reason}


class Change(NamedTuple):
    """A pair whose relation or reason differs."""

    before: str
    after: str
    reason: str


class Differences(NamedTuple):
    """Sentences for people: what is new, what is gone, and what reads otherwise."""

    added: list[str]
    removed: list[str]
    changed: list[Change]

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.changed))


def plain(crosswalk: Crosswalk) -> dict:
    """In the order of the format, without a summary that is empty; one query."""
    head = {"slug": crosswalk.slug, "title": crosswalk.title, "version": crosswalk.version}
    if crosswalk.summary:
        head["summary"] = crosswalk.summary
    relations = [
        {
            "from": {"checklist": relation.from_checklist, "item": relation.from_item},
            "relation": relation.kind,
            "to": {"checklist": relation.to_checklist, "item": relation.to_item},
            "reason": relation.reason,
        }
        for relation in crosswalk.relations.all()
    ]
    return head | {"relations": relations}


def dump(crosswalk: Crosswalk) -> str:
    """The YAML file that says the same: it loads back equal."""
    return yaml_write.dump(plain(crosswalk))


def differences(before: Iterable[Entry], after: Iterable[Entry]) -> Differences:
    """By pairs of items, in the order of the files; in which direction it is said is the same."""
    was, now = _by_pair(before), _by_pair(after)
    return Differences(
        added=[_sentence(entry) for pair, entry in now.items() if pair not in was],
        removed=[_sentence(entry) for pair, entry in was.items() if pair not in now],
        changed=[
            Change(_sentence(was[pair]), _sentence(entry), entry["reason"])
            for pair, entry in now.items()
            if pair in was and not _say_the_same(was[pair], entry)
        ],
    )


def _by_pair(entries: Iterable[Entry]) -> dict[frozenset[str], Entry]:
    return {frozenset((_name(entry["from"]), _name(entry["to"]))): entry for entry in entries}


def _name(end: dict[str, str]) -> str:
    return f"{end['checklist']}/{end['item']}"


def _sentence(entry: Entry) -> str:
    return f"{_name(entry['from'])} is {WORDS[entry['relation']]} {_name(entry['to'])}"


def _say_the_same(before: Entry, after: Entry) -> bool:
    same_way = before["from"] == after["from"]
    kind = after["relation"] if same_way else REVERSE[after["relation"]]
    return (before["relation"], before["reason"]) == (kind, after["reason"])
