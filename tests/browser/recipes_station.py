"""Addresses of sessions that are held at a station: papers that were made, answers that came back, one that waits."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from lms.orgs.queries import org_by_code
from plugins.supervision import queries
from plugins.supervision.models import Bundle, Session
from plugins.supervision.services import packing, planning, receiving, station
from plugins.supervision.services.planning import Plan
from tests.browser.people import Address, World
from tests.supervision.stations import a_station, citizens_check, file_from, open_at, sit_all

OFFICE = "/can-bo/phong-thi"
S, A, B = Session.__table__, Account.__table__, Bundle.__table__
FRESH, MADE, BACK = "Kiểm tra tại thôn, đợt 3", "Kiểm tra tại thôn, đợt 2", "Kiểm tra tại thôn, đợt 1"
NO_PAGES = dict.fromkeys(("supervision.bundle_file", "supervision.answers_file"), "a file")
ELSEWHERE = dict.fromkeys(("supervision.station_front", "supervision.giving"), "tests/browser/test_station.py")


def _session(title: str, officer: int, starts_at: int) -> int:
    here, offer = org_by_code("02839"), citizens_check()
    assert here is not None
    pin = planning.pin_hash("482915")
    with unit_of_work():
        plan = Plan(title, here.id, "Nhà văn hóa Nà Hối", offer.activity_id, starts_at, 90, 6, True)
        session = queries.session_by_uuid(planning.make(plan, pin, officer))
        assert session is not None
        lines = planning.lines_of("Giàng Thị Sáo; 1952\nHoàng Văn Phử; 1960\nVàng Thị Dợ; 1949")
        planning.expect(session, planning.enter_named(session, lines, officer), officer)
    return session.id


def make(app: Flask) -> None:
    """The demo administrator has planned three sessions in a commune; from one the answers came back."""
    with app.app_context():
        if connection().execute(select(S.c.id).where(S.c.title == BACK)).first() is not None:
            return
        officer = connection().execute(select(A.c.id).where(A.c.username == "quantri")).scalar_one()
        now = clock.seconds()
        _session(FRESH, officer, now + 86_400)
        made, back = _session(MADE, officer, now + 86_400), _session(BACK, officer, now + 1800)
        with unit_of_work():
            packing.make(made, 2, officer)
        with unit_of_work():
            code = packing.make(back, 2, officer).code
        content = bytes(connection().execute(select(B.c.content).where(B.c.session_id == back)).scalar_one())
    with tempfile.TemporaryDirectory() as folder, a_station(Path(folder)) as laptop:
        bundle = open_at(laptop, content, code, watch=240)
        with laptop.app_context():
            row = station.brought_one(bundle)
            assert row.session_id is not None
            session = queries.session_by_id(row.session_id)
            assert session is not None
            with unit_of_work():
                new = planning.enter_named(session, [planning.Line("", "Lý Thị Mới", 1963)], session.made_by)
                planning.expect(session, new, session.made_by)
        sit_all(laptop, bundle)
        file = file_from(laptop, bundle)
    with app.app_context():
        receiving.take(receiving.read(file), receiving.FILE, officer)


def at(title: str, suffix: str = "") -> Address:
    """A page of one of them."""

    def of(world: World) -> str:
        make(world.app)
        with world.app.app_context():
            found = connection().execute(select(S.c.uuid).where(S.c.title == title)).scalar_one()
        return f"{OFFICE}/{found}/may-tram{suffix}"

    return of


def receipt(world: World) -> str:
    """What came with the file."""
    address = at(BACK)(world)
    with world.app.app_context():
        session_id = connection().execute(select(S.c.id).where(S.c.title == BACK)).scalar_one()
        return f"{address}/bien-nhan/{receiving.receipts(session_id)[0].uuid}"


def waits(world: World) -> str:
    """The paper that waits for a decision."""
    address = at(BACK)(world)
    with world.app.app_context():
        session_id = connection().execute(select(S.c.id).where(S.c.title == BACK)).scalar_one()
        (paper,) = [row for row in receiving.handed_in(session_id) if row.state == receiving.WAITING]
        return f"{address}/bai/{paper.uuid}"


def bundle(world: World) -> str:
    """The file with papers."""
    address = at(MADE)(world)
    with world.app.app_context():
        session_id = connection().execute(select(S.c.id).where(S.c.title == MADE)).scalar_one()
        return f"{address}/de/{packing.bundles_of(session_id)[0].uuid}"


VISITS = (
    ("station-fresh", "supervision.handing", "administrator", at(FRESH)),
    ("station-made", "supervision.handing", "administrator", at(MADE)),
    ("station-back", "supervision.handing", "administrator", at(BACK)),
    ("station-receipt", "supervision.receipt", "administrator", receipt),
    ("station-waits", "supervision.handed_paper", "administrator", waits),
)
