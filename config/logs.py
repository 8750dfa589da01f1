import logging
import re

# What whoever reads it could use: the token of a link that was sent, the key of an API token.
TOKEN = re.compile(
    r"(/invitations/[^/\s]+/link/|/guests/|/account/(?:confirm-email|password/reset/key)/)[^/\s]+"
    r"|(?<![\w-])(cs_[\w-]{5})[\w-]{38}"
)


class WithoutTraceback(logging.Filter):
    """For events whose one line says it all."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True


class WithoutTokens(logging.Filter):
    """Addresses without the secrets in them."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if (safe := TOKEN.sub(r"\1\2…", text)) != text:
            record.msg, record.args = safe, ()
        return True
