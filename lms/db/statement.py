"""A statement made once and sent often: compiled once for each kind of database, bound by position, read into rows.

SQLAlchemy words it; the driver gets it. What SQLAlchemy does around each execution (the key of its cache, its context,
its result) costs more than a short statement does itself, so what pages send often stands at the top of its module:

    _BY_SLUG = Statement(select(A.c.id, A.c.title).where(A.c.slug == bindparam("slug")), TitleRow)
    row = _BY_SLUG.first(slug=slug)

Outside a unit of work each stands alone and leaves no transaction open; inside one it is part of it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Executable, Float, Insert, Numeric
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from lms.db import driving, unit_of_work

R = TypeVar("R")
Values = Sequence[Any]
FLOAT8, NUMERIC = 701, 1700  # PostgreSQL's numbers of these types (pg_type.dat)


class Statement(Generic[R]):
    """One statement, or one for each kind of database by its name.

    `row` makes what is returned of a row's values; `columns` are those that an insert is given by name.
    """

    def __init__(
        self,
        made: Executable | Mapping[str, Executable],
        row: Callable[..., R] | None = None,
        columns: Sequence[str] | None = None,
    ) -> None:
        self._made, self._row, self._columns = made, row, columns
        self._plans: dict[str, _Plan[R]] = {}

    def _sent(self, given: dict[str, Any]) -> tuple[_Plan[R], Sequence[Values], int]:
        line = unit_of_work.line()
        plan = self._plans.get(line.kind) or self._plan(line.kind)
        rows, touched = line.send(plan.sql, plan.bound(given))
        return plan, rows, touched

    def _plan(self, kind: str) -> _Plan[R]:
        made = self._made[kind] if isinstance(self._made, Mapping) else self._made
        plan = self._plans[kind] = _Plan(made, self._row, self._columns, _dialect(kind))
        return plan

    def words(self, kind: str) -> str:
        """The SQL for one kind of database: sqlite or postgresql."""
        return (self._plans.get(kind) or self._plan(kind)).sql

    def first(self, **given: Any) -> R | None:
        """The first row, or None."""
        plan, rows, _touched = self._sent(given)
        return plan.read(rows[0]) if rows else None

    def one(self, **given: Any) -> R:
        """The row; LookupError where there is none."""
        plan, rows, _touched = self._sent(given)
        if not rows:
            raise LookupError(f"Nothing was found by: {plan.sql}")
        return plan.read(rows[0])

    def all(self, **given: Any) -> list[R]:
        """Every row."""
        plan, rows, _touched = self._sent(given)
        return [plan.read(row) for row in rows]

    def scalar(self, **given: Any) -> Any:
        """The first value of the first row, or None."""
        plan, rows, _touched = self._sent(given)
        return plan.values(rows[0])[0] if rows else None

    def scalars(self, **given: Any) -> list[Any]:
        """The first value of every row."""
        plan, rows, _touched = self._sent(given)
        return [plan.values(row)[0] for row in rows]

    def run(self, **given: Any) -> int:
        """How many rows it wrote."""
        return self._sent(given)[2]


@cache
def _dialect(kind: str) -> Dialect:
    """The words of one kind of database, with places that are numbered or in order instead of named."""
    if kind == "sqlite":
        from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

        return SQLiteDialect_pysqlite(json_deserializer=driving.json_value)
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    return PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class _Plan(Generic[R]):
    """A statement in the words of one kind of database, with the way of values in and out."""

    def __init__(
        self, made: Executable, row: Callable[..., R] | None, columns: Sequence[str] | None, dialect: Dialect
    ) -> None:
        if isinstance(made, Insert) and not made.returning_column_descriptions:
            made = made.inline()  # or PostgreSQL would be asked for keys that nobody reads
        compiled = made.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError(f"A value that Python makes is to be given by name: {compiled}")
        if compiled.post_compile_params:
            raise ValueError(f"A list has no place of its own; what is in it is to be said otherwise: {compiled}")
        self.sql = compiled.string
        places = [(name, compiled.binds[name]) for name in compiled.positiontup or ()]
        self._names = [name for name, _bind in places]
        self._constants = {n: b.effective_value for n, b in places if b.unique or b.effective_value is not None}
        self._inward = _converters(bind.type.dialect_impl(dialect).bind_processor(dialect) for _name, bind in places)
        found = list(getattr(made, "exported_columns", ()))
        self._outward = _converters(_outward(c.type, dialect) for c in found)
        names = [str(c.key or "_") for c in found]
        self._row: Callable[..., Any] = row or namedtuple("Row", names, rename=True)  # noqa: PYI024  of any statement

    def bound(self, given: dict[str, Any]) -> list[Any]:
        """The values in the order of their places. KeyError naming one that was not given."""
        if self._constants:
            given = self._constants | given
        values = [given[name] for name in self._names]
        for place, convert in self._inward:
            values[place] = convert(values[place])
        return values

    def values(self, row: Values) -> Values:
        """A row's values as Python has them."""
        if not self._outward:
            return row
        values = list(row)
        for place, convert in self._outward:
            values[place] = convert(values[place])
        return values

    def read(self, row: Values) -> R:
        """A row as those who asked want it."""
        made: R = self._row(*self.values(row))
        return made


def _outward(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a column's values are to be turned round. How PostgreSQL sends a number it tells by its own name for it."""
    sent_as = FLOAT8 if isinstance(kind, Float) else NUMERIC if isinstance(kind, Numeric) else None
    return kind.dialect_impl(dialect).result_processor(dialect, sent_as)


def _converters(found: Any) -> list[tuple[int, Callable[[Any], Any]]]:
    return [(place, convert) for place, convert in enumerate(found) if convert is not None]
