"""The settings of outgoing connections; docs/operating.md lists them."""

import ssl

from django.core.exceptions import ImproperlyConfigured

from config import environment


def trust() -> str:
    """NETWORK_TRUST, certificates in PEM."""
    text = environment.text("NETWORK_TRUST")
    if text:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
        except (ssl.SSLError, ValueError):
            raise ImproperlyConfigured(
                "NETWORK_TRUST holds no certificates in PEM; write the certificate of your "
                "authority's root, or name its file in NETWORK_TRUST_FILE."
            ) from None
    return text
