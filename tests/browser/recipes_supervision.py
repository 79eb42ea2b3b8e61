"""Addresses of supervised sessions: one that is planned, with its list, and one that is over."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from lms.orgs.queries import org_by_code
from plugins.supervision import queries
from plugins.supervision.models import Session
from plugins.supervision.services import ending, noting, planning, supervising
from plugins.supervision.services.planning import Plan
from tests.browser.people import Address, World
from tests.supervision.stations import citizens_check

OFFICE = "/can-bo/phong-thi"
S, A = Session.__table__, Account.__table__
PLANNED, OVER = "Kiểm tra cuối khóa, đợt 2", "Kiểm tra cuối khóa, đợt 1"
NO_PAGES = dict.fromkeys(
    ("supervision.seat_ticket", "supervision.proctor_minutes", "supervision.seat_list", "supervision.minutes"), "a file"
)
ELSEWHERE = dict.fromkeys(
    ("supervision.me", "supervision.board", "supervision.seat", "supervision.incident", "supervision.end"),
    "tests/browser/test_supervision.py",
)


def make(app: Flask) -> None:
    """The demo administrator has planned two sessions in a commune; one of them is over."""
    with app.app_context():
        if connection().execute(select(S.c.id).where(S.c.title == OVER)).first() is not None:
            return
        officer = connection().execute(select(A.c.id).where(A.c.username == "quantri")).scalar_one()
        here, offer, now = org_by_code("02839"), citizens_check(), clock.seconds()
        assert here is not None
        pin = planning.pin_hash("482915")
        for title, starts_at in ((PLANNED, now + 86_400), (OVER, now - 1800)):
            with unit_of_work():
                plan = Plan(title, here.id, "Nhà văn hóa Nà Hối", offer.activity_id, starts_at, 90, 8, True)
                session = queries.session_by_uuid(planning.make(plan, pin, officer))
                assert session is not None
                lines = planning.lines_of("Nguyễn Thị Hương; 1958\nHoàng Văn Sỉnh; 1961\nVàng Thị Mỷ; 1949")
                planning.expect(session, planning.enter_named(session, lines, officer), officer)
        token = ""
        over = connection().execute(select(S.c.uuid).where(S.c.title == OVER)).scalar_one()
        session = queries.session_by_uuid(over)
        assert session is not None
        with unit_of_work():
            token = supervising._enter(session, "Lê Thị Coi", None)
            proctor = queries.proctor_by_token(token)
            assert proctor is not None
            supervising.open_door(session, proctor)
            noting.write_down(proctor, session, "power", "Mất điện 5 phút", None)
        ending.end(session, proctor)


def at(title: str, suffix: str = "") -> Address:
    """A page of one of them."""

    def of(world: World) -> str:
        make(world.app)
        with world.app.app_context():
            return f"{OFFICE}/{connection().execute(select(S.c.uuid).where(S.c.title == title)).scalar_one()}{suffix}"

    return of


def office(world: World) -> str:
    """The list of sessions."""
    make(world.app)
    return OFFICE


VISITS = (
    ("rooms", "supervision.office", "administrator", office),
    ("room-plan", "supervision.plan", "administrator", f"{OFFICE}/moi"),
    ("room-change", "supervision.plan_change", "administrator", at(PLANNED, "/sua")),
    ("room-planned", "supervision.session_page", "administrator", at(PLANNED)),
    ("room-over", "supervision.session_page", "administrator", at(OVER)),
    ("room-people", "supervision.list_add", "administrator", at(PLANNED, "/nguoi")),
    ("room-ticket", "supervision.room", "", "/phong"),
    ("room-ticket-scanned", "supervision.room", "", "/phong?phong=481207&phieu=327889739"),
    ("room-pin", "supervision.supervise", "", "/coi-thi"),
)
