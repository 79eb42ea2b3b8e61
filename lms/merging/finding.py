"""Finding accounts that look like one person: by number, by telephone, by name and birth where people live near.

The same name without marks and the same birth year in one commune or one body; or the same birthday in one province.
Whoever gives different birthdays is not the same, unless one of them is a first of January, which lists put where they
know the year only. All in a fixed number of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import TypeVar

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account, Proof
from lms.merging.models import DIFFERENT, OPEN, Duplicate
from lms.orgs.models import Membership, Org, OrgReach

A, D, M, O, P, R = (
    t.__table__ for t in (Account, Duplicate, Membership, Org, Proof, OrgReach)
)  # fmt: skip
IDENTITY, PHONE, BIRTHDAY, NAME = "identity", "phone", "birthday", "name"
AT_ONCE = 5000
MOST_ALIKE = 20  # more who look the same in one place say nothing of anyone
Pair = tuple[int, int]
T = TypeVar("T")


def note_duplicates(account_ids: Collection[int]) -> int:
    """Looks for people who are here already as somebody else; returns how many pairs are new.

    In an open unit of work; a fixed number of statements for every 5,000 people.
    """
    new = 0
    for some in _parts(sorted(set(account_ids))):
        new += _note(_judge(_like(some)) | _same_number(some))
    return new


def note_pairs(pairs: Iterable[tuple[int, int, str]]) -> int:
    """Notes pairs that others found, each with why: "identity", "phone"; returns how many are new."""
    return _note({(min(a, b), max(a, b)): why for a, b, why in pairs if a != b})


# Where a pair speaks of an account: it says nothing of what the person did.
PAIR_COLUMNS = (D.c.low_id, D.c.high_id)


def forget_pairs(account_ids: Collection[int]) -> None:
    """Drops the pairs of accounts that are about to be removed: those were entered by mistake."""
    connection().execute(delete(D).where(or_(D.c.low_id.in_(account_ids), D.c.high_id.in_(account_ids))))


def sweep() -> None:
    """Looks at everybody; periodic. It finds whom nobody looked at when they came to a unit or told their birthday."""
    with unit_of_work():
        _note(_judge(_all_alike()) | _same_number(None))


# --- who is alike -----------------------------------------------------------------------------------------------------

Alike = tuple[int, int, date | None, date | None, str]  # two accounts, their birthdays, the level of a unit of both


def _here(account: FromClause) -> ColumnElement[bool]:
    c = account.c
    return and_(c.merged_into_id.is_(None), c.erased_at.is_(None), c.closed_at.is_(None))


def _places() -> Subquery:
    """Every unit that a person belongs to now or that lies above it, the nation left out."""
    at, day = clock.seconds(), clock.today()
    return (
        select(M.c.account_id, R.c.ancestor_id.label("unit_id"), O.c.level)
        .join(R, R.c.org_id == M.c.org_id)
        .join(O, O.c.id == R.c.ancestor_id)
        .where(
            M.c.valid_from <= at, or_(M.c.valid_to.is_(None), M.c.valid_to > at),
            R.c.valid_from <= day, R.c.valid_to > day, O.c.level != "nation",
        )
        .subquery()
    )  # fmt: skip


def _like(account_ids: Sequence[int]) -> Iterator[Alike]:
    """Whoever has the name and birth year of one of these people and a unit in common with them."""
    one, other, here, there = A.alias("one"), A.alias("other"), _places().alias("here"), _places().alias("there")
    rows = connection().execute(
        select(one.c.id, other.c.id, one.c.birth_date, other.c.birth_date, here.c.level)
        .distinct()
        .join_from(one, other, and_(other.c.folded == one.c.folded, other.c.birth_year == one.c.birth_year))
        .join(here, here.c.account_id == one.c.id)
        .join(there, and_(there.c.account_id == other.c.id, there.c.unit_id == here.c.unit_id))
        .where(one.c.id.in_(account_ids), other.c.id != one.c.id, one.c.folded != "", _here(one), _here(other))
    )
    yield from (tuple(row) for row in rows)


def _all_alike() -> Iterator[Alike]:
    """The same among all people: first the places where a name and year come twice, then who that is."""
    place = _places()
    key = (A.c.folded, A.c.birth_year, place.c.unit_id)
    twice = (
        select(*key)
        .join(place, place.c.account_id == A.c.id)
        .where(A.c.folded != "", A.c.birth_year.is_not(None), _here(A))
        .group_by(*key)
        .having(func.count(A.c.id.distinct()) > 1)
        .subquery()
    )
    where = _places()
    rows = connection().execute(
        select(where.c.unit_id, where.c.level, A.c.folded, A.c.birth_year, A.c.id, A.c.birth_date)
        .distinct()
        .join(where, where.c.account_id == A.c.id)
        .join(
            twice,
            and_(
                twice.c.folded == A.c.folded,
                twice.c.birth_year == A.c.birth_year,
                twice.c.unit_id == where.c.unit_id,
            ),
        )
        .where(_here(A))
        .order_by(where.c.unit_id, A.c.folded, A.c.birth_year, A.c.id)
    )
    held: dict[tuple[int, str, int], list[tuple[int, date | None, str]]] = defaultdict(list)
    for unit_id, level, folded, year, account_id, born in rows:
        held[(unit_id, folded, year)].append((account_id, born, level))
    for alike in held.values():
        for (one, born, level), (other, birth, _level) in combinations(alike, 2):
            yield one, other, born, birth, level


def _judge(found: Iterable[Alike]) -> dict[Pair, str]:
    """Those who are alike enough to ask an officer about."""
    pairs: dict[Pair, str] = {}
    how_many: defaultdict[tuple[int, str], int] = defaultdict(int)
    for one, other, born, birth, level in found:
        near = level != "province"
        known = [d for d in (born, birth) if d is not None and (d.month, d.day) != (1, 1)]
        if len(known) == 2 and known[0] != known[1]:
            continue
        why = BIRTHDAY if len(known) == 2 else NAME if near else None
        pair = (min(one, other), max(one, other))
        if why is None or pair in pairs:
            continue
        how_many[(one, why)] += 1
        if how_many[(one, why)] <= MOST_ALIKE:
            pairs[pair] = why
    return pairs


def _same_number(account_ids: Sequence[int] | None) -> dict[Pair, str]:
    """Whoever has proved, at any time, a citizen's number that another account has or had."""
    one, other = P.alias("one"), P.alias("other")
    mine, theirs = A.alias("mine"), A.alias("theirs")
    wanted = (
        select(one.c.account_id, other.c.account_id)
        .distinct()
        .join_from(one, other, and_(other.c.identity_key == one.c.identity_key, other.c.account_id != one.c.account_id))
        .join(mine, mine.c.id == one.c.account_id)
        .join(theirs, theirs.c.id == other.c.account_id)
        .where(_here(mine), _here(theirs))
    )
    if account_ids is not None:
        wanted = wanted.where(one.c.account_id.in_(account_ids))
    return {(min(a, b), max(a, b)): IDENTITY for a, b in connection().execute(wanted)}


