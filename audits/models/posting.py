"""One mail over the operator's server, and what became of it."""

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from audits.alerts.base import Outcome, Result


def post(message: EmailMessage) -> Outcome:
    """Once its text was on its way and no answer came, nobody knows whether it will arrive."""
    if not settings.MAIL_IS_SENT:
        return Outcome(Result.REFUSED, "This installation sends no mail.")
    message.connection = connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Result.LATER, f"The mail server took no connection: {_why(error)}.")
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        return _of_error(error)
    finally:
        connection.close()
    return Outcome(Result.SENT, f"The mail server took it for {len(message.to)}.")


def headers(name: str) -> dict[str, str]:
    """`name` is the same for the same mail, however often it is sent."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    return {"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"}


def _of_error(error: OSError | smtplib.SMTPException) -> Outcome:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return _of_code(max(codes), "refused every address")
    if isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)):
        return _of_code(error.smtp_code, "did not take it")
    return Outcome(
        Result.UNKNOWN,
        f"The mail server broke off: {_why(error)}. Nothing says whether it was taken.",
    )


def _of_code(code: int, what: str) -> Outcome:
    result = Result.LATER if 400 <= code < 500 else Result.REFUSED
    return Outcome(result, f"The mail server {what}: {code}.", code)


def _why(error: Exception) -> str:
    # Not its text, which may quote a name and password.
    return type(error).__name__
