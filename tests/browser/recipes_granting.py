"""Where the pages of people and roles are."""

from __future__ import annotations

from sqlalchemy import select

from lms.api.work import connection
from lms.identity.models import Account, Grant
from tests.browser.people import Address, World


def learner(prefix: str = "/can-bo/nguoi/", suffix: str = "") -> Address:
    """A page about the demo learner."""

    def of(world: World) -> str:
        with world.app.app_context():
            a = Account.__table__
            row = connection().execute(select(a.c.uuid).where(a.c.username == "balanh"))
            return f"{prefix}{row.scalar_one()}{suffix}"

    return of


def a_grant(world: World) -> str:
    """A role of the demo instructor."""
    with world.app.app_context():
        a, g = Account.__table__, Grant.__table__
        found = select(g.c.id).join(a, a.c.id == g.c.account_id).where(a.c.username == "thaygiao")
        return f"/can-bo/quyen/{connection().execute(found.limit(1)).scalar_one()}"
