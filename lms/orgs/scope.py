"""The subtree filter: what a person may do, and at which units. All lists and objects of others go through it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true

from lms import clock
from lms.db.unit_of_work import connection, lean_on, writing
from lms.errors import NotFound
from lms.identity.grants import grants_of
from lms.identity.models import Account
from lms.identity.people import PERSON, Person
from lms.identity.roles import May, roles_that
from lms.orgs.models import Membership, OrgReach
from lms.orgs.queries import nation_id, reaches
from lms.text import _

A, M, R = Account.__table__, Membership.__table__, OrgReach.__table__


def units_where(person: Person, may: May) -> list[int]:
    """The units at which the person holds, now, a role that allows it; their subtrees are meant with them.

    What a request leaned on is asked again when it begins to write: a right that has ended meanwhile counts no more.
    """
    if not person.has_grants:
        return []
    units = _units_now(person.id, may)
    if units and not writing():
        lean_on(("units", person.id, may), lambda: _still(person.id, may, units))
    return units


def _units_now(account_id: int, may: May) -> list[int]:
    allowing = roles_that(may)
    return sorted({org for role, orgs in grants_of(account_id).items() if role in allowing for org in orgs})


def _still(account_id: int, may: May, units: list[int]) -> None:
    if not set(units) <= set(_units_now(account_id, may)):
        raise NotFound(_("Your right to do this ended a moment ago. Nothing was changed."))


def require_anywhere(person: Person, may: May) -> list[int]:
    """`units_where`; NotFound where there is none: not allowed to see is not found."""
    units = units_where(person, may)
    if not units:
        raise NotFound
    return units


def may_at(person: Person, may: May, org_id: int | None) -> bool:
    """Whether the person may do it at this unit; None stands for the nation, to which all belongs that has no unit."""
    units = units_where(person, may)
    place = org_id if org_id is not None else nation_id()
    return bool(units) and place is not None and reaches(units, place)


def require_at(person: Person, may: May, org_id: int | None) -> None:
    """NotFound unless the person may do it at this unit."""
    if not may_at(person, may, org_id):
        raise NotFound


def person_for(person: Person, may: May, uuid: UUID) -> Person:
    """Somebody else, or oneself, where the person may do it at a unit that they belong to now; NotFound otherwise."""
    units = require_anywhere(person, may)
    row = connection().execute(PERSON.where(A.c.uuid == uuid, people_below(A.c.id, units))).first()
    if row is None:
        raise NotFound
    return Person(*row)


def people_for(person: Person, may: May, uuids: Iterable[UUID]) -> list[Person]:
    """Several people at once, by given name; NotFound where the person may not do it for one of them."""
    wanted = set(uuids)
    units = require_anywhere(person, may)
    found = connection().execute(
        PERSON.where(A.c.uuid.in_(wanted), people_below(A.c.id, units)).order_by(A.c.sort_key, A.c.id)
    )
    people = [Person(*row) for row in found]
    if len(people) != len(wanted):
        raise NotFound
    return people


def below(units: Iterable[int], day: date | None = None) -> Select[int]:
    """A query of the ids of these units and all below them on a day; for use in `column.in_(…)`.

    Units that have ended lie below those that continue them, so what was recorded at them is still somebody's.
    """
    day = day or clock.today()
    return select(R.c.org_id).where(R.c.ancestor_id.in_(list(units)), R.c.valid_from <= day, R.c.valid_to > day)


def people_below(account: ColumnElement[int], units: Iterable[int]) -> ColumnElement[bool]:
    """True where an account is a member, now, of one of these units or of one below.

    Whoever belongs to no unit belongs to the nation: they are seen from there only.
    """
    wanted, at = list(units), clock.seconds()
    if nation_id() in wanted:
        return true()
    return account.in_(
        select(M.c.account_id).where(
            M.c.valid_from <= at, or_(M.c.valid_to.is_(None), M.c.valid_to > at), M.c.org_id.in_(below(wanted))
        )
    )
