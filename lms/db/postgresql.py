"""PostgreSQL: what stands alone goes in one trip; only a unit of work says BEGIN and COMMIT."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

from lms.db.driving import Line, Rows


def prepare(engine: Engine) -> None:
    """Sets each new connection up: transactions are begun by our own word, as on SQLite.

    By itself psycopg begins one before the first statement of a page, and every page would be three trips for one.
    Plans are made once for each prepared statement: they look rows up by their keys, whatever the values are.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.prepared_max = 1000
        _say(connection, b"SET plan_cache_mode = force_generic_plan; SET jit = off")

    def _begin(connection: Any) -> None:
        if not _is_open(connection):  # a unit of work has begun its own
            _say(connection, b"BEGIN")

    def _commit(connection: Any) -> None:
        if _is_open(connection):
            _say(connection, b"COMMIT")

    def _rollback(connection: Any) -> None:
        if _is_open(connection):
            _say(connection, b"ROLLBACK")

    # The dialect's own hooks: listeners on the engine would make every statement look for listeners.
    engine.dialect.do_begin = _begin  # type: ignore[assignment, method-assign]
    engine.dialect.do_commit = _commit  # type: ignore[assignment, method-assign]
    engine.dialect.do_rollback = _rollback  # type: ignore[assignment, method-assign]


def _is_open(connection: Any) -> bool:
    return bool(connection.pgconn.transaction_status != TransactionStatus.IDLE)


def _say(connection: Any, words: bytes) -> None:
    _checked(connection, connection.pgconn.exec_(words))


def _checked(connection: Any, result: PGresult) -> PGresult:
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise errors.error_from_result(result, connection.info.encoding)
    return result


class PostgresLine(Line):
    """Each statement is prepared at its first use and then only named: one trip to the server and back.

    psycopg's adapters turn values into what the server reads and back; its cursor, which waits for the server in
    Python, is left out.
    """

    kind, error = "postgresql", psycopg.Error

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._below = self.driver.pgconn
        self._adapter = Transformer.from_context(self.driver)
        # The server keeps them with its side of the connection, which the pool may give to another thread later.
        self._prepared: dict[tuple[str, tuple[int, ...]], bytes] = connection.info.setdefault("prepared", {})

    def _send(self, sql: str, values: list[Any]) -> tuple[Rows, int]:
        adapter = self._adapter
        given = adapter.dump_sequence(values, [PyFormat.AUTO] * len(values)) if values else ()
        types = adapter.types or () if values else ()
        name = self._prepared.get((sql, types)) or self._prepare(sql, types)
        result = self._below.exec_prepared(name, given, adapter.formats if values else None)
        _checked(self.driver, result)
        if result.status != ExecStatus.TUPLES_OK:
            return (), result.command_tuples or 0
        adapter.set_pgresult(result)
        return adapter.load_rows(0, result.ntuples, tuple), result.command_tuples or 0

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        name = f"lms{len(self._prepared)}".encode()
        _checked(self.driver, self._below.prepare(name, sql.encode(), types))
        self._prepared[(sql, types)] = name
        return name

    def _begin(self) -> None:
        _say(self.driver, b"BEGIN")

    def _commit(self) -> None:
        _say(self.driver, b"COMMIT")

    def _roll_back(self) -> None:
        if _is_open(self.driver):
            _say(self.driver, b"ROLLBACK")
