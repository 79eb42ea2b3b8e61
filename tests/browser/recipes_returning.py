"""Addresses of what comes back after days: on the first page, question by question, at the end of the day, off."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from quizzes import queries, returning
from quizzes.services import returning as noting
from tests.browser.people import COURSE, Address, World

MISSED = ("nd53-ten-khac-chu-quan", "nd43-tin-nao-la-lua", "nd0-cat-may-vao-tui", "nd01-ghep-nut-bam")
TWIN = f"/luyen/nd53-tra-tien-phan-bon?return_to=/hoc/{COURSE}/tra-tien-quet-ma-qr&place=check-nd53-ten-khac-chu-quan"


def note(who: str, slugs: tuple[str, ...], days_ago: int, **more: Any) -> None:
    """Somebody missed these so many days ago; `right`, `returned`: see quizzes/services/returning.py."""
    account = connection().execute(select(Account.id).where(Account.full_name == who)).scalar_one()
    day = returning.day_of(clock.seconds()) - days_ago
    with unit_of_work():
        for slug in slugs:
            version = queries.practice_item(slug)
            assert version is not None, slug
            topic = noting.topic_of(version)
            noting.note(account, version, False, day)
            if more:
                noting.note(account, version, True, None, topic)


def at(path: str) -> Address:
    """A page, once people have missed something."""

    def of(world: World) -> str:
        if "returning" not in world.at:
            with world.app.app_context():
                note("Phạm Văn Làm", MISSED, 2)
                note("Bùi Văn Gắng", MISSED[:1], 1, right=True)
                note("Bùi Văn Gắng", MISSED[1:3], 0)
                off = connection().execute(select(Account.id).where(Account.full_name == "Thạch Thị Sa Rươl"))
                with unit_of_work():
                    noting.choose(off.scalar_one(), off=True)
            world.at["returning"] = "made"
        return path

    return of


Row = tuple[str, str, str, Address]
VISITS: tuple[Row, ...] = (
    ("returning-home", "home.home", "declared", at("/")),
    ("returning", "quizzes.returning", "declared", at("/on-lai")),
    ("returning-end", "quizzes.returning", "failed", at("/on-lai")),
    ("returning-none", "quizzes.returning", "new", at("/on-lai")),
    ("returning-off", "quizzes.returning", "waiting", at("/on-lai")),
    ("returning-settings", "identity.settings", "waiting", at("/cai-dat")),
    ("twin", "quizzes.check", "midway", at(TWIN)),
)
