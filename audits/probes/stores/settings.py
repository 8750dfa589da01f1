"""What the operator says of the stores. Imports nothing but the standard library: settings are
read by every process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audits.probes.secrets import Secret

NONE = Secret("")


@dataclass(frozen=True)
class Vault:
    """HashiCorp Vault or OpenBao. A token, or a role id with its secret id (AppRole); `kv` is the
    version of its key-value engine."""

    address: str = ""
    token: Secret = NONE
    role_id: str = ""
    secret_id: Secret = NONE
    namespace: str = ""
    kv: int = 2


@dataclass(frozen=True)
class AWS:
    """Secrets Manager. `endpoint` is empty for the region's own."""

    region: str = ""
    access_key_id: str = ""
    secret_access_key: Secret = NONE
    session_token: Secret = NONE
    endpoint: str = ""


@dataclass(frozen=True)
class Google:
    """Secret Manager. `credentials` is the file of a service account, JSON."""

    credentials: Path | None = None
    endpoint: str = "https://secretmanager.googleapis.com"


@dataclass(frozen=True, repr=False)
class Stores:
    """What the operator opened. Teams write references, so everything that belongs to the machine
    is closed but for what is named here."""

    environ: Mapping[str, str] = field(default_factory=dict)
    env_prefix: str = "CLAUDE_"
    folder: Path | None = None
    keyring_services: tuple[str, ...] = ()
    vault: Vault = Vault()
    aws: AWS = AWS()
    google: Google = Google()
