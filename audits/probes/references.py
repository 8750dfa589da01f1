"""References to keys: what a team writes in a key's place, and how the worker gets the key."""

import re
from collections.abc import Callable

from audits.net.door import Door
from audits.probes.secrets import Secret
from audits.probes.stores import aws, env, file, google, keyrings, simulated, vault
from audits.probes.stores.base import Reference, SecretFault
from audits.probes.stores.settings import Stores

__all__ = ["Reference", "ReferenceFault", "SecretFault", "Stores", "parse", "resolve"]

MOST = 500
# Scheme -> the form of what follows, and an example.
FORMS = {
    "env": (r"[A-Za-z_][A-Za-z0-9_]*", "env:CLAUDE_KEY"),
    "file": (r"[A-Za-z0-9._/@+-]+", "file:/run/secrets/claude-key"),
    "keyring": (r"[A-Za-z0-9._@+-]+/[A-Za-z0-9._@+-]+", "keyring:countersign/production"),
    "vault": (
        r"[A-Za-z0-9._@+-]+(/[A-Za-z0-9._@+-]+)+#[A-Za-z0-9._-]+",
        "vault:secret/claude#key",
    ),
    "aws-sm": (r"[A-Za-z0-9/_+=.@:-]+(#[A-Za-z0-9._-]+)?", "aws-sm:claude/production#key"),
    "gcp-sm": (
        r"projects/[a-z0-9:.-]+/secrets/[A-Za-z0-9_-]+/versions/[A-Za-z0-9_-]+",
        "gcp-sm:projects/launch/secrets/claude/versions/latest",
    ),
    "simulator": (r"[a-z0-9-]+", "simulator:production"),
}
READERS: dict[str, Callable[[Reference, Stores, Door], str]] = {
    "env": env.read,
    "file": file.read,
    "keyring": keyrings.read,
    "vault": vault.read,
    "aws-sm": aws.read,
    "gcp-sm": google.read,
    "simulator": simulated.read,
}
# Printable ASCII; one space, for the header of an app may hold "Bearer" and a token.
KEY = re.compile(r"[!-~]+( [!-~]+)?")
MOST_CHARACTERS = 4096


class ReferenceFault(ValueError):
    """The text is no reference. What is wrong with it, and what a good one looks like; the text
    itself is not repeated, because it may be a key."""


def parse(text: str) -> Reference:
    """Raises ReferenceFault."""
    text = text.strip()
    if text.startswith("sk-"):
        raise ReferenceFault(
            "That looks like a key. Write where the key is kept, such as env:CLAUDE_KEY."
        )
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in FORMS or len(text) > MOST:
        known = ", ".join(f"{each}:" for each in FORMS)
        raise ReferenceFault(f"A reference begins with one of {known} as in env:CLAUDE_KEY.")
    form, example = FORMS[scheme]
    if not re.fullmatch(form, rest) or ".." in rest.split("/"):
        raise ReferenceFault(f"After {scheme}: something else is meant, as in {example}.")
    name, _, within = rest.partition("#")
    return Reference(scheme, name, within)


def resolve(reference: Reference, stores: Stores, door: Door) -> Secret:
    """The key. `door` must lead to the operator's own addresses. Raises SecretFault."""
    value = READERS[reference.scheme](reference, stores, door).strip()
    if not value:
        raise SecretFault(f"What {reference} leads to is empty.")
    if not KEY.fullmatch(value) or len(value) > MOST_CHARACTERS:
        raise SecretFault(
            f"What {reference} leads to is no key: it has several words or lines, characters "
            f"beyond ASCII, or more than {MOST_CHARACTERS} of them."
        )
    return Secret(value)
