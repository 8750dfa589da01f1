"""What is shown of texts that may hold a key: never the key."""

import base64
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from audits.probes.findings import UNFIT
from audits.probes.secrets import Secret

# Loose on purpose: whatever begins like a key is none of a reader's business, also when it is
# shorter than a real one. See `LEAK` for what counts as a leaked key.
_KEY = re.compile(r"sk-ant-[A-Za-z0-9_\-]+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=\-]{6,}")
_NAMED = re.compile(
    r"(?i)(\b(?:x-api-key|api[_-]?key|authorization|password|secret|token)\b[\"']?\s*[:=]\s*+)"
    r"(?![\"']?(?:bearer|basic)\b)(\"[^\"\n]{6,}\"|'[^'\n]{6,}'|[^\s,;&\"'}]{6,})"
)
# Real keys, as they would lie in a page, a script or a log.
LEAK = re.compile(
    r"sk-ant-(?:(?:api03|admin01)-[A-Za-z0-9_\-]{93}AA|(?:api01|oat01)-[A-Za-z0-9_\-]{20,})"
)
# Their values are credentials, or let somebody act as a user.
SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "cookie", "set-cookie"}
)
MARK = "[redacted]"
# What is shorter is no key, and would be found in ordinary words.
LEAST = 6


def redact(text: str, *, at_most: int | None = None) -> str:
    """The text without keys, bearer tokens and values named like secrets; cut to `at_most`
    characters with an ellipsis. The cut comes last, so that it leaves no half of a key."""
    text = _KEY.sub(MARK, text)
    text = _BEARER.sub(rf"\1\2{MARK}", text)
    text = _NAMED.sub(rf"\1{MARK}", text)
    if at_most is not None and len(text) > at_most:
        return text[: at_most - 1] + "…"
    return text


def without(text: str, secrets: Iterable[Secret]) -> str:
    """The text without these values, whatever their form: as they are, escaped as in JSON, in
    percent signs or in HTML. For answers of whoever was sent them."""
    spelled = _spelled(tuple(secrets))
    return text if spelled is None else _masked(text, spelled)


def without_inside(found: Any, secrets: Iterable[Secret]) -> Any:
    """The same for every text of parsed JSON, names of fields included."""
    spelled = _spelled(tuple(secrets))
    return found if spelled is None else _masked(found, spelled)


def _masked(found: Any, spelled: re.Pattern[str]) -> Any:
    if isinstance(found, str):
        # Storing drops these characters, NUL of UTF-16 among them, and would put it together.
        left, times = spelled.subn(MARK, UNFIT.sub("", found))
        return left if times else found
    if isinstance(found, list):
        return [_masked(each, spelled) for each in found]
    if isinstance(found, dict):
        return {_masked(name, spelled): _masked(each, spelled) for name, each in found.items()}
    return found


@lru_cache(maxsize=64)
def _spelled(secrets: tuple[Secret, ...]) -> re.Pattern[str] | None:
    values = {each for secret in secrets for each in _parts(secret.reveal()) if len(each) >= LEAST}
    # The longest first: what is a part of another must leave nothing of it.
    ordered = sorted(values, key=lambda value: (-len(value), value))
    # As it is first: what is spelled there may look like another spelling of its beginning.
    forms = [form for value in ordered for form in (re.escape(value), _respelled(value))]
    return re.compile("|".join(forms)) if forms else None


def _parts(value: str) -> Iterator[str]:
    """What somebody may repeat of a header's value: all, the token after a scheme such as Bearer,
    what that is in Basic, and each value of a cookie."""
    value = value.strip()
    yield value
    if scheme := re.fullmatch(r"[\w-]+\s+(\S+)", value):
        yield scheme[1]
        yield from _of_basic(scheme[1])
    yield from re.findall(r"[^=;\s]+=([^;\s]+)", value)


def _of_basic(token: str) -> Iterator[str]:
    try:
        pair = base64.b64decode(token, validate=True).decode()
    except ValueError:
        return
    yield pair
    yield pair.partition(":")[2]


def _respelled(value: str) -> str:
    return "".join(map(_letter, value))


def _letter(char: str) -> str:
    """One character in each of its spellings. It is never tried in another, and repetitions have
    an end, so that no answer takes longer than its length."""
    code, bare = ord(char), re.escape(char)
    percent = "".join(f"%(?:25){{0,3}}(?i:{byte:02x})" for byte in char.encode())
    return (
        rf"(?>\\{{1,8}}(?:{bare}|u(?i:{code:04x}))|{percent}"
        rf"|&#(?:0{{0,6}}{code}|[xX]0{{0,6}}(?i:{code:x}));|{re.escape(html.escape(char))}|{bare})"
    )


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: MARK if name.lower() in SECRET_HEADERS else redact(value)
        for name, value in headers.items()
    }


def mask(key: str) -> str:
    """Enough of a key to find it in the Console, where it is shown alike:
    `sk-ant-api03-R2D...igAA`. Short ones are hidden whole."""
    kind = re.match(r"sk-ant-[a-z]+[0-9]{2}-", key)
    if kind is None or len(key) < len(kind[0]) + 24:
        return MARK
    return f"{key[: len(kind[0]) + 3]}...{key[-4:]}"
