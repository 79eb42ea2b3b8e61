"""Reads about units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from flask import g
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Date,
    Engine,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    func,
    join,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from lms import clock
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, writing
from lms.orgs.models import Membership, Org, OrgReach, OrgVersion
from lms.orgs.tree import generation
from lms.vietnamese import natural_sort_key

V, O, R = OrgVersion.__table__, Org.__table__, OrgReach.__table__


class OrgRow(Struct, frozen=True):
    """A unit as it is on a day."""

    id: int
    code: str | None
    level: str
    kind: str
    name: str
    parent_id: int | None
    managed_by_id: int | None = None

    @property
    def full_name(self) -> str:
        """With the word before the name: "xã Bắc Hà". The nation and invented bodies have none."""
        return f"{self.kind} {self.name}".strip()


def on_day(day: date) -> ColumnElement[bool]:
    """Versions that were so on a day; those of units that had ended are among them."""
    return and_(V.c.valid_from <= day, or_(V.c.valid_to.is_(None), V.c.valid_to > day))


def _living(day: date | None) -> ColumnElement[bool]:
    return and_(on_day(day or clock.today()), V.c.ended.is_(False))


def _reaching(day: date | None) -> ColumnElement[bool]:
    day = day or clock.today()
    return and_(R.c.valid_from <= day, R.c.valid_to > day)


_FROM = join(O, V, V.c.org_id == O.c.id)
_SELECT = select(O.c.id, O.c.code, O.c.level, V.c.kind, V.c.name, V.c.parent_id, V.c.managed_by_id).select_from(_FROM)
_paths: dict[tuple[Engine, int, date], tuple[int, ...]] = {}
_ages: WeakKeyDictionary[Engine, int] = WeakKeyDictionary()


def org(org_id: int, day: date | None = None) -> OrgRow | None:
    """A unit as it is on a day (today); None where it is not there yet, or has ended."""
    row = connection().execute(_SELECT.where(O.c.id == org_id, _living(day))).first()
    return OrgRow(*row) if row else None


def org_by_code(code: str, day: date | None = None) -> OrgRow | None:
    """A unit by its national code."""
    row = connection().execute(_SELECT.where(O.c.code == code, _living(day))).first()
    return OrgRow(*row) if row else None


def orgs_by_id(org_ids: Iterable[int], day: date | None = None) -> dict[int, OrgRow]:
    """Units as they are on a day; those that had ended, as they were last. One statement."""
    rows = connection().execute(_SELECT.where(O.c.id.in_(sorted(set(org_ids))), on_day(day or clock.today())))
    return {row.id: OrgRow(*row) for row in rows}


def ancestors(org_id: int, day: date | None = None) -> Sequence[int]:
    """The unit itself and every unit above it on a day, nearest first.

    Above a unit that has ended come the one that continues it and those above that.
    """
    day = day or clock.today()
    database = connection()
    found = _path_of(org_id, day)
    if writing():  # the tree may be changing in this very unit of work
        return tuple(database.execute(found).scalars()) or (org_id,)
    _check_age(database.engine)
    key = (database.engine, org_id, day)
    held = _paths.get(key)
    if held is None:
        path = tuple(database.execute(found).scalars()) or (org_id,)
        if len(_paths) > 20_000:
            _paths.clear()
        held = _paths[key] = path
    return held


def ancestors_of(org_ids: Iterable[int], day: date | None = None) -> dict[int, list[int]]:
    """`ancestors` of many units at once, without what this process remembers; one statement."""
    found: dict[int, list[int]] = {}
    wanted = select(R.c.org_id, R.c.ancestor_id).where(R.c.org_id.in_(sorted(set(org_ids))), _reaching(day))
    for org_id, ancestor_id in connection().execute(wanted.order_by(R.c.org_id, R.c.depth)):
        found.setdefault(org_id, []).append(ancestor_id)
    return found


def _path_of(org_id: int, day: date) -> Select[int]:
    return select(R.c.ancestor_id).where(R.c.org_id == org_id, _reaching(day)).order_by(R.c.depth)


def _check_age(engine: Engine) -> None:
    """Forgets paths where another process has changed the tree; asked once a request."""
    if g.get("tree_is_known"):
        return
    age = generation()
    if _ages.get(engine) != age:
        _paths.clear()
        _ages[engine] = age
    g.tree_is_known = True


def reaches(granted: Iterable[int], org_id: int) -> bool:
    """Whether a unit is one of those granted or lies below one."""
    return not set(granted).isdisjoint(ancestors(org_id))


def forget_paths() -> None:
    """Drops what is remembered of the tree: after units were changed."""
    _paths.clear()
    _ages.clear()
    g.pop("tree_is_known", None)


_DAY: ColumnElement[Any] = bindparam("day", type_=Date)
_PATH_NAME: Statement[tuple[str, str, str]] = Statement(
    select(O.c.level, V.c.kind, V.c.name)
    .select_from(R)
    .join(O, O.c.id == R.c.ancestor_id)
    .join(V, V.c.org_id == R.c.ancestor_id)
    .where(
        R.c.org_id == bindparam("unit"), R.c.valid_from <= _DAY, R.c.valid_to > _DAY,
        V.c.valid_from <= _DAY, or_(V.c.valid_to.is_(None), V.c.valid_to > _DAY),
    )
    .order_by(R.c.depth),
    lambda level, kind, name: (level, kind, name),
)  # fmt: skip


def path_name(org_id: int, day: date | None = None) -> str:
    """A unit with the units above it: "xã Bắc Hà, tỉnh Lào Cai". The nation is left out."""
    found = _PATH_NAME.all(unit=org_id, day=day or clock.today())
    return ", ".join(f"{kind} {name}".strip() for level, kind, name in found if level != "nation")


class _Listed(FunctionElement[str]):
    """Words of several rows with commas between them."""

    inherit_cache = True
    type = String()


@compiles(_Listed, "sqlite")
def _listed_sqlite(made: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"group_concat({compiler.process(made.clauses, **how)}, ', ')"


@compiles(_Listed, "postgresql")
def _listed_postgresql(made: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"string_agg({compiler.process(made.clauses, **how)}, ', ')"


def path_name_of(org_id: ColumnElement[Any], day: ColumnElement[Any]) -> ScalarSelect[str]:
    """`path_name` for use in a statement. None where there is no unit."""
    o, r, v = O.alias(), R.alias(), V.alias()
    above = (
        select(func.trim(v.c.kind + " " + v.c.name).label("name"), r.c.depth)
        .select_from(r)
        .join(o, o.c.id == r.c.ancestor_id)
        .join(v, v.c.org_id == r.c.ancestor_id)
        .where(
            r.c.org_id == org_id, r.c.valid_from <= day, r.c.valid_to > day, o.c.level != "nation",
            v.c.valid_from <= day, or_(v.c.valid_to.is_(None), v.c.valid_to > day),
        )
        .order_by(r.c.depth)
        .correlate(org_id.table)
        .subquery("above")
    )  # fmt: skip
    return select(_Listed(above.c.name)).scalar_subquery()


def path_names(org_ids: Iterable[int], day: date | None = None, itself: bool = True) -> dict[int, str]:
    """`path_name` of many units by one statement. Not `itself`: only what is above: "tỉnh Lào Cai"."""
    day = day or clock.today()
    rows = connection().execute(
        select(R.c.org_id, R.c.ancestor_id, O.c.level, V.c.kind, V.c.name)
        .join(O, O.c.id == R.c.ancestor_id)
        .join(V, V.c.org_id == R.c.ancestor_id)
        .where(R.c.org_id.in_(sorted(set(org_ids))), _reaching(day), on_day(day))
        .order_by(R.c.org_id, R.c.depth)
    )
    names: dict[int, list[str]] = {}
    for org_id, ancestor_id, level, kind, name in rows:
        here = names.setdefault(org_id, [])
        if level != "nation" and (itself or ancestor_id != org_id):
            here.append(f"{kind} {name}".strip())
    return {org_id: ", ".join(parts) for org_id, parts in names.items()}


def children(parent_id: int, day: date | None = None) -> list[OrgRow]:
    """The units right below one, in Vietnamese order; villages with numbers by their number."""
    rows = connection().execute(_SELECT.where(V.c.parent_id == parent_id, _living(day)).order_by(V.c.sort_key, O.c.id))
    return in_order(OrgRow(*row) for row in rows)


def managed(managing_id: int, day: date | None = None) -> list[OrgRow]:
    """The units that a body manages besides where they lie."""
    rows = connection().execute(_SELECT.where(V.c.managed_by_id == managing_id, _living(day)))
    return in_order(OrgRow(*row) for row in rows)


def in_order(rows: Iterable[OrgRow]) -> list[OrgRow]:
    """Units by name in Vietnamese order: thôn 2 before thôn 10."""
    return sorted(rows, key=natural_order)


def natural_order(row: OrgRow) -> tuple[object, ...]:
    """What units are ordered by."""
    return (natural_sort_key(row.name), row.kind, row.id)


def taken_up() -> ColumnElement[int]:
    """What memberships are ordered by: the one taken up last has most. A unit's merger does not change it."""
    m = Membership.__table__
    return func.coalesce(m.c.root_id, m.c.id)


