"""Reads of people and grants. Whoever calls says in which units; nothing else is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, distinct, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from lms import clock
from lms.db.unit_of_work import connection
from lms.identity.accounts import normal_phone
from lms.identity.models import Account, Grant
from lms.orgs.finding import find_units
from lms.orgs.models import Membership, OrgReach, OrgVersion
from lms.orgs.queries import nation_id, on_day, orgs_by_id, path_names
from lms.orgs.scope import below, people_below
from lms.vietnamese import fold, sort_key

A, G, M, R, V = (t.__table__ for t in (Account, Grant, Membership, OrgReach, OrgVersion))
PAGE = 50  # rows
MOST_COUNTED = 10_000


Row = TypeVar("Row")


class Found(Struct, Generic[Row], frozen=True):
    """One page of a longer list. `total` is exact up to MOST_COUNTED, one more means "more than that"."""

    rows: Sequence[Row]
    total: int

    @property
    def pages(self) -> int:
        """How many pages can be turned to."""
        return max(1, -(-min(self.total, MOST_COUNTED) // PAGE))


class PersonRow(Struct, frozen=True):
    """Somebody in a list."""

    id: int
    uuid: UUID
    full_name: str
    birth_year: int | None
    target_group: str | None
    assurance_level: int


class GrantRow(Struct, frozen=True):
    """A role that somebody holds, held or will hold, with who gave it and who ended it."""

    id: int
    account_id: int
    uuid: UUID
    full_name: str
    role: str
    org_id: int
    valid_from: int
    valid_to: int | None
    granted_by: str | None
    given_at: int
    ended_by: str | None
    ended_at: int | None

    @property
    def state(self) -> str:
        """now, future or past."""
        at = clock.seconds()
        if self.ended_at is not None or (self.valid_to is not None and self.valid_to <= at):
            return "past"
        return "future" if self.valid_from > at else "now"

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, on the Vietnamese clock."""
        return clock.local(clock.from_seconds(self.valid_to - 1)).date() if self.valid_to is not None else None


def people(
    units: Sequence[int],
    words: str = "",
    page: int = 1,
    only: Callable[[ColumnElement[int]], ColumnElement[bool]] | None = None,
    size: int = PAGE,
) -> Found[PersonRow]:
    """The people of these units and all below, by given name; `words`: parts of the name, a telephone, a birth year.

    `only(account)`: a condition on the account's id besides. `size`: rows of a page.
    """
    wanted = and_(A.c.closed_at.is_(None), people_below(A.c.id, units), *(_matches(word) for word in _words(words)))
    if only is not None:
        wanted = and_(wanted, only(A.c.id))
    columns = select(A.c.id, A.c.uuid, A.c.full_name, A.c.birth_year, A.c.target_group, A.c.assurance_level)
    rows = connection().execute(
        columns.where(wanted).order_by(A.c.sort_key, A.c.id).limit(size).offset((page - 1) * size)
    )
    return Found([PersonRow(*row) for row in rows], _count(select(A.c.id).where(wanted)))


def without_role(account: ColumnElement[int]) -> ColumnElement[bool]:
    """For `only`: people who hold no role, and have been given none for later."""
    return ~exists().where(G.c.account_id == account, _not_over())


def with_role(account_ids: Collection[int]) -> set[int]:
    """Those of these people who hold a role, or have been given one for later."""
    found = select(G.c.account_id).where(G.c.account_id.in_(account_ids), _not_over())
    return set(connection().execute(found).scalars())


def _not_over() -> ColumnElement[bool]:
    return and_(G.c.ended_at.is_(None), or_(G.c.valid_to.is_(None), G.c.valid_to > clock.seconds()))


def _count(found: Select[tuple[Any, ...]]) -> int:
    return int(
        connection().execute(select(func.count()).select_from(found.limit(MOST_COUNTED + 1).subquery())).scalar_one()
    )


def _words(typed: str) -> list[str]:
    """What was typed, in pieces; a telephone number with blanks in it is one piece."""
    if phone := normal_phone(typed):
        return [phone]
    return fold(typed).split()[:8]


def _matches(word: str) -> ColumnElement[bool]:
    if word.startswith("+84"):
        return A.c.phone == word
    if re.fullmatch(r"(19|20)\d\d", word):
        return or_(A.c.birth_year == int(word), A.c.phone.like(f"%{word}"))
    if word.isdigit():
        return A.c.phone.like(f"%{word.lstrip('0')}%") if word.strip("0") else A.c.phone.like(f"%{word}")
    return (literal(" ") + A.c.folded).like(f"% {word}%")


_BY, _END = aliased(Account.__table__), aliased(Account.__table__)
_GRANTS: Select[*tuple[Any, ...]] = (
    select(
        G.c.id, G.c.account_id, A.c.uuid, A.c.full_name, G.c.role, G.c.org_id, G.c.valid_from, G.c.valid_to,
        _BY.c.full_name, G.c.given_at, _END.c.full_name, G.c.ended_at,
    )
    .join(A, A.c.id == G.c.account_id)
    .outerjoin(_BY, _BY.c.id == G.c.granted_by)
    .outerjoin(_END, _END.c.id == G.c.ended_by)
)  # fmt: skip


