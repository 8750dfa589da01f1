import logging


class WithoutTraceback(logging.Filter):
    """For events whose one line says it all."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True
