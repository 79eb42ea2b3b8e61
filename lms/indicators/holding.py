"""Holding attainments back from the figures until somebody has looked, and letting them go again.

What is held back stays what it is: the attainment, its paper and its person's pages do not change. Only the counts do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import insert, select, update

from lms import clock
from lms.competency.models import Attainment
from lms.db.unit_of_work import connection
from lms.identity.accounts import hold_all
from lms.indicators import counting
from lms.indicators.models import Held

A, H = Attainment.__table__, Held.__table__


def hold_back(attainment_ids: Collection[int], by: str, why: str) -> int:
    """Keeps attainments out of the figures from now on, in the name of `by`; returns how many it did not hold before.

    In a unit of work. The same twice is once; several may hold the same attainment.
    """
    before = _figures(attainment_ids)
    mine = select(H.c.attainment_id).where(H.c.held_by == by, H.c.released_at.is_(None))
    held = set(connection().execute(mine).scalars())
    fresh = sorted(set(attainment_ids) - held)
    if fresh:
        at = clock.seconds()
        connection().execute(
            insert(H), [{"attainment_id": one, "held_by": by, "why": why, "since": at} for one in fresh]
        )
        _recount(attainment_ids, before)
    return len(fresh)


def release(by: str) -> int:
    """Lets go all that `by` holds; what nobody else holds counts again. Returns how many. In a unit of work."""
    mine = (H.c.held_by == by, H.c.released_at.is_(None))
    ids = set(connection().execute(select(H.c.attainment_id).where(*mine)).scalars())
    if not ids:
        return 0
    before = _figures(ids)
    let_go = connection().execute(update(H).where(*mine).values(released_at=clock.seconds())).rowcount
    _recount(ids, before)
    return let_go


def held_by(by: str) -> list[int]:
    """The attainments that `by` holds back now."""
    rows = connection().execute(
        select(H.c.attainment_id).where(H.c.held_by == by, H.c.released_at.is_(None)).order_by(H.c.attainment_id)
    )
    return list(rows.scalars())


def _people(attainment_ids: Collection[int]) -> list[int]:
    rows = connection().execute(select(A.c.account_id).where(A.c.id.in_(attainment_ids)).distinct())
    return sorted(rows.scalars())


def _figures(attainment_ids: Collection[int]) -> Mapping[counting.Key, int]:
    """What these people count for now; nobody else moves their record until the unit of work ends."""
    hold_all(_people(attainment_ids))
    return counting.facts(_people(attainment_ids))


def _recount(attainment_ids: Collection[int], before: Mapping[counting.Key, int]) -> None:
    after = counting.facts(_people(attainment_ids))
    for key in sorted({*before, *after}):
        if by := after.get(key, 0) - before.get(key, 0):
            counting.count_at(key, by)
