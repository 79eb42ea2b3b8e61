"""Units as pages of staff need them: a commune with villages, acts done and planned."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.orgs import acts
from lms.orgs.queries import children, org_by_code
from lms.places import reorganizing
from tests.browser.people import Address, World

COMMUNE = "02839"  # xã Bắc Hà
NEIGHBOR = "02824"
DECREE = "Nghị quyết 12/2026/NQ-HĐND"


def _founded() -> int:
    found = org_by_code(COMMUNE)
    assert found is not None
    if not [row for row in children(found.id) if row.level == "village"]:
        with unit_of_work():
            for name in ("Na Lo", "Bắc Hà 1", "Bắc Hà 2"):
                reorganizing.do(acts.Found(acts.NewUnit("thôn", name, found.id)), clock.today(), DECREE, None)
            school = acts.NewUnit("trường tiểu học", "Thị trấn Bắc Hà", found.id)
            reorganizing.do(acts.Found(school), clock.today(), DECREE, None)
    return found.id


def make(app: Flask) -> None:
    """The commune with villages, and an act."""
    with app.app_context():
        _founded()


def at_commune(suffix: str = "") -> Address:
    """The commune's page, or one that hangs on it."""

    def address(world: World) -> str:
        with world.app.app_context():
            other = org_by_code(NEIGHBOR)
            assert other is not None
            return f"/can-bo/don-vi/{_founded()}{suffix.replace('{other}', str(other.id))}"

    return address


def act(kind: str) -> Address:
    """An act's page: one that can be undone, one that cannot, one that is planned."""

    def address(world: World) -> str:
        key = f"unit-act-{kind}"
        if key not in world.at:
            with world.app.app_context():
                commune = _founded()
                village = next(row for row in children(commune) if row.name == "Na Lo")
                if kind == "planned":
                    day = clock.today() + timedelta(days=30)
                    with unit_of_work():
                        made = reorganizing.do(acts.Rename(village.id, "tổ dân phố", "Na Lo"), day, DECREE, None)
                else:
                    mine = [row for row in acts.acts_of(village.id) if row.kind == "found"]
                    made = mine[-1].id
                    if kind == "open":
                        other = next(row for row in children(commune) if row.name == "Bắc Hà 2")
                        made = acts.acts_of(other.id)[0].id
            world.at[key] = f"/can-bo/don-vi/viec/{made}"
        return world.at[key]

    return address


def person(world: World) -> str:
    """The units of somebody."""
    with world.app.app_context():
        a = Account.__table__
        uuid = connection().execute(select(a.c.uuid).where(a.c.username == "balanh")).scalar_one()
    return f"/can-bo/nguoi/{uuid}/don-vi"
