"""The subtree filter: what a person may do, and at which units. All lists and objects of others go through it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select

from lms import clock
from lms.errors import NotFound
from lms.identity.grants import grants_of
from lms.identity.people import Person
from lms.identity.roles import May, roles_that
from lms.orgs.models import Membership, OrgVersion
from lms.orgs.queries import reaches

V, M = OrgVersion.__table__, Membership.__table__


def units_where(person: Person, may: May) -> list[int]:
    """The units at which the person holds a role that allows it; their subtrees are meant with them."""
    if not person.has_grants:
        return []
    allowing = roles_that(may)
    return sorted({org for role, orgs in grants_of(person.id).items() if role in allowing for org in orgs})


def require_anywhere(person: Person, may: May) -> list[int]:
    """`units_where`; NotFound where there is none: not allowed to see is not found."""
    units = units_where(person, may)
    if not units:
        raise NotFound
    return units


def require_at(person: Person, may: May, org_id: int) -> None:
    """NotFound unless the person may do it at this unit."""
    if not reaches(units_where(person, may), org_id):
        raise NotFound


def below(units: Iterable[int], day: date | None = None) -> Select[tuple[int]]:
    """A query of the ids of these units and all below them on a day; for use in `column.in_(…)`."""
    day = day or clock.today()
    valid = and_(V.c.valid_from <= day, or_(V.c.valid_to.is_(None), V.c.valid_to > day))
    tree = select(V.c.org_id).where(V.c.org_id.in_(list(units)), valid).cte("below", recursive=True)
    tree = tree.union(select(V.c.org_id).join(tree, V.c.parent_id == tree.c.org_id).where(valid))
    return select(tree.c.org_id)


def people_below(account: ColumnElement[int], units: Iterable[int]) -> ColumnElement[bool]:
    """True where an account is a member, now, of one of these units or of one below."""
    at = clock.seconds()
    return exists(
        select(literal(1)).where(
            M.c.account_id == account,
            M.c.valid_from <= at,
            or_(M.c.valid_to.is_(None), M.c.valid_to > at),
            M.c.org_id.in_(below(units)),
        )
    )
