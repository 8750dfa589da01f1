"""Every kind of fault of a crosswalk, by name: (file, its place, its problem, its remedy)."""

KNOWN = {
    "alpha": {"keys", "limits", "retries", "timeouts"},
    "beta": {"keys", "limits", "retries"},
    "gamma": {"keys", "limits"},
}
HEAD = 'slug: ours\ntitle: How ours meet\nversion: "1.0.0"\nrelations:\n'
RELATION = """\
  - from: {{checklist: {0}, item: {1}}}
    relation: {2}
    to: {{checklist: {3}, item: {4}}}
    reason: The same page shows both.
"""


def crosswalk_yaml(*relations: str, head: str = HEAD) -> bytes:
    """A file; each relation as "alpha/keys equal beta/keys". The first begins in line 5, each
    takes four lines."""
    return (head + "".join(map(_relation, relations))).encode()


def _relation(words: str) -> str:
    left, kind, right = words.split()
    return RELATION.format(*left.split("/"), kind, *right.split("/"))


GOOD = crosswalk_yaml("alpha/keys equal beta/keys")


def changed(old: str, new: str) -> bytes:
    """The good file with one change."""
    text = GOOD.decode()
    assert text.count(old) == 1, old
    return text.replace(old, new).encode()


FAULTY = {
    "no relation": (
        (HEAD[: HEAD.index("relations")] + "relations: []\n").encode(),
        *("4:12", '"relations" is empty', "add at least one entry"),
    ),
    "relations are missing": (
        HEAD[: HEAD.index("relations")].encode(),
        *("1:1", 'the field "relations" is missing', "with at least one relation"),
    ),
    "reason is missing": (
        changed("    reason: The same page shows both.\n", ""),
        *("5:5", 'the field "reason" is missing', "what is the same and what differs"),
    ),
    "reason is empty": (
        changed("The same page shows both.", '" "'),
        *("8:13", '"reason" is empty', "write a text"),
    ),
    "one end is missing": (
        changed("    to: {checklist: beta, item: keys}\n", ""),
        *("5:5", 'the field "to" is missing', "add to: {checklist"),
    ),
    "an end is text": (
        changed("{checklist: alpha, item: keys}", "keys"),
        *("5:11", '"from" is text where a mapping is wanted', "name: value"),
    ),
    "unknown field of a relation": (
        changed("relation: equal", "relation: equal\n    note: x"),
        *("7:5", 'unknown field "note"', "allowed are from, relation, to, reason"),
    ),
    "unknown field of an end": (
        changed("alpha, item", "alpha, itme"),
        *("5:30", 'unknown field "itme"', 'did you mean "item"'),
    ),
    "unknown kind": (
        changed("relation: equal", "relation: equals"),
        *("6:15", 'unknown relation "equals"', 'did you mean "equal"?'),
    ),
    "unknown checklist": (
        changed("checklist: alpha", "checklist: alhpa"),
        *("5:23", 'there is no checklist "alhpa"', 'did you mean "alpha"?'),
    ),
    "unknown item": (
        changed("alpha, item: keys", "alpha, item: key"),
        *("5:36", 'alpha has no item "key" in its latest edition', 'did you mean "keys"?'),
    ),
    "item of the other checklist": (
        crosswalk_yaml("alpha/keys related gamma/timeouts"),
        *("7:34", 'gamma has no item "timeouts"', "allowed are keys, limits"),
    ),
    "an item and itself": (
        crosswalk_yaml("alpha/keys equal alpha/keys"),
        *("5:5", "alpha/keys is related to itself", "name another item"),
    ),
    "two items of one checklist": (
        crosswalk_yaml("alpha/keys narrower alpha/limits"),
        *("5:5", "both items are of alpha", "mend the checklist itself"),
    ),
    "the same pair twice": (
        crosswalk_yaml("alpha/keys narrower beta/keys", "alpha/keys narrower beta/keys"),
        *("9:5", "stands here a second time, first in line 5", "keep one of the two"),
    ),
    "the same pair the other way round": (
        crosswalk_yaml("alpha/keys narrower beta/keys", "beta/keys broader alpha/keys"),
        *("9:5", "stands here a second time, first in line 5", "keep one of the two"),
    ),
    "each narrower than the other": (
        crosswalk_yaml("alpha/keys narrower beta/keys", "beta/keys narrower alpha/keys"),
        *("9:5", "line 5, by which beta/keys is broader than alpha/keys", "keep one"),
    ),
    "equal and related": (
        crosswalk_yaml("alpha/keys equal beta/keys", "beta/keys related alpha/keys"),
        *("9:5", "line 5, by which beta/keys is equal to alpha/keys", "keep one"),
    ),
    "equal by way of another, without a reason": (
        crosswalk_yaml("alpha/keys equal beta/keys", "beta/keys equal gamma/keys"),
        *("9:5", "alpha/keys and gamma/keys equal, and no relation says so", "add it"),
    ),
    "equal to two items of one checklist": (
        crosswalk_yaml("alpha/keys equal beta/keys", "alpha/limits equal beta/keys"),
        *(
            "9:5",
            "makes alpha/keys and alpha/limits equal, which are of one checklist",
            "least one",
        ),
    ),
    "equal by way of another, and narrower": (
        crosswalk_yaml(
            "alpha/keys equal beta/keys",
            "beta/keys equal gamma/keys",
            "alpha/keys narrower gamma/keys",
        ),
        *("13:5", "alpha/keys is equal to gamma/keys by way of other relations", "mend one"),
    ),
    "equal items that stand apart": (
        crosswalk_yaml(
            "alpha/keys equal beta/keys",
            "alpha/keys narrower gamma/limits",
            "gamma/limits narrower beta/keys",
        ),
        *("13:5", "contradicts line 9, since equal items stand alike", 'make it "broader"'),
    ),
    "a circle": (
        crosswalk_yaml(
            "alpha/keys narrower beta/keys",
            "gamma/keys broader beta/keys",
            "gamma/keys narrower alpha/keys",
        ),
        *("13:5", "narrower goes round in a circle here", "mend one of them"),
    ),
}
