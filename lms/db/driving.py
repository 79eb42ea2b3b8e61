"""A thread's line to one database: SQLAlchemy's connection, and the driver's own below it for what is sent often."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from sqlite3 import Error as SqliteError
from typing import Any, TypeVar

import msgspec
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

json_value = msgspec.json.decode  # reads JSON in a third of the standard library's time
T = TypeVar("T")
Rows = Sequence[Sequence[Any]]


class Line(ABC):
    """Sends statements that were compiled before; errors are SQLAlchemy's own, whichever way a statement went."""

    kind: str
    error: type[Exception]

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.engine = connection.engine
        self.driver: Any = connection.connection.dbapi_connection

    @abstractmethod
    def _send(self, sql: str, values: list[Any]) -> tuple[Rows, int]:
        """Rows as the driver has them, and how many were written."""

    @abstractmethod
    def _begin(self) -> None:
        """Begins a transaction that will write."""

    @abstractmethod
    def _commit(self) -> None:
        """Ends it; what was written stands, durably, when this returns."""

    @abstractmethod
    def _roll_back(self) -> None:
        """Ends it; nothing was written."""

    def begin(self) -> None:
        """Begins a transaction that will write. What goes through SQLAlchemy's connection takes part in it."""
        self._guarded(self._begin)

    def commit(self) -> None:
        """Keeps what was written; where that fails nothing of it is kept."""
        try:
            if self.connection.in_transaction():
                self.connection.commit()
            else:
                self._guarded(self._commit)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Ends what was read, or what is not to be kept. A line that is broken is given up."""
        try:
            if self.connection.in_transaction():
                self.connection.rollback()
            else:
                self._guarded(self._roll_back)
        except DBAPIError:
            self.connection.invalidate()

    def send(self, sql: str, values: list[Any]) -> tuple[Rows, int]:
        """The rows found, and how many were written. Raises SQLAlchemy's DBAPIError."""
        if self.engine._has_events:  # whoever listens to SQLAlchemy's statements hears ours too
            for listen in self.engine.dispatch.before_cursor_execute:
                listen(self.connection, None, sql, values, None, False)
        return self._guarded(self._send, sql, values)

    def _guarded(self, act: Callable[..., T], *values: Any) -> T:
        try:
            return act(*values)
        except self.error as error:
            lost = self.connection.dialect.is_disconnect(error, self.driver, None)  # type: ignore[arg-type]
            if lost:
                self.connection.invalidate(error)
            sql, given = values if values else (act.__name__, None)
            raise DBAPIError.instance(sql, given, error, self.error, False, lost, self.connection.dialect) from error


class SqliteLine(Line):
    """sqlite3 keeps the statements it has parsed by their text."""

    kind, error = "sqlite", SqliteError

    def _send(self, sql: str, values: list[Any]) -> tuple[Rows, int]:
        cursor = self.driver.execute(sql, values)
        return cursor.fetchall(), cursor.rowcount

    def _begin(self) -> None:
        self.driver.execute("BEGIN IMMEDIATE")

    def _commit(self) -> None:
        self.driver.commit()

    def _roll_back(self) -> None:
        if self.driver.in_transaction:
            self.driver.rollback()
