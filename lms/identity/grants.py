"""Roles, always at an org: who may do what where."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, insert, or_, select, update

from lms import audit, clock
from lms.db.unit_of_work import connection, writing
from lms.errors import NotFound
from lms.identity.models import Grant
from lms.identity.people import Person
from lms.identity.roles import ROLES

G = Grant.__table__


def give(
    account_id: int,
    role: str,
    org_id: int,
    granted_by: int | None,
    valid_from: int | None = None,
    valid_to: int | None = None,
) -> int:
    """Records a role at an org, from now on unless said otherwise; returns the grant's id. An equal one is kept.

    Whether the giver may give it was asked before: `lms.granting.giving.give`. On the server nobody is asked.
    Times are seconds; `valid_to` is the first second after it.
    """
    if role not in ROLES:
        raise NotFound
    at = clock.seconds()
    begins = at if valid_from is None else valid_from
    same = select(G.c.id).where(
        G.c.account_id == account_id,
        G.c.role == role,
        G.c.org_id == org_id,
        G.c.valid_from <= begins,
        G.c.valid_to.is_(None) if valid_to is None else or_(G.c.valid_to.is_(None), G.c.valid_to >= valid_to),
    )
    held = connection().execute(same.limit(1)).scalar()
    if held is not None:
        return int(held)
    values = {
        "account_id": account_id, "role": role, "org_id": org_id, "valid_from": begins, "valid_to": valid_to,
        "granted_by": granted_by, "given_at": at,
    }  # fmt: skip
    grant_id: int = connection().execute(insert(G).values(**values).returning(G.c.id)).scalar_one()
    more = {k: v for k, v in (("from", valid_from), ("to", valid_to)) if v is not None}
    audit.record(granted_by, "grant.given", f"account:{account_id}", role=role, org=org_id, grant=grant_id, **more)
    return grant_id


def end(grant_id: int, ended_by: int | None) -> bool:
    """Ends a grant now; one that has not begun never will. False where it had ended already."""
    at = clock.seconds()
    row = (
        connection()
        .execute(
            update(G)
            .where(G.c.id == grant_id, or_(G.c.valid_to.is_(None), G.c.valid_to > at), G.c.ended_at.is_(None))
            .values(valid_to=_later(at), ended_by=ended_by, ended_at=at)
            .returning(G.c.account_id, G.c.role, G.c.org_id)
        )
        .first()
    )
    if row is None:
        return False
    audit.record(ended_by, "grant.ended", f"account:{row.account_id}", role=row.role, org=row.org_id, grant=grant_id)
    return True


def _later(at: int) -> ColumnElement[int]:
    return case((G.c.valid_from > at, G.c.valid_from), else_=at)


def grants_of(account_id: int) -> dict[str, list[int]]:
    """The roles that a person holds now, with the orgs they hold them at.

    In a unit of work they are held: nobody ends one before what leans on it is written.
    """
    at = clock.seconds()
    found = select(G.c.role, G.c.org_id).where(
        G.c.account_id == account_id, G.c.valid_from <= at, or_(G.c.valid_to.is_(None), G.c.valid_to > at)
    )
    held: dict[str, list[int]] = {}
    for row in connection().execute(found.with_for_update(read=True) if writing() else found):
        held.setdefault(row.role, []).append(row.org_id)
    return held


def units_of_roles(account_id: int) -> set[int]:
    """The units at which a person holds a role now or has been given one for later."""
    at = clock.seconds()
    found = select(G.c.org_id).where(
        G.c.account_id == account_id, G.c.ended_at.is_(None), or_(G.c.valid_to.is_(None), G.c.valid_to > at)
    )
    return set(connection().execute(found).scalars())


def roles_here(person: Person | None) -> frozenset[str]:
    """The roles that a person holds anywhere; looked up once a request."""
    from flask import g

    if person is None or not person.has_grants:
        return frozenset()
    found: frozenset[str] | None = g.get("roles")
    if found is None:
        found = g.roles = frozenset(grants_of(person.id))
    return found
