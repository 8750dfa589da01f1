"""The keys themselves, for the length of a run: the worker alone asks for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.crypto import salted_hmac

from audits.models.environment_terms import host_of
from audits.models.environments import Environment
from audits.models.keys import KeyReference
from audits.models.run_faults import CannotLook
from audits.models.stored_keys import value_of
from audits.models.watches import Watch
from audits.probes.base import Cost, Key, Kind, Sibling
from audits.probes.references import SecretFault
from audits.probes.secrets import Secret

Purpose = KeyReference.Purpose


@dataclass(frozen=True)
class Keys:
    api: tuple[Key, ...] = ()
    admin: Key | None = None
    # Of requests to the app's chat endpoint: name -> value.
    headers: Mapping[str, Secret] = field(default_factory=dict)
    siblings: tuple[Sibling, ...] = ()


def fingerprint(value: str) -> str:
    """HMAC-SHA256 under the installation's own secret, which is not in the database."""
    return salted_hmac(
        "audits.key", value, secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()


def keys_for(watch: Watch) -> Keys:
    """Those that the watch's probe needs, and no others. CannotLook where one cannot be had."""
    probe, environment = watch.definition, watch.environment
    wanted = set()
    if "keys" in probe.needs or probe.cost is not Cost.FREE:
        wanted.add(Purpose.API)
    if "admin_key" in probe.needs:
        wanted.add(Purpose.ADMIN)
    if "chat" in probe.needs:
        wanted.add(Purpose.APP)
    if not wanted:
        return Keys()
    rows = list(environment.keys.filter(purpose__in=wanted))
    admin = _keys(environment, rows, Purpose.ADMIN)
    return Keys(
        api=_keys(environment, rows, Purpose.API),
        admin=admin[0] if admin else None,
        headers={
            row.header: _value(environment, row) for row in rows if row.purpose == Purpose.APP
        },
        siblings=_siblings(environment) if "siblings" in probe.needs else (),
    )


def _siblings(environment: Environment) -> tuple[Sibling, ...]:
    """Asked for now and not remembered: a key that was replaced is another one at once."""
    others = Environment.objects.filter(project=environment.project_id).exclude(pk=environment.pk)
    return tuple(
        Sibling(
            other.name,
            Kind(other.kind),
            frozenset(key.fingerprint for key in _keys(other, other.keys.all(), Purpose.API)),
            other.workspace_id,
        )
        for other in others.prefetch_related("keys")
    )


def _keys(environment: Environment, rows: Iterable[KeyReference], purpose: str) -> tuple[Key, ...]:
    found = []
    for row in rows:
        if row.purpose == purpose:
            secret = _value(environment, row)
            mark = fingerprint(secret.reveal())
            row.found(mark)
            found.append(Key(str(row), secret, mark))
    return tuple(found)


def _value(environment: Environment, row: KeyReference) -> Secret:
    is_app = row.purpose == Purpose.APP
    host = host_of(environment.chat_url if is_app else environment.api_url)
    if host != row.host:
        raise CannotLook(
            f"The {row.get_purpose_display()} “{row}” was added for {row.host}, and "
            f"“{environment}” names {host or 'no address'} now.",
            "Add the key again, so that whoever has it decides where it is sent.",
        )
    try:
        return value_of(row)
    except SecretFault as fault:
        row.missed(str(fault))
        raise CannotLook(
            f"The {row.get_purpose_display()} “{row}” cannot be had. {fault}",
            "Mend that where the key is kept or named, then run it again.",
        ) from None
