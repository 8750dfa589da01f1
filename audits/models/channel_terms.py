"""What the secret of a channel may be, and what of it may be shown."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from django.conf import settings

from audits.models.errors import Refused
from audits.models.teams import Team
from audits.models.text import clean_text
from audits.models.users import User

ADDRESS_MOST = 2000
MOST_PEOPLE = 20
ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}")
MISSING = {
    "slack": "Enter the address of the incoming webhook, as Slack shows it.",
    "pagerduty": "Enter the integration key of the service, as PagerDuty shows it.",
    "webhook": "Enter the address that takes the alerts.",
}


def clean_address(text: str) -> str:
    """An https address; http only to a private address that the operator allows, since whoever
    reads the address on its way could post to it."""
    address = clean_text(text, ADDRESS_MOST, field="secret", one_line=True)
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or " " in address:
        raise Refused(
            "This is no web address. One begins with https:// and the name of a host.", "secret"
        )
    if "@" in parts.netloc:
        raise Refused("Leave the name and password before the @ out of the address.", "secret")
    if parts.scheme == "http" and not _is_allowed_private(host):
        raise Refused("Use https: over http anybody on the way could read the address.", "secret")
    return address


def _is_allowed_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in settings.PRIVATE_NETWORKS)


def clean_routing_key(text: str) -> str:
    key = text.strip()
    if not ROUTING_KEY.fullmatch(key):
        raise Refused(
            "An integration key of PagerDuty (Events API v2) has 32 letters and digits.", "secret"
        )
    return key


def _no_secret(text: str) -> str:
    raise Refused("An e-mail channel has no address of its own; choose people.", "people")


CLEANERS: dict[str, Callable[[str], str]] = {
    "slack": clean_address,
    "pagerduty": clean_routing_key,
    "email": _no_secret,
    "webhook": clean_address,
}


def hint(secret: str) -> str:
    """Enough to tell one from another, and too little to use: the host and the last four
    characters of what is long enough to lose them."""
    parts = urlsplit(secret)
    rest = secret.partition("://")[2].partition("/")[2] if parts.scheme else secret
    end = rest[-4:] if len(rest) >= 24 else ""
    host = f"{parts.hostname}/" if parts.scheme else ""
    return f"{host[:80]}…{end}"


def check_people(team: Team, people: Sequence[User]) -> None:
    """Mail goes to members alone: nobody else is mailed at by somebody's wish."""
    if not settings.MAIL_IS_SENT:
        raise Refused("This installation sends no mail. Choose another kind of channel.", "people")
    if not people:
        raise Refused("Choose at least one member.", "people")
    if len(people) > MOST_PEOPLE:
        raise Refused(f"Choose at most {MOST_PEOPLE} members.", "people")
    members = team.memberships.filter(user__in=people, user__is_active=True).count()
    if members != len(set(people)):
        raise Refused("Everybody who is mailed must be a member of the team.", "people")