# --- keeping them -----------------------------------------------------------------------------------------------------


def _note(pairs: dict[Pair, str]) -> int:
    """Keeps pairs that are not known; what was decided stays decided, for whoever was joined to one of them too."""
    database, at = connection(), clock.seconds()
    apart = _told_apart() if pairs else set()
    rows = [
        {"low_id": low, "high_id": high, "why": why, "state": OPEN, "found_at": at, "reason": ""}
        for (low, high), why in sorted(pairs.items())
        if (low, high) not in apart
    ]
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    before = _how_many()
    for some in _parts(rows):
        database.execute(make(D).on_conflict_do_nothing(), some)
    return _how_many() - before if rows else 0


def _how_many() -> int:
    return int(connection().execute(select(func.count()).select_from(D)).scalar_one())


def _told_apart() -> set[Pair]:
    """Pairs of which one was joined to another account after somebody had said that they are two people."""
    low, high = A.alias("low"), A.alias("high")
    rows = connection().execute(
        select(func.coalesce(low.c.merged_into_id, low.c.id), func.coalesce(high.c.merged_into_id, high.c.id))
        .select_from(D)
        .join(low, low.c.id == D.c.low_id)
        .join(high, high.c.id == D.c.high_id)
        .where(D.c.state == DIFFERENT, or_(low.c.merged_into_id.is_not(None), high.c.merged_into_id.is_not(None)))
    )
    return {(min(a, b), max(a, b)) for a, b in rows}


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
