"""PostgreSQL: what stands alone goes in one trip; only a unit of work says BEGIN and COMMIT."""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
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
    Python, is left out. BEGIN waits for the first statement after it and goes with that in one trip.
    """

    kind, error = "postgresql", psycopg.Error

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._below = self.driver.pgconn
        self._adapter = Transformer.from_context(self.driver)
        self._to_begin = False
        self._ready = select.poll()
        self._ready.register(self._below.socket, select.POLLIN)
        # The server keeps them with its side of the connection, which the pool may give to another thread later.
        self._prepared: dict[tuple[str, tuple[int, ...]], bytes] = connection.info.setdefault("prepared", {})

    def _send(self, sql: str, values: list[Any]) -> tuple[Rows, int]:
        adapter = self._adapter
        given = adapter.dump_sequence(values, [PyFormat.AUTO] * len(values)) if values else ()
        types = adapter.types or () if values else ()
        name = self._prepared.get((sql, types)) or self._prepare(sql, types)
        formats = adapter.formats if values else None
        if self._to_begin and not _is_open(self.driver):
            result = self._begun_with(name, given, formats)
        else:
            result = self._below.exec_prepared(name, given, formats)
        self._to_begin = False
        _checked(self.driver, result)
        if result.status != ExecStatus.TUPLES_OK:
            return (), result.command_tuples or 0
        adapter.set_pgresult(result)
        return adapter.load_rows(0, result.ntuples, tuple), result.command_tuples or 0

    def _begun_with(self, name: bytes, given: Sequence[Any], formats: Sequence[Format] | None) -> PGresult:
        """BEGIN and a statement, sent together (libpq's pipeline mode)."""
        below = self._below
        found: list[PGresult] = []
        below.enter_pipeline_mode()
        try:
            below.send_query_params(b"BEGIN", None)
            below.send_query_prepared(name, given, formats)
            below.pipeline_sync()
            while (result := self._next_result()) is None or result.status != ExecStatus.PIPELINE_SYNC:
                if result is not None:
                    found.append(result)
                elif below.status == ConnStatus.BAD:
                    raise psycopg.OperationalError(below.get_error_message())
        finally:
            if below.status != ConnStatus.BAD:
                below.exit_pipeline_mode()
        begun, answer = found
        _checked(self.driver, begun)
        return answer

    def _next_result(self) -> PGresult | None:
        """What the server says next. It is waited for without Python's lock: another thread may hold the row."""
        while self._below.is_busy():
            self._ready.poll()
            self._below.consume_input()
        result: PGresult | None = self._below.get_result()
        return result

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        name = f"lms{len(self._prepared)}".encode()
        _checked(self.driver, self._below.prepare(name, sql.encode(), types))
        self._prepared[(sql, types)] = name
        return name

    def _begin(self) -> None:
        self._to_begin = True

    def _commit(self) -> None:
        if not self._to_begin:
            _say(self.driver, b"COMMIT")
        self._to_begin = False

    def _roll_back(self) -> None:
        self._to_begin = False
        if _is_open(self.driver):
            _say(self.driver, b"ROLLBACK")
