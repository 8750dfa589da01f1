"""`vault:mount/path#field`: HashiCorp Vault or OpenBao, its key-value engine."""

import json
from urllib.parse import quote

from audits.net.door import Answer, Door
from audits.probes.stores.base import Reference, SecretFault, ask, field_of, json_of
from audits.probes.stores.settings import Stores, Vault

WHO = "Vault"
WRONG = {
    400: "did not understand the request; is VAULT_KV right?",
    403: "refused. Its token may have ended, or its policy does not allow reading this path.",
    429: "is a standby or has too much to do.",
    472: "is a standby for recovery.",
    503: "is sealed or in maintenance; its operator unseals it.",
}


def read(reference: Reference, stores: Stores, door: Door) -> str:
    vault = stores.vault
    if not vault.address:
        raise SecretFault("The operator named no Vault; VAULT_ADDR does.")
    mount, _, path = reference.name.partition("/")
    middle = "/data" if vault.kv == 2 else ""
    url = f"{vault.address}/v1/{quote(mount)}{middle}/{quote(path)}"
    headers = _headers(vault) | {"X-Vault-Token": _token(vault, door)}
    answer = ask(WHO, door, "GET", url, headers=headers)
    if answer.status == 404:
        raise SecretFault(f"Vault has no secret at {reference.name}. See its path and VAULT_KV.")
    data = _checked(answer).get("data")
    if vault.kv == 2:
        data = data.get("data") if isinstance(data, dict) else None
        if data is None:
            raise SecretFault(f"Vault has no version of {reference.name}; see VAULT_KV.")
    return field_of(WHO, data, reference.field)


def _token(vault: Vault, door: Door) -> str:
    """The operator's, or one that an AppRole is given for this reading."""
    if vault.token:
        return vault.token.reveal()
    if not vault.role_id:
        raise SecretFault("The operator gave no VAULT_TOKEN and no VAULT_ROLE_ID.")
    login = {"role_id": vault.role_id, "secret_id": vault.secret_id.reveal()}
    url = f"{vault.address}/v1/auth/approle/login"
    content = json.dumps(login).encode()
    answer = ask(WHO, door, "POST", url, headers=_headers(vault), content=content)
    if answer.status == 400:
        raise SecretFault("Vault refused the AppRole; see VAULT_ROLE_ID and VAULT_SECRET_ID.")
    return field_of(WHO, _checked(answer).get("auth"), "client_token")


def _headers(vault: Vault) -> dict[str, str]:
    return {"X-Vault-Namespace": vault.namespace} if vault.namespace else {}


def _checked(answer: Answer) -> dict:
    if answer.status != 200:
        why = WRONG.get(answer.status, f"answered with status {answer.status}.")
        raise SecretFault(f"{WHO} {why}")
    return json_of(WHO, answer)
