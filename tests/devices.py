"""A device that holds passkeys, in software: what a browser would send of it."""

import json
import os

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


class Device:
    """One passkey. `verifies` is False for a device that takes a touch from anybody."""

    def __init__(self, host: str = "testserver", *, verifies: bool = True, counter: int = 0):
        self.host, self.counter = host, counter
        self.origin = f"https://{host}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.flags = FLAG.UP | (FLAG.UV if verifies else FLAG(0))

    def create(self, challenge: str) -> str:
        """The answer to `navigator.credentials.create`, as JSON."""
        public = ES256.from_cryptography_key(self.key.public_key())
        made = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(
            sha256(self.host.encode()), self.flags | FLAG.AT, self.counter, made
        )
        attestation = AttestationObject.create("none", data, {})
        client = self._client(CollectedClientData.TYPE.CREATE, challenge)
        return self._json(clientDataJSON=client, attestationObject=attestation)

    def get(self, challenge: str) -> str:
        """The answer to `navigator.credentials.get`, as JSON. The counter goes on before."""
        if self.counter:
            self.counter += 1
        data = AuthenticatorData.create(sha256(self.host.encode()), self.flags, self.counter)
        client = self._client(CollectedClientData.TYPE.GET, challenge)
        signature = self.key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._json(clientDataJSON=client, authenticatorData=data, signature=signature)

    def give_to(self, user, name: str = "Laptop") -> Authenticator:
        """As if the person had added it."""
        made = json.loads(self.create("A" * 43))
        return WebAuthn.add(user, name, made).instance

    def _client(self, kind, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin)

    def _json(self, **response) -> str:
        encoded = {
            name: websafe_encode(value) if isinstance(value, bytes) else value
            for name, value in response.items()
        }
        own = websafe_encode(self.id)
        return json.dumps(
            {
                "id": own,
                "rawId": own,
                "type": "public-key",
                "clientExtensionResults": {"credProps": {"rk": True}},
                "response": encoded,
            }
        )


def challenge_of(response, kind="request_options") -> str:
    """The one that a page hands to the script."""
    challenge = response.context["js_data"][kind]["publicKey"]["challenge"]
    return challenge if isinstance(challenge, str) else websafe_encode(challenge)
