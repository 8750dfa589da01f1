"""The settings of where secrets are kept; docs/operating.md lists them."""

import os
import uuid
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from audits.probes.secrets import Secret
from audits.probes.stores.settings import AWS, Google, Stores, Vault
from config import environment
from config.signing import address


def encryption_keys() -> list[str]:
    """ENCRYPTION_KEYS, by comma: the first encrypts, each decrypts."""
    keys = environment.words("ENCRYPTION_KEYS")
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            # Not shown: it may be a good key with a slip of the pen.
            raise ImproperlyConfigured(
                f"ENCRYPTION_KEYS: number {number} is no key. Make one with: python -c 'from "
                "cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
            ) from None
    return keys


def stores() -> Stores:
    """Where keys may be read that references name."""
    return Stores(
        environ=os.environ,
        env_prefix=environment.text("SECRET_ENV_PREFIX", "CLAUDE_"),
        folder=_path("SECRETS_DIR"),
        keyring_services=tuple(environment.words("KEYRING_SERVICES", "countersign")),
        vault=_vault(),
        aws=AWS(
            region=environment.text("AWS_REGION"),
            access_key_id=environment.text("AWS_ACCESS_KEY_ID"),
            secret_access_key=Secret(environment.text("AWS_SECRET_ACCESS_KEY")),
            session_token=Secret(environment.text("AWS_SESSION_TOKEN")),
            endpoint=address("AWS_ENDPOINT_URL", ""),
        ),
        google=Google(
            credentials=_path("GOOGLE_APPLICATION_CREDENTIALS"),
            endpoint=address("GCP_ENDPOINT_URL", Google.endpoint),
        ),
    )


def grants() -> list[tuple[str, str]]:
    """KEY_GRANTS, as (pattern of references, id of the team that may use them)."""
    found = []
    for word in environment.words("KEY_GRANTS"):
        pattern, _, team = word.rpartition("=")
        try:
            found.append((pattern, str(uuid.UUID(team))))
        except ValueError:
            pattern = ""
        if not pattern:
            raise ImproperlyConfigured(
                f"KEY_GRANTS has {word!r}; write pattern=team, by comma, with the id that stands "
                "in the address of the team's page: env:CLAUDE_ACME_*=1b4e28ba-…"
            )
    return found


def _vault() -> Vault:
    return Vault(
        address=address("VAULT_ADDR", ""),
        token=Secret(environment.text("VAULT_TOKEN")),
        role_id=environment.text("VAULT_ROLE_ID"),
        secret_id=Secret(environment.text("VAULT_SECRET_ID")),
        namespace=environment.text("VAULT_NAMESPACE"),
        kv=environment.number("VAULT_KV", 2, least=1),
    )


def _path(name: str) -> Path | None:
    path = environment.text(name)
    return Path(path).absolute() if path else None
