"""`gcp-sm:projects/…/secrets/…/versions/…`: Google Secret Manager, with a token by google-auth."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audits.net.door import Door
from audits.probes.stores.base import Reference, SecretFault, ask, json_of
from audits.probes.stores.settings import Google, Stores

WHO = "Google Secret Manager"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
WRONG = {
    400: "does not understand the name; see the reference.",
    401: "does not accept the token of the service account.",
    403: "refused: the service account needs the role Secret Manager Secret Accessor on it.",
    404: "has no such secret or version.",
    429: "has too much to do. It is tried again with the next run.",
}


@dataclass(frozen=True)
class _Came:
    """An answer as google-auth wants it."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def read(reference: Reference, stores: Stores, door: Door) -> str:
    url = f"{stores.google.endpoint}/v1/{reference.name}:access"
    headers = {"Authorization": f"Bearer {_token(stores.google, door)}"}
    answer = ask(WHO, door, "GET", url, headers=headers)
    if answer.status != 200:
        why = WRONG.get(answer.status, f"answered with status {answer.status}.")
        raise SecretFault(f"{WHO} {why}")
    payload = json_of(WHO, answer).get("payload")
    try:
        return base64.b64decode(payload["data"], validate=True).decode()  # type: ignore[index]
    except (TypeError, KeyError, ValueError):
        raise SecretFault(f"{WHO} answered without a text in it.") from None


def _token(google: Google, door: Door) -> str:
    try:
        from google.auth.exceptions import GoogleAuthError
        from google.oauth2.service_account import Credentials
    except ImportError:
        raise SecretFault(
            "Google is not installed here; the operator adds it with: "
            "pip install 'google-auth>=2.35'."
        ) from None

    def request(
        url: str, method: str = "GET", body: Any = None, headers: Any = None, **ignored: Any
    ) -> _Came:
        content = body.encode() if isinstance(body, str) else body or b""
        came = ask("Google's sign-in", door, method, url, headers=headers, content=content)
        return _Came(came.status, came.headers, came.body)

    try:
        credentials = Credentials.from_service_account_info(_account(google), scopes=[SCOPE])
        credentials.refresh(request)
    except (GoogleAuthError, ValueError):
        # Not told: its texts quote what was sent and what was answered.
        raise SecretFault(
            "Google does not accept the service account in GOOGLE_APPLICATION_CREDENTIALS."
        ) from None
    return credentials.token


def _account(google: Google) -> dict[str, Any]:
    if google.credentials is None:
        raise SecretFault(
            "The operator named no service account; GOOGLE_APPLICATION_CREDENTIALS does."
        )
    try:
        return json.loads(google.credentials.read_bytes())
    except OSError as error:
        raise SecretFault(
            f"GOOGLE_APPLICATION_CREDENTIALS cannot be read: {error.strerror}."
        ) from None
