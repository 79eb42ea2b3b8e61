"""Rows that go from one account to another and back, table by table, from the one list of personal data.

A row that the other account has already (by a unique rule, or by what its owner calls the same) stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Index,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import true as always
from sqlalchemy.schema import Column
from sqlalchemy.sql.util import ClauseAdapter

from lms.db.unit_of_work import connection
from lms.errors import Conflict
from lms.identity.personal import PERSONAL_DATA, Merged, PersonalTable
from lms.merging.models import MergedRow
from lms.text import Text, _

ROW = MergedRow.__table__
MISSING = _("What a part of the system kept about these people is not here now ({name}). Bring that part back first.")


class Moving(Struct, frozen=True):
    """What would become of one table's rows: how many move, how many stay because the other account has the like."""

    title: Text
    moves: int
    stays: int


def that_move() -> list[PersonalTable]:
    """The tables whose rows move, always in the same order."""
    return sorted((t for t in PERSONAL_DATA if t.merged is Merged.MOVES), key=lambda t: t.name)


def what_would_move(kept_id: int, gone_id: int) -> list[Moving]:
    """What a merge would do, table by table; tables that say nothing of `gone` are left out. Reads only."""
    found = []
    for held in that_move():
        person, repeats = held.table.c[held.person], _repeats(held, kept_id)
        moves, stays = (
            connection()
            .execute(
                select(func.count().filter(~repeats), func.count().filter(repeats))
                .select_from(held.table)
                .where(person == gone_id)
            )
            .one()
        )
        if moves or stays:
            found.append(Moving(held.title, moves, stays))
    return found


def what_moved(merge_id: int) -> list[Moving]:
    """What a merge did, table by table; what a part of the system kept that is not here now goes by its name."""
    rows = connection().execute(
        select(ROW.c.name, func.count()).where(ROW.c.merge_id == merge_id).group_by(ROW.c.name).order_by(ROW.c.name)
    )
    return [
        Moving(held.title if (held := PERSONAL_DATA.find(name)) is not None else Text(name), count, 0)
        for name, count in rows
    ]


def move(merge_id: int, kept_id: int, gone_id: int) -> frozenset[str]:
    """Gives the rows of `gone` to `kept` and notes each one; returns which tables had some ("table.column")."""
    touched = set()
    for held in that_move():
        person = held.table.c[held.person]
        moved = connection().execute(
            update(held.table)
            .where(person == gone_id, ~_repeats(held, kept_id))
            .values({person: kept_id})
            .returning(*(_key(held) or [person]))
        )
        keys = [list(row) if _key(held) else [] for row in moved]
        if keys:
            touched.add(held.name)
            rows = [{"merge_id": merge_id, "name": held.name, "key": msgspec.json.encode(k).decode()} for k in keys]
            connection().execute(insert(ROW), rows)
    return frozenset(touched)


def move_back(merge_id: int, kept_id: int, gone_id: int) -> frozenset[str]:
    """Gives each noted row back to `gone`, if it is still `kept`'s. Conflict where the owner of a table is not here.

    What a request that was under way has made for `gone` meanwhile stays theirs, and its like stays with `kept`.
    """
    noted: dict[str, list[str]] = {}
    for row in connection().execute(select(ROW.c.name, ROW.c.key).where(ROW.c.merge_id == merge_id).order_by(ROW.c.id)):
        noted.setdefault(row.name, []).append(row.key)
    for name, keys in noted.items():
        held = PERSONAL_DATA.find(name)
        if held is None:
            raise Conflict(Text(MISSING.msgid, {"name": name}))
        person, key = held.table.c[held.person], _key(held)
        statement = (
            update(held.table)
            .where(
                person == kept_id, ~_repeats(held, gone_id), *(c == bindparam(f"key_{i}") for i, c in enumerate(key))
            )
            .values({person: gone_id})
        )
        types: Any = tuple[tuple(c.type.python_type for c in key)]  # type: ignore[misc]
        rows = [msgspec.json.decode(k, type=types) for k in keys]
        connection().execute(statement, [{f"key_{i}": v for i, v in enumerate(row)} for row in rows])
    return frozenset(noted)


def _key(held: PersonalTable) -> list[Column[Any]]:
    """The primary key but for the person: what still names a row once it is somebody else's."""
    return [c for c in held.table.primary_key.columns if c.name != held.person]


def _repeats(held: PersonalTable, account_id: int) -> ColumnElement[bool]:
    """Whether a row of the table may not be this account's too: it has its like."""
    theirs, ours = held.table, held.table.alias("ours")
    rules = [
        and_(always(), *(ours.c[c] == theirs.c[c] for c in others), *where)
        for others, where in _unique_with(held.table, held.person, ours)
    ]
    if held.twice is not None:
        rules.append(held.twice(theirs, ours))
    if not rules:
        return ~always()
    return exists(select(1).select_from(ours).where(ours.c[held.person] == account_id, or_(*rules)).correlate(theirs))


def _unique_with(table: Table, person: str, ours: Any) -> Iterator[tuple[list[str], list[ColumnElement[bool]]]]:
    """Each unique rule that the person is part of: its other columns, and for which rows alone it holds."""
    rules: list[tuple[list[str], Index | None]] = [([c.name for c in table.primary_key.columns], None)]
    rules += [([c.name for c in r.columns], None) for r in table.constraints if isinstance(r, UniqueConstraint)]
    rules += [([c.name for c in index.columns], index) for index in table.indexes if index.unique]
    for names, index in rules:
        if person in names:
            only = index.dialect_options["postgresql"]["where"] if index is not None else None
            where = [] if only is None else [only, ClauseAdapter(ours).traverse(only)]
            yield [n for n in names if n != person], where
