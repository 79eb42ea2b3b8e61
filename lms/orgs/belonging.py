"""Reads about who belongs to what, over time."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select

from lms import clock
from lms.db.unit_of_work import connection
from lms.errors import NotFound
from lms.orgs.models import Membership
from lms.orgs.queries import path_names, taken_up

M = Membership.__table__


class Belonging(Struct, frozen=True):
    """That a person belongs, or belonged, to a unit in a target group. In seconds; `until` is None while it lasts."""

    id: int
    account_id: int
    org_id: int
    target_group: str
    since: int
    until: int | None
    unit: str = ""


def _rows(*where: ColumnElement[bool]) -> list[Belonging]:
    rows = connection().execute(
        select(M.c.id, M.c.account_id, M.c.org_id, M.c.target_group, M.c.valid_from, M.c.valid_to)
        .where(*where)
        .order_by(taken_up().desc(), M.c.id.desc())
    )
    found = [Belonging(*row) for row in rows]
    names = path_names(one.org_id for one in found)
    return [
        Belonging(o.id, o.account_id, o.org_id, o.target_group, o.since, o.until, names.get(o.org_id, ""))
        for o in found
    ]


def belongings(account_id: int, past: bool = False) -> list[Belonging]:
    """Where a person belongs, the place taken up last first; with `past`, where they ever belonged. Two statements."""
    at = clock.seconds()
    held = [] if past else [M.c.valid_from <= at, or_(M.c.valid_to.is_(None), M.c.valid_to > at)]
    lasted = or_(M.c.valid_to.is_(None), M.c.valid_to > M.c.valid_from)
    return _rows(M.c.account_id == account_id, lasted, *held)


def belonging(membership_id: int) -> Belonging:
    """One membership that lasts. NotFound where there is none, or it has ended."""
    found = _rows(M.c.id == membership_id, M.c.valid_to.is_(None))
    if not found:
        raise NotFound
    return found[0]
