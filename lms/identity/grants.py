"""Roles, always at an org: who may do what where."""

from __future__ import annotations

from sqlalchemy import insert, or_, select

from lms import audit, clock
from lms.db.unit_of_work import connection
from lms.errors import NotFound
from lms.identity import roles
from lms.identity.models import Grant
from lms.identity.people import Person

INSTRUCTOR, VERIFIER, CONFIRMER, ADMINISTRATOR, REPORTER = (
    "instructor", "verifier", "confirmer", "administrator", "reporter",
)  # fmt: skip
ROLES = tuple(roles.ROLES)


def give(account_id: int, role: str, org_id: int, granted_by: int | None) -> int:
    """Grants a role at an org from now on; returns the grant's id. An equal grant is kept as it is."""
    if role not in ROLES:
        raise NotFound
    g, at = Grant.__table__, clock.seconds()
    held = (
        connection()
        .execute(
            select(g.c.id).where(
                g.c.account_id == account_id, g.c.role == role, g.c.org_id == org_id, g.c.valid_to.is_(None)
            )
        )
        .scalar()
    )
    if held is not None:
        return int(held)
    grant_id: int = (
        connection()
        .execute(
            insert(g)
            .values(account_id=account_id, role=role, org_id=org_id, valid_from=at, granted_by=granted_by)
            .returning(g.c.id)
        )
        .scalar_one()
    )
    audit.record(granted_by, "grant.given", f"account:{account_id}", role=role, org=org_id)
    return grant_id


def grants_of(account_id: int) -> dict[str, list[int]]:
    """The roles that a person holds now, with the orgs they hold them at."""
    g, at = Grant.__table__, clock.seconds()
    rows = connection().execute(
        select(g.c.role, g.c.org_id).where(
            g.c.account_id == account_id, g.c.valid_from <= at, or_(g.c.valid_to.is_(None), g.c.valid_to > at)
        )
    )
    held: dict[str, list[int]] = {}
    for row in rows:
        held.setdefault(row.role, []).append(row.org_id)
    return held


def roles_here(person: Person | None) -> frozenset[str]:
    """The roles that a person holds anywhere; looked up once a request."""
    from flask import g

    if person is None or not person.has_grants:
        return frozenset()
    found: frozenset[str] | None = g.get("roles")
    if found is None:
        found = g.roles = frozenset(grants_of(person.id))
    return found


def require(person: Person, *roles: str) -> dict[str, list[int]]:
    """The person's grants where they hold one of `roles`; NotFound otherwise: not allowed to see is not found."""
    held = grants_of(person.id)
    if not any(role in held for role in roles):
        raise NotFound
    return held
