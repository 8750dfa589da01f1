"""Why a report could not be made, for people: without a traceback or a path."""

import os

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError

from audits.models.signing import SigningUnavailable


def cause_of(error: Exception) -> str:
    if isinstance(error, SigningUnavailable):
        return str(error)
    if isinstance(error, SoftTimeLimitExceeded):
        return "Rendering took longer than fifteen minutes and was stopped."
    if isinstance(error, MemoryError):
        return "The worker ran out of memory while it rendered the report."
    if isinstance(error, DatabaseError):
        told = str(error).strip().partition("\n")[0]
        return f"The database did not store the report: {told or type(error).__name__}."
    if isinstance(error, OSError) and error.errno:
        return f"The report could not be stored: {os.strerror(error.errno)}."
    if isinstance(error, OSError) and "cannot load library" in str(error):
        return (
            "A native library of the PDF renderer is missing on the worker's machine; "
            "docs/operating.md names the packages."
        )
    return f"Rendering stopped with {type(error).__name__}. The worker's log has the details."