def grants_at(
    units: Sequence[int], words: str = "", role: str = "", ended: bool = False, page: int = 1
) -> Found[GrantRow]:
    """The grants at these units and all below: those that hold or will hold, or those that ended; by given name."""
    at = clock.seconds()
    over = or_(G.c.ended_at.is_not(None), and_(G.c.valid_to.is_not(None), G.c.valid_to <= at))
    wanted = [over if ended else ~over, *(_matches(word) for word in _words(words))]
    if nation_id() not in units:
        wanted.append(G.c.org_id.in_(below(units)))
    if role:
        wanted.append(G.c.role == role)
    found = _GRANTS.where(*wanted)
    rows = connection().execute(found.order_by(A.c.sort_key, A.c.id, G.c.id).limit(PAGE).offset((page - 1) * PAGE))
    return Found([GrantRow(*row) for row in rows], _count(found.with_only_columns(G.c.id)))


def grant(grant_id: int) -> GrantRow | None:
    """One grant."""
    row = connection().execute(_GRANTS.where(G.c.id == grant_id)).first()
    return GrantRow(*row) if row else None


def grants_of_person(account_id: int) -> list[GrantRow]:
    """All grants of a person, those of long ago too; what holds comes first, then the newest."""
    rows = [GrantRow(*row) for row in connection().execute(_GRANTS.where(G.c.account_id == account_id))]
    order = {"now": 0, "future": 1, "past": 2}
    return sorted(rows, key=lambda g: (order[g.state], -g.valid_from, g.id))


def units_of_people(account_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The units that each belongs to now, with the target group there."""
    at = clock.seconds()
    rows = connection().execute(
        select(M.c.account_id, M.c.org_id, M.c.target_group)
        .where(
            M.c.account_id.in_(account_ids),
            M.c.valid_from <= at,
            or_(M.c.valid_to.is_(None), M.c.valid_to > at),
        )
        .order_by(M.c.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append((row.org_id, row.target_group))
    return found


class UnitRow(Struct, frozen=True):
    """A unit that can be chosen, with those above it."""

    id: int
    name: str


def names_of(org_ids: Iterable[int]) -> dict[int, str]:
    """Units with those above them, "xã Bắc Hà, tỉnh Lào Cai"; the nation by its own name. Two statements at most."""
    names = path_names(org_ids)
    nameless = [org for org, name in names.items() if not name]
    if nameless:
        names |= {org: row.full_name for org, row in orgs_by_id(nameless).items()}
    return names


def units_like(words: str, within: Sequence[int] | None = None) -> list[UnitRow]:
    """The units that somebody may mean, likeliest first; `within`: only these and what lies below them."""
    return [UnitRow(found.id, found.label) for found in find_units(words, within=within)]


def chosen(org_ids: Iterable[int]) -> list[UnitRow]:
    """These units, to choose from, in Vietnamese order."""
    names = names_of(org_ids)
    return sorted((UnitRow(org, name) for org, name in names.items()), key=lambda u: sort_key(u.name))


class Reach(Struct, frozen=True):
    """How far a grant reaches."""

    units: int
    people: int


def reach(units: Iterable[int]) -> dict[int, Reach]:
    """How many units each of these has with all below it, and how many people belong to them now; two statements."""
    wanted, today, at = set(units), clock.today(), clock.seconds()
    if not wanted:
        return {}
    database = connection()
    inside = and_(R.c.ancestor_id.in_(wanted), R.c.valid_from <= today, R.c.valid_to > today)
    of_units = {
        row.ancestor_id: row.n
        for row in database.execute(
            select(R.c.ancestor_id, func.count().label("n"))
            .join(V, and_(V.c.org_id == R.c.org_id, on_day(today), V.c.ended.is_(False)))
            .where(inside)
            .group_by(R.c.ancestor_id)
        )
    }
    members = (
        select(R.c.ancestor_id.label("root"), func.count(distinct(M.c.account_id)).label("n"))
        .join(M, M.c.org_id == R.c.org_id)
        .join(A, and_(A.c.id == M.c.account_id, A.c.closed_at.is_(None)))
        .where(inside, M.c.valid_from <= at, or_(M.c.valid_to.is_(None), M.c.valid_to > at))
        .group_by(R.c.ancestor_id)
    )
    of_people = {row.root: row.n for row in database.execute(members)}
    found = {org: Reach(of_units.get(org, 0), of_people.get(org, 0)) for org in wanted}
    nation = nation_id()
    if nation in found:
        everyone = database.execute(select(func.count()).where(A.c.closed_at.is_(None))).scalar_one()
        found[nation] = Reach(found[nation].units, int(everyone))
    return found
