"""Keys of the shape that real ones have, made from a name: whoever knows the name knows the key.
They open nothing but the simulator."""

import base64
import hashlib

# Bytes whose base64 is the 93 characters between a key's prefix and its end.
SECRET_BYTES = 70


def key_named(name: str, kind: str = "api03") -> str:
    """`sk-ant-api03-…AA`, or `sk-ant-admin01-…AA` for the kind admin01."""
    raw = hashlib.shake_256(f"countersign simulator {name}".encode()).digest(SECRET_BYTES)
    return f"sk-ant-{kind}-{base64.urlsafe_b64encode(raw).decode()[:93]}AA"


# What `simulator:NAME` leads to. Staging uses production's key: one of the things that are wrong
# on purpose in the demo.
REFERENCES = {
    "production": key_named("production"),
    "production-second": key_named("production-second"),
    "staging": key_named("production"),
    "development": key_named("development"),
    "admin": key_named("admin", "admin01"),
    "app": "simulated-user-token",
}


def key_of(name: str) -> str:
    """The key that the reference `simulator:name` leads to. Raises LookupError."""
    return REFERENCES[name]
