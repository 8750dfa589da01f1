"""What a team may write of an environment: what it is called, and when it is refused."""

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from audits.models.errors import Refused
from audits.models.text import clean_text
from audits.net import asking
from audits.net.faults import DoorFault

# Where the user's text goes in the template of a chat request.
MESSAGE = "{{message}}"
API_HOST = "api.anthropic.com"
SIMULATOR = re.compile(r"simulator:(claude|status|app(/[a-z0-9./_-]*)?)")
MODEL_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._:@-]{1,99}")
MOST_MODELS = 20
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
WORKSPACE = re.compile(r"[A-Za-z0-9_-]{1,80}")
CURRENCY = re.compile(r"[A-Z]{3}")

# Column -> what pages and the activity call it.
LABELS = {
    "kind": "Kind",
    "name": "Name",
    "api_url": "API base URL",
    "api_version": "API version",
    "credential": "Credential header",
    "workspace_id": "Workspace",
    "models": "Models",
    "budget_amount": "Monthly budget",
    "budget_currency": "Currency",
    "daily_cap": "Daily cap of paid probes",
    "status_url": "Status page",
    "page_url": "Public page",
    "chat_url": "Chat endpoint",
    "chat_method": "Chat method",
    "chat_template": "Chat request",
    "health_url": "Health",
    "live_url": "Liveness",
    "ready_url": "Readiness",
    "metrics_url": "Metrics",
    "log_url": "Request log",
    "rotation_days": "Key rotation",
    "p95_ms": "p95",
    "rate_burst": "Burst",
}
ADDRESSES = tuple(column for column in LABELS if column.endswith("_url"))


def cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as they are stored. Refused, naming the field, where one does not hold; TypeError
    for a column that nobody sets."""
    if unknown := set(fields) - set(LABELS):
        raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
    return {column: CLEANERS[column](column, value) for column, value in fields.items()}


def is_simulated(environment: Any) -> bool:
    """Whether any of its addresses is the bundled simulator's."""
    return any(getattr(environment, column).startswith("simulator:") for column in ADDRESSES)


def host_of(address: str) -> str:
    """Of an address that was cleaned, with its port where that is another than usual, and with
    http:// where it is not https; of the simulator's, that of the simulator."""
    if address.startswith("simulator:"):
        return "simulator"
    parts = urlsplit(address)
    start = "http://" if parts.scheme == "http" else ""
    return start + (parts.netloc.lower() if parts.port else parts.hostname or "")


def server_of(address: str) -> str:
    """The host of an address that was cleaned and is not the simulator's, however it is spelled:
    whatever the port and the scheme, without the dot at the end, in ASCII as it is resolved."""
    host = urlsplit(address).hostname or ""
    if not host.isascii():
        # What the door cannot understand it does not send either.
        with contextlib.suppress(DoorFault):
            host = asking.host_of(asking.address(address))
    return host.rstrip(".")


def _address(column: str, text: str) -> str:
    text = clean_text(text, 300, field=column, one_line=True)
    if not text or SIMULATOR.fullmatch(text):
        return text
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"This is no address: {error}.", column) from None
    if parts.scheme not in ("http", "https") or not host:
        raise Refused("Write an address that begins with https:// or http://.", column)
    if parts.username is not None or parts.password is not None:
        raise Refused("Leave the user and the password out; add a key instead.", column)
    if parts.fragment or " " in text:
        raise Refused("Leave out the # and what follows it, and every space.", column)
    return text


def _api_url(column: str, text: str) -> str:
    if not (text := _address(column, text).rstrip("/")):
        raise Refused("Write the API's address, such as https://api.anthropic.com.", column)
    if urlsplit(text).query:
        raise Refused("Leave out the ? and what follows it.", column)
    return text


def _chat_template(column: str, text: str) -> str:
    text = clean_text(text, 4000, field=column)
    if not text:
        return ""
    if MESSAGE not in text:
        raise Refused(f"Write {MESSAGE} where the user's text goes.", column)
    try:
        json.loads(text.replace(MESSAGE, "text"))
    except ValueError as error:
        raise Refused(
            f"This is no JSON: {error}. {MESSAGE} stands between quotes, as in "
            f'{{"message": "{MESSAGE}"}}.',
            column,
        ) from None
    return text


def _chat_url(column: str, text: str) -> str:
    text = _address(column, text)
    if (urlsplit(text).hostname or "").rstrip(".") == API_HOST:
        raise Refused(
            "This is the API itself: each request there costs money, past the daily cap and the "
            "ledger. Write the address of your application.",
            column,
        )
    return text


def _models(column: str, ids: Any) -> list[str]:
    if isinstance(ids, str):
        ids = ids.replace(",", " ").split()
    ids = list(dict.fromkeys(ids))
    for given in ids:
        if not isinstance(given, str) or not MODEL_ID.fullmatch(given):
            raise Refused(
                f"“{given}” is no id of a model; one looks like claude-sonnet-4-5-20250929.",
                column,
            )
    if len(ids) > MOST_MODELS:
        raise Refused(f"{len(ids)} models are given; {MOST_MODELS} is the most.", column)
    return ids


def _money(column: str, value: Any) -> Decimal | None:
    """Two places and more than nothing; None where there is none."""
    if value is None or value == "":
        return None
    try:
        amount = Decimal(str(value))
        whole = amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Refused("Write an amount, such as 250.00.", column) from None
    if not amount.is_finite() or amount <= 0 or amount != whole or amount >= Decimal(10) ** 10:
        raise Refused("Write an amount above 0 with at most two decimal places.", column)
    return whole


def _daily_cap(column: str, value: Any) -> Decimal:
    if value is not None and str(value).strip() in ("0", "0.0", "0.00"):
        return Decimal("0.00")
    amount = _money(column, value)
    if amount is None or amount > 1000:
        raise Refused("Write what a day may cost, from 0 to 1,000 dollars.", column)
    return amount


def _form(pattern: re.Pattern[str], limit: int, wanted: str, *, may_be_empty: bool = False):
    def check(column: str, text: str) -> str:
        text = clean_text(str(text), limit, field=column, one_line=True)
        if not (may_be_empty and not text) and not pattern.fullmatch(text):
            raise Refused(wanted, column)
        return text

    return check


def _one_of(*values: str):
    def check(column: str, value: str) -> str:
        if value not in values:
            raise Refused(f"Choose one of {', '.join(values)}.", column)
        return str(value)

    return check


def _whole(least: int, most: int):
    def check(column: str, value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise Refused(f"Write a whole number from {least:,} to {most:,}.", column)
        return number

    return check


CLEANERS: dict[str, Callable[[str, Any], Any]] = dict.fromkeys(ADDRESSES, _address) | {
    "kind": _one_of("development", "staging", "production"),
    "name": _form(re.compile(r".+", re.DOTALL), 60, "Give the environment a name."),
    "api_url": _api_url,
    "api_version": _form(VERSION, 20, "Write a version of the API, such as 2023-06-01."),
    "credential": _one_of("x-api-key", "bearer"),
    "workspace_id": _form(
        WORKSPACE, 80, "Write the workspace's id, such as wrkspc_01J….", may_be_empty=True
    ),
    "models": _models,
    "budget_amount": _money,
    "budget_currency": _form(CURRENCY, 3, "Write a currency by its three letters, such as USD."),
    "daily_cap": _daily_cap,
    "chat_url": _chat_url,
    "chat_method": _one_of("POST", "PUT"),
    "chat_template": _chat_template,
    "rotation_days": _whole(1, 3650),
    "p95_ms": _whole(1, 600_000),
    "rate_burst": _whole(1, 200),
}
