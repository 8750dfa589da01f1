"""The bell of PostgreSQL."""

from typing import Any

import psycopg
from psycopg import sql

from audits.live.bells import Wire


class Listening(Wire):
    """PostgreSQL's LISTEN, on a connection of its own."""

    faults = (psycopg.Error, OSError)

    def __init__(self, channel: str, parameters: dict[str, Any]) -> None:
        super().__init__()
        self.channel = channel
        self.parameters = parameters

    def open(self) -> psycopg.Connection:
        connection = psycopg.connect(**self.parameters, autocommit=True)
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self.channel)))
        return connection

    def number(self) -> int:
        return int(self.connection.fileno())

    def read(self) -> list[str]:
        return [notice.payload for notice in self.connection.notifies(timeout=0)]
