"""Small changes to a definition that is not published yet, on its plain values; no database.

`plain` is what `Definition.plain()` gives, and is changed in place. Whether the outcome is still a
good definition is for `schema.parse` to say, once it is written again.
"""

import json
from hashlib import sha256

from checklist.formats import registry

START = {
    "slug": "our-checklist",
    "title": "Our checklist",
    "version": "1.0.0",
    "documents": [{"id": "our-practice", "title": "What we have learned ourselves"}],
    "sections": [
        {
            "id": "first-section",
            "title": "First section",
            "items": [
                {
                    "id": "first-item",
                    "title": "Say in one sentence what must be true",
                    "severity": "major",
                    "guidance": "What to do, with every figure.",
                    "why": "What goes wrong without it.",
                    "verify": "How a person convinces themselves.",
                    "evidence": [{"kind": "link", "text": "Where it can be seen"}],
                    "source": {"document": "our-practice", "place": "Team meeting"},
                }
            ],
        }
    ],
}


def start() -> str:
    """The text of a checklist of one item, to be changed."""
    return registry.YAML.dump(START)


def fingerprint(part: dict) -> str:
    """Says whether a part is still what somebody saw; of a section or the head, without what is
    below it."""
    own = {key: value for key, value in part.items() if key not in ("items", "sections")}
    text = json.dumps(own, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:16]


def items(plain: dict) -> dict[str, dict]:
    return {item["id"]: item for section in plain["sections"] for item in section["items"]}


def sections(plain: dict) -> dict[str, dict]:
    return {section["id"]: section for section in plain["sections"]}


def section_of(plain: dict, ref: str) -> str:
    home, _ = _home(plain, ref)
    return home["id"] if home else ""


def put_item(plain: dict, section: str, ref: str, item: dict) -> None:
    """Replace the item `ref`, into this section; add it at the end of the section if it is new."""
    home, at = _home(plain, ref)
    wanted = sections(plain).get(section) or home or plain["sections"][-1]
    if home is wanted:
        home["items"][at] = item
        return
    if home is not None:
        del home["items"][at]
    wanted["items"].append(item)


def add_section(plain: dict, section: dict) -> None:
    plain["sections"].append(section)


def put_section(plain: dict, ref: str, section: dict) -> None:
    old = sections(plain)[ref]
    at = plain["sections"].index(old)
    plain["sections"][at] = section | {"items": old["items"]}


def put_head(plain: dict, head: dict) -> None:
    """Slug, title, version and summary."""
    plain.pop("summary", None)
    plain |= head


def remove_item(plain: dict, ref: str) -> None:
    home, at = _home(plain, ref)
    if home is not None:
        del home["items"][at]


def remove_section(plain: dict, ref: str) -> None:
    plain["sections"] = [section for section in plain["sections"] if section["id"] != ref]


def move_item(plain: dict, ref: str, step: int) -> None:
    """One place up (-1) or down (1); beyond the end of its section, into the next one."""
    home, at = _home(plain, ref)
    if home is None:
        return
    if 0 <= at + step < len(home["items"]):
        home["items"].insert(at + step, home["items"].pop(at))
        return
    place = plain["sections"].index(home) + step
    if 0 <= place < len(plain["sections"]):
        there = plain["sections"][place]["items"]
        there.insert(0 if step > 0 else len(there), home["items"].pop(at))


def move_section(plain: dict, ref: str, step: int) -> None:
    places = [section["id"] for section in plain["sections"]]
    at = places.index(ref) if ref in places else -1
    if at >= 0 and 0 <= at + step < len(places):
        plain["sections"].insert(at + step, plain["sections"].pop(at))


def _home(plain: dict, ref: str) -> tuple[dict | None, int]:
    for section in plain["sections"]:
        for at, item in enumerate(section["items"]):
            if item["id"] == ref:
                return section, at
    return None, -1


def next_version(latest: str, *, is_small: bool = False) -> str:
    """The version to propose after `latest`: of three numbers the second rises, or the third when
    what changed is small."""
    parts = [int(part) for part in latest.split(".")]
    parts += [0] * (3 - len(parts))
    at = 2 if is_small else 1
    parts[at] += 1
    return ".".join(map(str, [*parts[: at + 1], *(0 for _ in parts[at + 1 : 3])]))


def is_higher(version: str, latest: str) -> bool:
    return _numbers(version) > _numbers(latest)


def _numbers(version: str) -> list[int]:
    parts = [int(part) for part in version.split(".")]
    return parts + [0] * (4 - len(parts))
