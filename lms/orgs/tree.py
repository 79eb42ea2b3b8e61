"""The tree in time, closed over all levels (`OrgReach`), the keys of search (`OrgKey`), and their age (`OrgTree`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import CTE, Date, Select, case, delete, insert, literal, select, update

from lms.db.many import insert_many
from lms.db.unit_of_work import connection
from lms.orgs.models import OrgKey, OrgReach, OrgTree, OrgVersion
from lms.vietnamese import compact_keys

V, R, K, T = OrgVersion.__table__, OrgReach.__table__, OrgKey.__table__, OrgTree.__table__
NO_END = date(9999, 12, 31)
DEEPEST = 24


def change_tree() -> int:
    """Says that the tree changes in this unit of work; whoever else wants to change it waits. The new generation."""
    database = connection()
    held = database.execute(
        update(T).where(T.c.id == 1).values(generation=T.c.generation + 1).returning(T.c.generation)
    )
    generation = held.scalar()
    if generation is None:
        database.execute(insert(T).values(id=1, generation=1))
        return 1
    return int(generation)


def generation() -> int:
    """How often the tree has changed."""
    return int(connection().execute(select(T.c.generation)).scalar() or 0)


def _below_ever(units: Sequence[int]) -> CTE:
    """These units and whatever lay below one of them at any time."""
    down = select(V.c.org_id).where(V.c.org_id.in_(units)).cte("down", recursive=True)
    return down.union(select(V.c.org_id).join(down, V.c.parent_id == down.c.org_id))


def _closed(units: Sequence[int] | None) -> Select[int, int, date, date, int]:
    """The rows of the closure as the versions say: of these units and those below them, or of all."""
    ends = case((V.c.valid_to.is_(None), literal(NO_END, Date)), else_=V.c.valid_to)
    first = select(
        V.c.org_id,
        V.c.org_id.label("ancestor_id"),
        V.c.valid_from.label("starts"),
        ends.label("ends"),
        literal(0).label("depth"),
    ).where(V.c.valid_from < ends)
    if units is not None:
        first = first.where(V.c.org_id.in_(select(_below_ever(units).c.org_id)))
    up = first.cte("up", recursive=True)
    starts = case((V.c.valid_from > up.c.starts, V.c.valid_from), else_=up.c.starts)
    until = case((ends < up.c.ends, ends), else_=up.c.ends)
    up = up.union_all(
        select(up.c.org_id, V.c.parent_id, starts, until, up.c.depth + 1)
        .join(V, V.c.org_id == up.c.ancestor_id)
        .where(V.c.parent_id.is_not(None), V.c.valid_from < up.c.ends, ends > up.c.starts, V.c.valid_from < ends)
        .where(up.c.depth < DEEPEST)
    )
    return select(up.c.org_id, up.c.ancestor_id, up.c.starts, up.c.ends, up.c.depth)


def close(units: Iterable[int] | None = None) -> None:
    """Writes the closure anew: for these units and all that ever lay below them, or for every unit. Two statements."""
    database = connection()
    touched = None if units is None else sorted(set(units))
    gone = delete(R)
    if touched is not None:
        gone = gone.where(R.c.org_id.in_(touched) | R.c.org_id.in_(select(_below_ever(touched).c.org_id)))
    database.execute(gone)
    database.execute(
        insert(R).from_select(["org_id", "ancestor_id", "valid_from", "valid_to", "depth"], _closed(touched))
    )


Reach = dict[tuple[int, int], list[tuple[date, date, int]]]


def _coalesced(rows: Iterable[Sequence[object]]) -> Reach:
    """(unit, ancestor) → times and depth, with times that touch one another made one."""
    by_pair: defaultdict[tuple[int, int], list[tuple[date, date, int]]] = defaultdict(list)
    for org_id, ancestor_id, starts, ends, depth in rows:
        by_pair[(org_id, ancestor_id)].append((starts, ends, depth))  # type: ignore[index, arg-type]
    for pair, times in by_pair.items():
        times.sort()
        joined = times[:1]
        for starts, ends, depth in times[1:]:
            if joined[-1][1] == starts and joined[-1][2] == depth:
                joined[-1] = (joined[-1][0], ends, depth)
            else:
                joined.append((starts, ends, depth))
        by_pair[pair] = joined
    return dict(by_pair)


def differences(units: Iterable[int] | None = None) -> list[tuple[int, int]]:
    """(unit, ancestor) wherever the closure says something else than the versions: of these units and those that were
    ever below them, or of all. Must be empty.
    """
    database, which = connection(), None if units is None else sorted(set(units))
    stored = select(R.c.org_id, R.c.ancestor_id, R.c.valid_from, R.c.valid_to, R.c.depth)
    if which is not None:
        stored = stored.where(R.c.org_id.in_(select(_below_ever(which).c.org_id)))
    held, real = _coalesced(database.execute(stored)), _coalesced(database.execute(_closed(which)))
    return sorted(pair for pair in held.keys() | real.keys() if held.get(pair) != real.get(pair))


def loops(units: Iterable[int]) -> list[int]:
    """Those of these units that lie below themselves at some time. Must be empty."""
    found = connection().execute(
        select(R.c.org_id).where(R.c.org_id.in_(sorted(set(units))), R.c.ancestor_id == R.c.org_id, R.c.depth > 0)
    )
    return sorted(set(found.scalars()))


def write_keys(versions: Iterable[tuple[int, str, str]]) -> None:
    """Makes versions (id, kind, name) findable."""
    rows = [
        {"key": key, "version_id": version_id, "whole": whole}
        for version_id, kind, name in versions
        for key, whole in compact_keys(name, initials=kind in ("tỉnh", "thành phố")).items()
    ]
    insert_many(K, rows)
