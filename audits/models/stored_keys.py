"""From what a team wrote of a key to the key itself: for the worker alone."""

from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.conf import settings

from audits.models.doors import operators_door
from audits.models.environment_terms import API_HOST
from audits.models.keys import KeyReference
from audits.models.sealed_values import SealFault, unseal
from audits.models.simulating import PREFIX
from audits.net.asking import address, host_of
from audits.net.faults import DoorFault
from audits.probes.references import Reference, ReferenceFault, SecretFault, parse, resolve
from audits.probes.secrets import Secret


def value_of(key: KeyReference) -> Secret:
    """The key, if it may be had and may be sent to where its environment has it sent.

    Raises SecretFault, whose text may be shown to the team.
    """
    try:
        if key.is_sealed:
            return unseal(key.sealed_value)
        reference = parse(key.reference)
    except (SealFault, ReferenceFault) as fault:
        raise SecretFault(str(fault)) from None
    _check_team(reference, str(key.environment.project.team_id))
    if reference.scheme != "simulator":
        # What stands in a store is the operator's; a team that could send it anywhere had it.
        _check_host(_sent_to(key))
        _check_use(key)
    return resolve(reference, settings.SECRET_STORES, operators_door())


def may_use(reference: Reference, team_id: str) -> bool:
    """Whether the operator grants it to the team; without any grants everything is."""
    if reference.scheme == "simulator" or not settings.KEY_GRANTS:
        return True
    return any(
        team == team_id and fnmatchcase(str(reference), pattern)
        for pattern, team in settings.KEY_GRANTS
    )


def may_receive(url: str) -> bool:
    """Whether a key out of a store may be sent there: over https to one of KEY_HOSTS, over http
    where it is written with http://, and to the bundled simulator."""
    if url.startswith(PREFIX):
        return True
    try:
        parts = address(url)  # as the door reads it
    except DoorFault:
        return False
    host = host_of(parts)
    return f"{parts.scheme}://{host}" in settings.KEY_HOSTS or (
        parts.scheme == "https" and host in settings.KEY_HOSTS
    )


def _sent_to(key: KeyReference) -> str:
    environment = key.environment
    return environment.chat_url if key.purpose == key.Purpose.APP else environment.api_url


def _check_team(reference: Reference, team_id: str) -> None:
    if not may_use(reference, team_id):
        raise SecretFault(
            f"The operator does not grant {reference} to this team; KEY_GRANTS does that."
        )


def _check_use(key: KeyReference) -> None:
    """The probes of the application know no daily cap: the operator's key of the API is nothing
    for a header of theirs."""
    if key.purpose != key.Purpose.APP or key.environment.chat_url.startswith(PREFIX):
        return
    apis = (API_HOST, urlsplit(key.environment.api_url).hostname)
    if urlsplit(key.environment.chat_url).hostname in apis:
        raise SecretFault(
            "A key out of a store is not sent to the API as a header of the application: what "
            "that costs would pass the daily cap. Name it as an API key."
        )


def _check_host(url: str) -> None:
    if not may_receive(url):
        raise SecretFault(
            f"A key out of a store is not sent to {url.partition('?')[0]}. The operator lists the "
            "hosts in KEY_HOSTS; a key that the team enters itself is sent there."
        )
