"""Every kind of fault, by name: (file, its place, its problem, its remedy)."""

GOOD = """\
slug: keys
title: Key checklist
version: "1.0.0"
summary: Eighteen checks.
documents:
  - id: article
    title: An article
entry_conditions:
  - id: tested
    text: It is tested
    source: {document: article, place: Prerequisites}
exit_criteria:
  - id: verified
    text: All is verified
    source: {document: article, place: Output}
sections:
  - id: keys
    title: Keys
    items:
      - id: secret
        title: Keys are secret
        severity: blocker
        guidance: Hide them.
        why: They are worth money.
        verify: Look.
        evidence:
          - kind: link
            text: The page
        probes: [key-valid]
        parameters:
          - name: TTL
            value: 5 minutes
        source: {document: article, place: Item 1}
"""


def changed(old: str, new: str) -> bytes:
    """The good file with one change."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new).encode()


LONG = "x" * 201
REPEATED_SECTION = GOOD[GOOD.index("  - id: keys\n") :].replace("secret\n", "other\n", 1)
REPEATED_ITEM = GOOD[GOOD.index("      - id: secret\n") :]

FAULTY = {
    "empty file": (b"", "1:1", "the file is empty", "write its fields, or choose another file"),
    "only a comment": (b"# nothing yet\n", "1:1", "the file is empty", "write its fields"),
    "a list": (b"- keys\n", "1:1", "the file holds a list instead of fields", "name: value"),
    "a text": (b"keys\n", "1:1", "the file holds text instead of fields", "beginning with slug"),
    "latin-1": (b"slug: keys\ntitle: caf\xe9\n", "2:11", "byte 0xE9 is not UTF-8", "as UTF-8"),
    "utf-16": ("slug: keys".encode("utf-16"), "1:1", "the file is UTF-16", "save it as UTF-8"),
    "utf-32": ("slug: keys".encode("utf-32"), "1:1", "the file is UTF-32", "save it as UTF-8"),
    "utf-16 without mark": ("slug".encode("utf-16-le"), "1:2", "U+0000", "remove it"),
    "NUL": (changed("Hide them.", "Hide \0 them."), "23:24", "control character U+0000", "remove"),
    "NUL by escape": (
        changed("Hide them.", '"Hide \\0"'),
        "23:19",
        "character U+0000",
        "remove it",
    ),
    "too large": (b"#" * 5_000_001, "1:1", "the file is larger than 5 MB", "split it"),
    "too deep": (b"[" * 14, "1:13", "nested more than 12 levels deep", "flatten it"),
    "alias": (
        changed("title: An article", "title: *name"),
        *("7:12", "*name is an alias", "write the value out again"),
    ),
    "anchor": (
        changed("title: An article", "title: &name An article"),
        *("7:12", "&name is an anchor", "remove the &"),
    ),
    "tag": (changed('"1.0.0"', '!!str "1.0"'), "3:10", "!!str is a tag", "remove it"),
    "python tag": (
        changed("Keys are secret", "!!python/object:os.system x"),
        *("21:16", "!!python/object:os.system is a tag", "remove it"),
    ),
    "merge key": (
        changed("title: An article", "title: An article\n    <<: {note: x}"),
        *("8:5", "<< merges another mapping", "write the fields out"),
    ),
    "second document": (
        GOOD.encode() + b"---\nslug: more\n",
        *("34:1", "a second document begins here", 'remove the "---"'),
    ),
    "list as a key": (
        changed("summary: Eighteen checks.", "[a]: b"),
        *("4:1", "a list or a mapping stands where a field's name is wanted", "in quotes"),
    ),
    "duplicate key": (
        changed("summary: Eighteen checks.", "title: Again"),
        *("4:1", 'the field "title" stands here a second time, first in line 2', "keep one"),
    ),
    "duplicate section": (
        (GOOD + REPEATED_SECTION).encode(),
        *("34:9", 'the section "keys" stands here a second time, first in line 17', "its own"),
    ),
    "duplicate item": (
        (GOOD + REPEATED_ITEM).encode(),
        *("34:13", 'the item "secret" stands here a second time, first in line 20', "its own"),
    ),
    "duplicate document": (
        changed("title: An article", "title: An article\n  - id: article\n    title: Two"),
        *("8:9", 'the document "article" stands here a second time', "give each its own"),
    ),
    "duplicate condition": (
        changed(
            "exit_criteria:",
            "  - {id: tested, text: x, source: {document: article, place: x}}\nexit_criteria:",
        ),
        *("12:10", 'the entry condition "tested" stands here a second time', "keep one"),
    ),
    "duplicate probe": (
        changed("[key-valid]", "[key-valid, key-valid]"),
        *("29:29", 'the probe "key-valid" stands here a second time', "keep one"),
    ),
    "unknown field": (
        changed("why: They", "wy: They"),
        *("24:9", 'unknown field "wy"', 'did you mean "why"?'),
    ),
    "unknown field, nothing like it": (
        changed("summary: Eighteen checks.", "colour: red"),
        *("4:1", 'unknown field "colour"', "allowed are slug, title, version, summary"),
    ),
    "missing field": (
        changed("        verify: Look.\n", ""),
        *("20:9", 'the field "verify" is missing', "add verify:"),
    ),
    "missing version": (
        changed('version: "1.0.0"\n', ""),
        "1:1",
        '"version" is missing',
        '"1.0.0"',
    ),
    "unknown severity": (
        changed("blocker", "critical"),
        *("22:19", 'unknown severity "critical"', "allowed are blocker, major, minor"),
    ),
    "severity by another case": (
        changed("blocker", "Blocker"),
        *("22:19", 'unknown severity "Blocker"', 'did you mean "blocker"?'),
    ),
    "unknown kind": (
        changed("kind: link", "kind: photo"),
        *("27:19", 'unknown kind "photo"', "allowed are link, file, note, probe"),
    ),
    "version is a number": (
        changed('"1.0.0"', "1.0"),
        *("3:10", '"version" is a number (1.0) where text is wanted', 'version: "1.0"'),
    ),
    "version is a word": (changed('"1.0.0"', "v1"), "3:10", '"version" is no version', '"1.0.0"'),
    "version with five parts": (changed("1.0.0", "1.2.3.4.5"), "3:10", "is no version", "1 to 4"),
    "version with zeros": (changed("1.0.0", "1.00"), "3:10", "is no version", "1 to 4 numbers"),
    "title is true": (
        changed("title: Keys\n", "title: true\n"),
        *("18:12", '"title" is true or false (true)', 'put it in quotes: title: "true"'),
    ),
    "title is nothing": (
        changed("title: Keys\n", "title:\n"),
        "18:11",
        '"title" is empty',
        "write",
    ),
    "title is blank": (
        changed("title: Keys\n", "title: ' '\n"),
        "18:12",
        "is empty",
        "write a text",
    ),
    "title is too long": (
        changed("Keys are secret", LONG),
        *("21:16", '"title" is longer than 200 characters', "shorten it"),
    ),
    "title on two lines": (
        changed("Keys are secret", '"Keys\\nare"'),
        *("21:16", '"title" has several lines', "write one line"),
    ),
    "text is a list": (
        changed("Hide them.", "[Hide, them]"),
        *("23:19", '"guidance" is a list where text is wanted', "write one text"),
    ),
    "list is a text": (
        changed("[key-valid]", "key-valid"),
        *("29:17", '"probes" is text where a list is wanted', "hyphen"),
    ),
    "mapping is a text": (
        changed("{document: article, place: Item 1}", "article"),
        *("33:17", '"source" is text where a mapping is wanted', "name: value"),
    ),
    "number in a list": (
        changed("[key-valid]", "[5]"),
        *("29:18", 'each of "probes" is a number (5) where text is wanted', '"5"'),
    ),
    "unknown probe": (
        changed("[key-valid]", "[key-vald]"),
        *("29:18", 'there is no probe "key-vald"', 'did you mean "key-valid"?'),
    ),
    "unknown aspect of a probe": (
        changed("[key-valid]", "[key-valid.smell]"),
        *("29:18", 'there is no probe "key-valid.smell"', "key-valid."),
    ),
    "aspect of an aspect": (
        changed("[key-valid]", "[key-valid.a.b]"),
        *("29:18", 'each of "probes" is no name of a probe', "log-sample.waits"),
    ),
    "value is a number": (
        changed("5 minutes", "5"),
        *("32:20", '"value" is a number (5) where text is wanted', 'value: "5"'),
    ),
    "empty section": (
        GOOD[: GOOD.index("      - id: secret")].replace("items:", "items: []").encode(),
        *("19:12", '"items" is empty', "add at least one"),
    ),
    "no sections": (
        GOOD[: GOOD.index("  - id: keys")].replace("sections:", "sections: []").encode(),
        *("16:11", '"sections" is empty', "add at least one"),
    ),
    "bad slug": (changed("slug: keys", "slug: My_Keys"), "1:7", "is no identifier", "lower-case"),
    "bad item id": (changed("id: secret", "id: -secret"), "20:13", "is no identifier", "hyphens"),
    "unknown document": (
        changed("{document: article, place: Item 1}", "{document: artcle, place: x}"),
        *("33:28", '"artcle" is not among the documents', 'did you mean "article"?'),
    ),
    "tab": (
        changed("    title: Keys\n", "\ttitle: Keys\n"),
        "18:1",
        "a tab stands",
        "with spaces",
    ),
    "colon in text": (
        changed("Hide them.", "Hide: them"),
        *("23:23", "a colon makes a field where none can be", "in quotes"),
    ),
    "quote not closed": (
        changed("place: Item 1", 'place: "Item 1'),
        *("33:44", "this quoted text never ends", "close it"),
    ),
    "list not closed": (
        changed("[key-valid]", "[key-valid"),
        *("29:17", "this list in square brackets is not closed", "close it with ]"),
    ),
    "mapping not closed": (
        changed("place: Item 1}", "place: Item 1"),
        *("33:17", "this mapping in braces is not closed", "close it with }"),
    ),
    "line without colon": (
        changed("summary: Eighteen checks.", "summary"),
        *("4:1", "this line has no colon", "name: value"),
    ),
    "text begins with @": (
        changed("Hide", "@Hide"),
        "23:19",
        "text cannot begin with @",
        "quotes",
    ),
    "bad escape": (
        changed("Hide them.", '"C:\\d"'),
        "23:22",
        "an unknown escape",
        "single quotes",
    ),
    "wrong indentation": (
        changed("    title: Keys\n", "   title: Keys\n"),
        *("18:4", "without belonging to anything above", "indent it as its neighbours are"),
    ),
    "YAML of the future": (
        b"%YAML 3.0\n---\na: b\n",
        "1:1",
        "version of YAML",
        "remove the %YAML",
    ),
    "emoji before the fault": (
        changed("place: Item 1}", 'place: "🔑 ключ", plaec: x}'),
        *("33:54", 'unknown field "plaec"', "did you mean"),
    ),
}