def orgs_of(account_id: int) -> list[tuple[int, str]]:
    """The units that a person belongs to now, with the target group, newest first."""
    m, at = Membership.__table__, clock.seconds()
    rows = connection().execute(
        select(m.c.org_id, m.c.target_group)
        .where(m.c.account_id == account_id, m.c.valid_from <= at, or_(m.c.valid_to.is_(None), m.c.valid_to > at))
        .order_by(taken_up().desc())
    )
    return [(row.org_id, row.target_group) for row in rows]


def nation_id() -> int | None:
    """The unit above all others; None before units are loaded."""
    return connection().execute(select(O.c.id).where(O.c.level == "nation")).scalar()


def org_of_membership(account_id: int, at: int) -> int | None:
    """The unit that a person belonged to at a moment: the membership taken up last."""
    return connection().execute(select(org_at(account_id, at))).scalar()


def org_at(who: int | ColumnElement[int], at: int | ColumnElement[int]) -> ScalarSelect[int]:
    """The unit that a person belonged to at a moment, for use in a statement: that of the membership taken up last."""
    return of_membership(Membership.__table__.c.org_id, who, at)


def of_membership(
    what: ColumnElement[int], who: int | ColumnElement[int], at: int | ColumnElement[int]
) -> ScalarSelect[int]:
    """A column of the membership that a person held at a moment, the one taken up last: for use in a statement."""
    m = Membership.__table__
    return (
        select(what)
        .where(m.c.account_id == who, m.c.valid_from <= at, or_(m.c.valid_to.is_(None), m.c.valid_to > at))
        .order_by(taken_up().desc())
        .limit(1)
        .scalar_subquery()
    )


def orgs_of_people(account_ids: Sequence[int]) -> dict[int, int]:
    """The unit that each of these people belongs to now; whoever belongs to none is left out."""
    m, at = Membership.__table__, clock.seconds()
    rows = connection().execute(
        select(m.c.account_id, m.c.org_id)
        .where(m.c.account_id.in_(account_ids), m.c.valid_from <= at, or_(m.c.valid_to.is_(None), m.c.valid_to > at))
        .order_by(taken_up())
    )
    return {row.account_id: row.org_id for row in rows}
