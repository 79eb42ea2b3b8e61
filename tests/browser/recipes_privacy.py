"""Addresses of the pages about messages and personal data, with something on each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.api.work import connection, unit_of_work
from lms.db.unit_of_work import let_go
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Account
from lms.identity.people import person_by_id
from lms.inbox import stopping, telling
from lms.orgs.queries import nation_id
from lms.orgs.units import join
from lms.privacy import asking, guardians
from lms.text import Text
from tests.browser.people import World


def _demo(login: str) -> int:
    return int(connection().execute(select(Account.id).where(Account.username == login)).scalar_one())


def _once(world: World, key: str, make: Callable[[], str]) -> str:
    if key not in world.at:
        with world.app.app_context():
            world.at[key] = make()
    return world.at[key]


def request(world: World) -> str:
    """A request for erasure on the officer's desk."""

    def make() -> str:
        nation = nation_id()
        assert nation is not None
        with unit_of_work():
            (who,) = make_people([NewPerson("Đinh Thị Hơ Rin", birth_year=1958)], None, nation)
            join(who, nation, "citizens", clock.seconds())
            asking.ask(who, "correct", "Tên đệm của tôi viết sai.", who)
            uuid = asking.ask(who, "erase", "Tôi không dùng nữa.", who)
        return f"/can-bo/yeu-cau/{uuid}"

    return _once(world, "data-request", make)


def minor(world: World) -> str:
    """The page for a guardian's yes on paper."""

    def make() -> str:
        nation = nation_id()
        assert nation is not None
        with unit_of_work():
            born = clock.today() - timedelta(days=12 * 365)
            (who,) = make_people([NewPerson("Lò Thị Pằn", "students", birth_date=born)], None, nation)
            join(who, nation, "students", clock.seconds())
        uuid: UUID = connection().execute(select(Account.uuid).where(Account.id == who)).scalar_one()
        return f"/can-bo/nguoi/{uuid}/nguoi-giam-ho"

    return _once(world, "minor", make)


def ward(world: World) -> str:
    """A child for whom the demo administrator answers."""

    def make() -> str:
        parent = person_by_id(_demo("quantri"))
        assert parent is not None
        with unit_of_work():
            born = clock.today() - timedelta(days=11 * 365)
            (who,) = make_people([NewPerson("Lò Văn Tâng", "students", birth_date=born)], None, None)
            child = person_by_id(who)
            assert child is not None
            guardians.agree(parent, guardians.make_code(child), "parent")
        return f"/nguoi-giam-ho/{who}"

    return _once(world, "ward", make)


def inbox(world: World) -> str:
    """An inbox with something new in it."""

    def make() -> str:
        with unit_of_work():
            telling.notify(_demo("quantri"), "test", Text("Giấy của bác đã có"), Text("Số HVS-XN-2026-000123"), "/giay")
        return "/tin-nhan"

    return _once(world, "inbox", make)


def stop(world: World) -> str:
    """The page that stops messages."""

    def make() -> str:
        return f"/ngung-nhan-tin/{stopping.token(_demo('quantri'))}"

    return _once(world, "stop", make)


@dataclass(frozen=True)
class Made:
    """Names of what is there for pages about messages and personal data."""

    stop_token: str
    ward: int


def make(app: Flask) -> Made:
    """A request on the officer's desk, and a child for whom the learner answers who attained (0912 000 001)."""
    with app.app_context():
        attained = connection().execute(select(Account.id).where(Account.phone == "+84912000001")).scalar_one()
        parent = person_by_id(int(attained))
        assert parent is not None
        with unit_of_work():
            born = clock.today() - timedelta(days=11 * 365)
            (who,) = make_people([NewPerson("Lò Văn Tâng", "students", birth_date=born)], None, None)
            child = person_by_id(who)
            assert child is not None
            guardians.agree(parent, guardians.make_code(child), "parent")
            asking.ask(parent.id, "erase", "Tôi không dùng nữa.", parent.id)
        token = stopping.token(parent.id)
        let_go()
    return Made(token, who)
