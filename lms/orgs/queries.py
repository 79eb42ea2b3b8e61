"""Reads about units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Date, Engine, and_, bindparam, or_, select, text

from lms import clock
from lms.db.unit_of_work import connection
from lms.orgs.models import Membership, Org, OrgVersion
from lms.vietnamese import fold

V, O = OrgVersion.__table__, Org.__table__


@dataclass(frozen=True)
class OrgRow:
    """A unit as it is on a day."""

    id: int
    code: str | None
    level: str
    kind: str
    name: str
    parent_id: int | None

    @property
    def full_name(self) -> str:
        """With the word before the name: "xã Bắc Hà". The nation and invented bodies have none."""
        return f"{self.kind} {self.name}".strip()


def _on(day: date) -> ColumnElement[bool]:
    return and_(V.c.valid_from <= day, or_(V.c.valid_to.is_(None), V.c.valid_to > day))


_SELECT = select(O.c.id, O.c.code, O.c.level, V.c.kind, V.c.name, V.c.parent_id).join(V, V.c.org_id == O.c.id)
_paths: dict[tuple[Engine, int, date], tuple[int, ...]] = {}


def org(org_id: int, day: date | None = None) -> OrgRow | None:
    """A unit as it is on a day (today)."""
    row = connection().execute(_SELECT.where(O.c.id == org_id, _on(day or clock.today()))).first()
    return OrgRow(*row) if row else None


def org_by_code(code: str, day: date | None = None) -> OrgRow | None:
    """A unit by its national code."""
    row = connection().execute(_SELECT.where(O.c.code == code, _on(day or clock.today()))).first()
    return OrgRow(*row) if row else None


_PATH = text(
    "WITH RECURSIVE up (org_id, parent_id, depth) AS ("
    " SELECT org_id, parent_id, 0 FROM lms_org_version"
    "  WHERE org_id = :org AND valid_from <= :day AND (valid_to IS NULL OR valid_to > :day)"
    " UNION ALL"
    " SELECT v.org_id, v.parent_id, up.depth + 1 FROM lms_org_version v JOIN up ON v.org_id = up.parent_id"
    "  WHERE v.valid_from <= :day AND (v.valid_to IS NULL OR v.valid_to > :day) AND up.depth < 20"
    ") SELECT org_id FROM up ORDER BY depth"
).bindparams(bindparam("day", type_=Date))


def ancestors(org_id: int, day: date | None = None) -> Sequence[int]:
    """The unit itself and every unit above it on a day, nearest first."""
    day = day or clock.today()
    database = connection()
    key = (database.engine, org_id, day)
    held = _paths.get(key)
    if held is None:
        path = list(database.execute(_PATH, {"org": org_id, "day": day}).scalars()) or [org_id]
        if len(_paths) > 20_000:
            _paths.clear()
        held = _paths[key] = tuple(path)
    return held


def reaches(granted: Iterable[int], org_id: int) -> bool:
    """Whether a unit is one of those granted or lies below one."""
    return not set(granted).isdisjoint(ancestors(org_id))


def forget_paths() -> None:
    """Drops what is remembered of the tree: after units were changed."""
    _paths.clear()


def path_name(org_id: int, day: date | None = None) -> str:
    """A unit with the units above it: "xã Bắc Hà, tỉnh Lào Cai". The nation is left out."""
    path = ancestors(org_id, day)
    rows = connection().execute(_SELECT.where(O.c.id.in_(path), _on(day or clock.today())))
    found = {row.id: OrgRow(*row) for row in rows}
    return ", ".join(found[i].full_name for i in path if i in found and found[i].level != "nation")


def children(parent_id: int, day: date | None = None) -> list[OrgRow]:
    """The units right below one, in Vietnamese order."""
    rows = connection().execute(
        _SELECT.where(V.c.parent_id == parent_id, _on(day or clock.today())).order_by(V.c.sort_key)
    )
    return [OrgRow(*row) for row in rows]


def search(words: str, most: int = 20, day: date | None = None) -> list[OrgRow]:
    """Units whose name begins with what was typed, marks or not."""
    folded = fold(words)
    if not folded:
        return []
    rows = connection().execute(
        _SELECT.where(V.c.folded.like(f"{folded}%"), _on(day or clock.today())).order_by(V.c.sort_key).limit(most)
    )
    return [OrgRow(*row) for row in rows]


def orgs_of(account_id: int) -> list[tuple[int, str]]:
    """The units that a person belongs to now, with the target group, newest first."""
    m, at = Membership.__table__, clock.seconds()
    rows = connection().execute(
        select(m.c.org_id, m.c.target_group)
        .where(m.c.account_id == account_id, m.c.valid_from <= at, or_(m.c.valid_to.is_(None), m.c.valid_to > at))
        .order_by(m.c.id.desc())
    )
    return [(row.org_id, row.target_group) for row in rows]


def nation_id() -> int | None:
    """The unit above all others; None before units are loaded."""
    return connection().execute(select(O.c.id).where(O.c.level == "nation")).scalar()


def org_of_membership(account_id: int, at: int) -> int | None:
    """The unit that a person belonged to at a moment: the membership taken up last."""
    m = Membership.__table__
    found = connection().execute(
        select(m.c.org_id)
        .where(m.c.account_id == account_id, m.c.valid_from <= at, or_(m.c.valid_to.is_(None), m.c.valid_to > at))
        .order_by(m.c.id.desc())
        .limit(1)
    )
    return found.scalar()


def orgs_of_people(account_ids: Sequence[int]) -> dict[int, int]:
    """The unit that each of these people belongs to now; whoever belongs to none is left out."""
    m, at = Membership.__table__, clock.seconds()
    rows = connection().execute(
        select(m.c.account_id, m.c.org_id)
        .where(m.c.account_id.in_(account_ids), m.c.valid_from <= at, or_(m.c.valid_to.is_(None), m.c.valid_to > at))
        .order_by(m.c.id)
    )
    return {row.account_id: row.org_id for row in rows}
