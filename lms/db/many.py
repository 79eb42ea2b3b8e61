"""Many rows by one statement: what costs is the round trip and the parameters, not the rows."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import LargeBinary, Table, TextClause, insert, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from lms.db.unit_of_work import connection

AT_ONCE = 1000
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
Rows = Sequence[Mapping[str, Any]]


def insert_many(table: Table, rows: Rows) -> list[int]:
    """Inserts rows that all have the same columns; returns their ids in the order given, where the table has an `id`.

    On PostgreSQL the rows go over as one JSON text: a statement of ten thousand parameters costs five times as much.
    """
    ids: list[int] = []
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        ids += _as_json(table, part) if connection().dialect.name == "postgresql" else _as_values(table, part)
    return ids


def _as_values(table: Table, rows: Rows) -> list[int]:
    if "id" in table.c:
        # SQLite gives the next number to each row in turn, so that the ids sorted are the ids in the order given; asked
        # to keep the order itself, SQLAlchemy would send the rows one by one.
        return sorted(connection().execute(insert(table).returning(table.c.id), rows).scalars())
    connection().execute(insert(table), rows)
    return []


def _as_json(table: Table, rows: Rows) -> list[int]:
    usual = {k: v for k, v in _defaults(table).items() if k not in rows[0]}
    if usual:
        rows = [{**usual, **row} for row in rows]
    statement, binary = _statement(table, tuple(rows[0]))
    if binary:
        rows = [{k: _hex(v) if k in binary else v for k, v in row.items()} for row in rows]
    content = msgspec.json.encode(rows, enc_hook=_plain).decode()
    made = connection().execute(statement, {"rows": content})
    return sorted(made.scalars()) if "id" in table.c else []


@functools.cache
def _defaults(table: Table) -> Mapping[str, Any]:
    """What the model writes where a row says nothing."""
    return {c.name: c.default.arg for c in table.c if isinstance(c.default, ScalarElementColumnDefault)}


@functools.cache
def _statement(table: Table, columns: tuple[str, ...]) -> tuple[TextClause, frozenset[str]]:
    names = ", ".join(f'"{c}"' for c in columns)
    types = ", ".join(f'"{c}" {table.c[c].type.compile(_DIALECT)}' for c in columns)
    binary = frozenset(c for c in columns if isinstance(table.c[c].type, LargeBinary))
    # Numbers are given in the order of the rows, so that the ids sorted are the ids in that order.
    source = f"ROWS FROM (jsonb_to_recordset(CAST(:rows AS jsonb)) AS ({types})) WITH ORDINALITY AS r ({names}, place)"
    made = ' RETURNING "id"' if "id" in table.c else ""
    return text(f'INSERT INTO "{table.name}" ({names}) SELECT {names} FROM {source} ORDER BY place{made}'), binary  # noqa: S608


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "\\x" + value.hex()


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime, UUID)):
        return str(value)
    raise TypeError(f"A {type(value).__name__} has no JSON.")
