"""What is kept about a person, table by table: shown, given out, moved when two are one, erased, all from one list."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field
from sqlalchemy import ColumnElement, FromClause, Table

from lms.contract.points import ExtensionPoint
from lms.text import Text


class Merged(enum.Enum):
    """What becomes of a row when its person turns out to be somebody else who is here too."""

    MOVES = "moves"  # the other person's from now on; where a unique rule forbids it, the row stays
    STAYS = "stays"  # a record of what was done then, e.g. who acted


class Erased(enum.Enum):
    """What becomes of a row when its person asks to be forgotten."""

    DELETED = "deleted"
    BLANKED = "blanked"  # the columns of `blank` get those values, or what those functions make of the old ones
    KEPT = "kept"  # with `why_kept`


class PersonalTable(Struct, frozen=True):
    """A table with a column that says whose row it is. A table without such an entry fails the tests.

    `shown` lists the columns that a person gets to see of their own rows; empty: none, with the reason in `why_kept`.
    `name`, where one table has several such columns (who learnt, who observed), is "table.column".
    `twice(theirs, ours)` says when a row of somebody who turns out to be another person repeats one of theirs, besides
    what the table's own unique rules forbid: it then stays where it is. `files`: columns that name files in the file
    store which go when the row is erased.
    """

    table: Table
    person: str
    title: Text
    shown: tuple[str, ...]
    merged: Merged
    erased: Erased
    blank: Mapping[str, Any] = field(default_factory=dict)
    why_kept: Text | None = None
    twice: Callable[[FromClause, FromClause], ColumnElement[bool]] | None = None
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.person}"


PERSONAL_DATA: ExtensionPoint[PersonalTable] = ExtensionPoint(
    "personal-data", "Tables that hold something about a person.", lambda t: t.name
)
