"""What items may call probes by, and what each of them looks at. Whichever application has the
probes says it; as long as nobody did, any name is taken, and nothing is known of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class About:
    """A probe, or an aspect of it: `strength` is strong, medium or partial."""

    title: str
    looks_at: str
    strength: str


@dataclass(frozen=True)
class Named:
    """A probe as an item names it; `about` is None where nobody knows it."""

    ref: str
    about: About | None


_tell: Callable[[], Mapping[str, About]] = dict


def know(tell: Callable[[], Mapping[str, About]]) -> None:
    """Refuse other names from now on. They are asked for when the first file is read."""
    global _tell
    _tell = tell
    known.cache_clear()


@cache
def known() -> Mapping[str, About]:
    return _tell()


def named(refs: list[str]) -> list[Named]:
    return [Named(ref, known().get(ref)) for ref in refs]


def in_words(ref: str) -> str:
    """Its name, and what is known of it, for who searches."""
    about = known().get(ref)
    return f"{ref}: {about.title}. {about.looks_at}" if about else ref
