"""Does what every browser loads hold a key?"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.net.door import DoorFault, Limits
from audits.probes.base import (
    Aspect,
    Check,
    Finding,
    Free,
    Measure,
    Strength,
    Target,
)
from audits.probes.page_scripts import Reader, Reading, Text
from audits.probes.redaction import mask
from audits.probes.saying import conclude, failed, passed, unclear
from audits.probes.words import counted, listed

if TYPE_CHECKING:
    from audits.probes.tools import Tools

LIMITS = Limits(total_s=15.0, max_bytes=4 * 1024 * 1024, redirects=5)
HOW = "The page, its scripts of the same origin and their source maps were read and searched."
REVOKE = (
    "Revoke the key in the Console now: it is public. Then call Claude from the server alone, "
    "with a new key."
)
# The pattern of the checklists, which also finds kinds of keys to come.
KEY = re.compile(r"sk-ant-[a-z]{2,12}[0-9]{2}-[A-Za-z0-9_\-]{20,400}")
# Variables that a bundler compiles into what browsers load.
_PUBLIC = re.compile(
    r"\b(?:NEXT_PUBLIC|VITE|REACT_APP|PUBLIC|GATSBY|EXPO_PUBLIC|NUXT_PUBLIC|VUE_APP)_[A-Z0-9_]{1,80}"
)
_OF_A_KEY = re.compile(r"ANTHROPIC|CLAUDE|API_?KEY")
_HOST = re.compile(r"\bapi\.anthropic\.com\b", re.IGNORECASE)
# Fewer different characters than this is an example such as sk-ant-api03-xxxx…, and no key.
FEW_CHARACTERS = 8
MOST_SHOWN = 5
# Beyond these, where each stands is not looked for.
MOST_HITS = 50


@dataclass(frozen=True)
class Hit:
    """A key and where it first stands: file, line and column, from 1."""

    key: str
    place: str
    line: int
    column: int

    @property
    def words(self) -> str:
        return f"{mask(self.key)} in {self.place}:{self.line}:{self.column}"


class KeyExposure(Free):
    name = "key-exposure"
    title = "No key in client code"
    looks_at = "The app's public page, its same-origin scripts and their source maps."
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("keys", "No key in the page, its scripts and source maps", Strength.MEDIUM),
        Aspect("names", "No public build variable is named like a key's", Strength.PARTIAL),
        Aspect("hosts", "No client code names api.anthropic.com", Strength.MEDIUM),
    )
    needs: tuple[str, ...] = ("page_url",)
    every = dt.timedelta(hours=6)
    stale_after = dt.timedelta(days=2)
    seconds = 120

    def run(self, target: Target, tools: "Tools") -> Finding:
        if not target.app.page_url:
            return Finding.inconclusive(
                "The environment names no public page.",
                next_step="Write its address into the environment's settings.",
            )
        step = "Check the page's address in the environment's settings."
        try:
            page = tools.door.request("GET", target.app.page_url, limits=LIMITS)
        except DoorFault as fault:
            return Finding.error(f"The page {fault}.", how=HOW, next_step=step)
        if page.status != 200:
            says = f"The page answered {page.status}, so its scripts were not seen."
            return Finding.inconclusive(says, how=HOW, next_step=step)
        return judge(Reader(tools.door, page).read())


def judge(reading: Reading) -> Finding:
    checks = [_keys(reading), _names(reading), _hosts(reading)]
    measures = (
        Measure("scripts", reading.scripts),
        Measure("source maps", reading.maps),
        Measure("size", reading.size, "bytes"),
        Measure("files not read", reading.unread),
        Measure("scripts of other origins, not read", reading.elsewhere),
    )
    return conclude(checks, how=HOW, aside=("names",), measures=measures)


def hits(texts: Iterable[Text]) -> list[Hit]:
    """Every different key with its first place; examples of one letter repeated are left out."""
    found: dict[str, Hit] = {}
    for text in texts:
        for match in KEY.finditer(text.words):
            key = match[0]
            if key in found or len(set(key[13:])) < FEW_CHARACTERS:
                continue
            if len(found) >= MOST_HITS:
                return list(found.values())
            before = text.words[: match.start()]
            column = match.start() - (before.rfind("\n") + 1) + 1
            found[key] = Hit(key, text.place, before.count("\n") + 1, column)
    return list(found.values())


def _keys(reading: Reading) -> Check:
    found = hits(reading.texts)
    if found:
        says = f"{counted(len(found), 'key')} found: "
        says += listed([hit.words for hit in found], MOST_SHOWN) + "."
        return failed("keys", says, REVOKE, Measure("keys", len(found)))
    looked = (
        f"the page, {counted(reading.scripts, 'script')} and {counted(reading.maps, 'source map')}"
    )
    if not reading.complete:
        says = f"No key in {looked}, but {counted(reading.unread, 'file')} could not be read."
        return unclear("keys", says, "Run it again; if it stays so, search the build itself.")
    if not reading.scripts and reading.elsewhere:
        says = (
            f"No key in {looked}; its {counted(reading.elsewhere, 'script')} are of other origins."
        )
        return unclear("keys", says, "Search the build itself before it is published.")
    return passed("keys", f"No key in {looked}. Nothing else was looked at.")


def _names(reading: Reading) -> Check:
    found = sorted(
        {
            name
            for text in reading.texts
            for name in _PUBLIC.findall(text.words)
            if _OF_A_KEY.search(name)
        }
    )
    if found:
        says = f"Public build variables that seem to name a key: {listed(found)}."
        step = "Read the key on the server, from a variable without a public prefix."
        return unclear("names", says, step, Measure("public variables", len(found)))
    return passed("names", "No public build variable is named like a key's.")


def _hosts(reading: Reading) -> Check:
    aspect = "hosts"
    found = sorted(
        {text.place for text in reading.texts if text.kind != "page" and _HOST.search(text.words)}
    )
    if found:
        says = f"Client code names api.anthropic.com: {listed(found, 3)}."
        step = "Let browsers talk to your own server, and call Claude from there."
        return failed(aspect, says, step, Measure("files", len(found)))
    if _HOST.search(reading.texts[0].words):
        says = "The page itself names api.anthropic.com, in its text or an inline script."
        return unclear(aspect, says, "See in the browser's network panel whether it is called.")
    if not reading.complete:
        return unclear(aspect, "Not every script could be read.", "Run it again.")
    return passed(aspect, f"No client code names it, in {counted(reading.scripts, 'script')}.")


probe = KeyExposure()
