"""Counts move by deltas in the transaction that changes the facts; `differences` proves them equal to the facts.

Each count stands at the unit of the membership itself. What a unit and all below it come to is summed when somebody
asks, by the tree of the day asked for: so a merger, a move or their undoing changes no count that it is not about, and
no two learners of the country write to the same row of the nation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock
from lms.competency.models import Attainment, Programme
from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.indicators.models import Held, Rollup
from lms.learning.models import Enrollment
from lms.orgs.models import Membership, OrgReach

ENROLLED, ATTAINED = "enrolled", "attained"
Key = tuple[str, int, str]  # indicator, org, target group
A, E, H, M, P, R, W = (
    t.__table__ for t in (Attainment, Enrollment, Held, Membership, Programme, Rollup, Account)
)  # fmt: skip
REACH = OrgReach.__table__


def _adding(rows: Select[*tuple[Any, ...]]) -> Statement[Any]:
    worded = {}
    for kind, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
        statement = make(Rollup).from_select(["indicator", "org_id", "target_group", "value"], rows)
        worded[kind] = statement.on_conflict_do_update(
            index_elements=["indicator", "org_id", "target_group"], set_={"value": R.c.value + statement.excluded.value}
        )
    return Statement(worded)


_NAME, _BY = bindparam("name", type_=R.c.indicator.type), bindparam("by", type_=R.c.value.type)
_COUNT = _adding(select(_NAME, M.c.org_id, M.c.target_group, _BY).where(M.c.id == bindparam("membership")))
_COUNT_AT = _adding(
    select(_NAME, bindparam("org", type_=R.c.org_id.type), bindparam("group", type_=R.c.target_group.type), _BY).where(
        literal(1) == 1
    )
)


def count(indicator: str, membership_id: int | None, by: int = 1) -> None:
    """Adds to an indicator at the membership's unit. Without a membership nothing moves."""
    if membership_id is not None:
        _COUNT.run(name=indicator, membership=membership_id, by=by)


def count_at(key: Key, by: int) -> None:
    """Adds to an indicator of a group at a unit."""
    indicator, org_id, group = key
    _COUNT_AT.run(name=indicator, org=org_id, group=group, by=by)


def _held_at(at: int | None) -> ColumnElement[bool]:
    """Memberships that are held: now, or at a moment."""
    if at is None:
        return M.c.valid_to.is_(None)
    return and_(M.c.valid_from <= at, or_(M.c.valid_to.is_(None), M.c.valid_to > at))


def _held_back(at: int | None) -> ColumnElement[bool]:
    """Attainments that somebody holds back from the figures: now, or at a moment."""
    still = H.c.released_at.is_(None)
    when = still if at is None else and_(H.c.since <= at, or_(still, H.c.released_at > at))
    return exists().where(H.c.attainment_id == A.c.id, when)


def _counted(
    people: Collection[int] | None = None,
    units: Collection[int] | Select[int] | None = None,
    at: int | None = None,
) -> Select[str, int, str, int]:
    """(indicator, unit, group, how many) from the facts: learners where they belong, attainments where their holders
    belonged when they attained, but for those that are held back. An account that was joined to another counts for
    nothing: its person is counted there.
    """
    begun = exists().where(E.c.account_id == M.c.account_id)
    learning = select(literal(ENROLLED), M.c.org_id, M.c.target_group, func.count()).where(
        _held_at(at), begun if at is None else begun.where(E.c.started_at <= at)
    )
    attained = (
        select(literal(ATTAINED), M.c.org_id, M.c.target_group, func.count())
        .join(A, A.c.membership_id == M.c.id)
        .join(P, P.c.id == A.c.programme_id)
        .where(
            P.c.recognition == "attainment",
            ~_held_back(at),
            *([] if at is None else [A.c.attained_at <= at]),
        )
    )
    joined, both = select(W.c.id).where(W.c.merged_into_id.is_not(None)), []
    for rows, who in ((learning, M.c.account_id), (attained, A.c.account_id)):
        rows = rows.where(who.not_in(joined)).group_by(M.c.org_id, M.c.target_group)
        if people is not None:
            rows = rows.where(who.in_(people))
        both.append(rows if units is None else rows.where(M.c.org_id.in_(units)))
    counted = union_all(*both).subquery("counted")
    return select(*counted.c)


