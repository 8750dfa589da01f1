"""What differs between the items of two snapshots; changes.py says in which shape."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from audits.reports.changed_evidence import evidence
from audits.reports.changed_fields import Change, fields
from audits.reports.labels import letters

Snapshot = dict[str, Any]
# Checklist, which of the audit's checklists of that name, item.
Key = tuple[str, int, str]

TIES = {
    "equal": "answered together with",
    "narrower": "narrower than",
    "broader": "broader than",
    "related": "related to",
}


@dataclass(frozen=True)
class Place:
    """An item where a snapshot has it."""

    label: str
    section: str
    item: dict[str, Any]
    retired: bool

    @property
    def answer(self) -> dict[str, Any]:
        return self.item["answer"]


def items(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """The items that came, went or changed, in the order of the audit."""
    return list(_items(_Side(before), _Side(after)))


class _Side:
    """One of the two snapshots: its items by their keys, whose it is, and when it was taken."""

    def __init__(self, snapshot: Snapshot):
        self.audit: str = snapshot["audit"]["id"]
        self.today: str = snapshot["taken_at"][:10]
        self.places: dict[Key, Place] = dict(_places(snapshot["editions"]))
        self.labels = {(key[0], key[2]): place.label for key, place in self.places.items()}

    def asked(self, key: Key) -> Place | None:
        """The item, unless only a former edition asked it."""
        place = self.places.get(key)
        return None if place is None or place.retired else place

    def ties(self, place: Place) -> str:
        told = [
            f"{'parted from' if tie['parted_at'] else TIES[tie['kind']]} "
            f"{self.labels.get((tie['checklist'], tie['item']), tie['item'])}"
            for tie in place.answer["ties"]
        ]
        return "; ".join(sorted(told))


def _places(editions: list[dict[str, Any]]) -> Iterator[tuple[Key, Place]]:
    seen: Counter[str] = Counter()
    for edition, letter in zip(editions, letters(len(editions)), strict=True):
        slug = edition["slug"]
        seen[slug] += 1
        for section, retired in _sections(edition):
            for item in section["items"]:
                place = Place(f"{letter}{item['number']}", section["title"], item, retired)
                yield (slug, seen[slug], item["id"]), place


def _sections(edition: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    # Retired ones first: should an item stand in both, it is asked.
    yield {"title": "", "items": edition["retired"]}, True
    yield from ((section, False) for section in edition["sections"])


def _items(before: _Side, after: _Side) -> Iterator[dict[str, Any]]:
    for key in _in_order(before, after):
        was, is_now = before.asked(key), after.asked(key)
        if was and is_now:
            change = _compared(was, is_now, before, after)
        elif was or is_now:
            change = _one_sided(was, is_now, before, after, key)
        else:
            continue
        if change:
            place = is_now or was
            yield _named(key, place) | change


def _in_order(before: _Side, after: _Side) -> Iterable[Key]:
    """Those of `after`, and after each checklist those that only `before` has."""
    gone: dict[tuple[str, int], list[Key]] = {}
    for key in before.places:
        if key not in after.places:
            gone.setdefault(key[:2], []).append(key)
    kept: dict[tuple[str, int], list[Key]] = {}
    for key in after.places:
        kept.setdefault(key[:2], []).append(key)
    for checklist in dict.fromkeys((*kept, *gone)):
        keys = kept.get(checklist, [])
        yield from (key for key in keys if not after.places[key].retired)
        yield from (key for key in keys if after.places[key].retired)
        yield from gone.get(checklist, ())


def _named(key: Key, place: Any) -> dict[str, Any]:
    return {
        "checklist": key[0],
        "id": key[2],
        "label": place.label,
        "title": place.item["title"],
        "section": place.section,
    }


def _compared(was: Place, is_now: Place, before: _Side, after: _Side) -> dict[str, Any] | None:
    days = before.today, after.today
    pieces = evidence(was.answer["evidence"], is_now.answer["evidence"], *days)
    if was.item == is_now.item and was.section == is_now.section and not pieces:
        return None
    changed = fields(_answer(was) | _wording(was), _answer(is_now) | _wording(is_now))
    if was.answer["ties"] != is_now.answer["ties"]:
        changed += _retied(was, is_now, before, after)
    # Each audit has comments of its own.
    added, withdrawn = _talk(was, is_now) if before.audit == after.audit else (0, 0)
    if not (changed or pieces or added or withdrawn):
        return None
    return _change("changed", changed, pieces, added, withdrawn)


def _one_sided(
    was: Place | None, is_now: Place | None, before: _Side, after: _Side, key: Key
) -> dict[str, Any]:
    """Of an item that only one of the two asks: its answer, and what backs it."""
    answers = (_answer(was) if was else {}), (_answer(is_now) if is_now else {})
    kept = was is not None and key in after.places
    backed, backs = (place.answer["evidence"] if place else [] for place in (was, is_now))
    pieces = [] if kept else evidence(backed, backs, before.today, after.today)
    talk = (
        sum(1 for each in is_now.answer["comments"] if not each["withdrawn_at"]) if is_now else 0
    )
    kind = "added" if is_now else "retired" if kept else "removed"
    return _change(kind, fields(*answers), pieces, talk, 0)


def _change(
    kind: str, changed: list[Change], pieces: list[dict[str, str]], added: int, withdrawn: int
) -> dict[str, Any]:
    return {
        "kind": kind,
        "fields": changed,
        "evidence": pieces,
        "comments_added": added,
        "comments_withdrawn": withdrawn,
    }


def _answer(place: Place) -> dict[str, str | None]:
    answer = place.answer
    return {
        "state": _standing(answer),
        "verdict": answer["verdict"],
        "reason": answer["reason"],
        "approver": answer["approver"],
        "accepted_at": answer["accepted_at"],
        "accepted_until": answer["accepted_until"],
        "severity": place.item["severity"],
        "severity_reason": answer["severity_reason"],
        "owner": answer["owner"],
        "due": answer["due"],
    }


def _standing(answer: dict[str, Any]) -> str:
    """The state, and of an acceptance that does not count why."""
    if answer["state"] != "risk_accepted" or answer["counts_as"] != "open":
        return answer["state"]
    return "expired" if answer["accepted_at"] else "awaiting"


def _wording(place: Place) -> dict[str, str | None]:
    item = place.item
    parameters = [
        f"{each['name']}: {each['value']}" + (f" ({each['note']})" if each["note"] else "")
        for each in item["parameters"]
    ]
    return {
        "title": item["title"],
        "section": place.section,
        "guidance": item["guidance"],
        "why": item["why"],
        "verify": item["verify"],
        "parameters": "\n".join(parameters),
        "source": f"{item['source']['document']}, {item['source']['place']}",
    }


def _retied(was: Place, is_now: Place, before: _Side, after: _Side) -> list[Change]:
    """Only when a tie came, went, was parted or joined, not when an item got another number."""

    def keys(place: Place) -> set[tuple]:
        return {
            (tie["kind"], tie["checklist"], tie["item"], bool(tie["parted_at"]))
            for tie in place.answer["ties"]
        }

    if keys(was) == keys(is_now):
        return []
    return [{"name": "ties", "before": before.ties(was), "after": after.ties(is_now)}]


def _talk(was: Place, is_now: Place) -> tuple[int, int]:
    """How many comments were written, and how many taken back or are not there any more."""
    if was.answer["comments"] == is_now.answer["comments"]:
        return 0, 0
    said, says = (
        Counter((c["at"], c["by"]) for c in place.answer["comments"] if not c["withdrawn_at"])
        for place in (was, is_now)
    )
    return (says - said).total(), (said - says).total()