def facts(account_ids: Collection[int] | None = None) -> Mapping[Key, int]:
    """What enrollments and attainments of these people (of all) count for, each at its own unit and not above it."""
    return {(indicator, org, group): n for indicator, org, group, n in connection().execute(_counted(account_ids))}


def stored() -> Mapping[Key, int]:
    """The counts as they stand, without zeros."""
    return {
        (row.indicator, row.org_id, row.target_group): row.value for row in connection().execute(select(R)) if row.value
    }


def differences() -> list[tuple[Key, int, int]]:
    """(key, stored, counted) wherever a count and the facts differ. Must be empty."""
    real, held = facts(), stored()
    keys = sorted(set(real) | set(held))
    return [(k, held.get(k, 0), real.get(k, 0)) for k in keys if held.get(k, 0) != real.get(k, 0)]


def recount(units: Iterable[int]) -> None:
    """Counts these units anew from the facts: after many memberships moved at once. Two statements."""
    which = sorted(set(units))
    connection().execute(delete(R).where(R.c.org_id.in_(which)))
    rows = _counted(units=which)
    connection().execute(insert(R).from_select(["indicator", "org_id", "target_group", "value"], rows))


def rebuild() -> int:
    """Writes the counts anew from the facts; returns how many there are."""
    connection().execute(delete(R))
    connection().execute(insert(R).from_select(["indicator", "org_id", "target_group", "value"], _counted()))
    return int(connection().execute(select(func.count()).select_from(R)).scalar_one())


def figures(units: Collection[int], day: date | None = None) -> Mapping[Key, int]:
    """What the indicators come to in these units and all below them, by the tree of a day; zeros are left out.

    Today's are summed from the counts; those of a past day are counted from the facts as they were when it ended.
    """
    today = clock.today()
    on = day or today
    reach = and_(REACH.c.ancestor_id.in_(sorted(units)), REACH.c.valid_from <= on, REACH.c.valid_to > on)
    if on >= today:
        rows = select(R.c.indicator, R.c.org_id, R.c.target_group, R.c.value).subquery("counted")
    else:
        midnight = datetime.combine(on + timedelta(days=1), datetime.min.time(), clock.VIETNAM)
        below = select(REACH.c.org_id).where(reach)
        rows = _counted(units=below, at=int(midnight.timestamp()) - 1).subquery("counted")
    indicator, org_id, group, value = rows.c
    found = connection().execute(
        select(indicator, REACH.c.ancestor_id, group, func.sum(value))
        .join(rows, org_id == REACH.c.org_id)
        .where(reach)
        .group_by(indicator, REACH.c.ancestor_id, group)
    )
    return {(name, unit, of): int(total) for name, unit, of, total in found if total}


def held_back(units: Collection[int]) -> int:
    """How many attainments of these units and all below them are not counted now, because somebody looks at them."""
    today = clock.today()
    below = select(REACH.c.org_id).where(
        REACH.c.ancestor_id.in_(sorted(units)), REACH.c.valid_from <= today, REACH.c.valid_to > today
    )
    joined = select(W.c.id).where(W.c.merged_into_id.is_not(None))
    found = (
        select(func.count())
        .select_from(A)
        .join(M, M.c.id == A.c.membership_id)
        .join(P, P.c.id == A.c.programme_id)
        .where(
            A.c.id.in_(select(H.c.attainment_id).where(H.c.released_at.is_(None))),
            P.c.recognition == "attainment",
            A.c.account_id.not_in(joined),
            M.c.org_id.in_(below),
        )
    )
    return int(connection().execute(found).scalar_one())
