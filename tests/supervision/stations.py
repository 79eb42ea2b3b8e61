"""A session on a server, and a station beside it: for tests of papers that leave the house."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select, text

from lms import clock
from lms.db.base import db
from lms.db.unit_of_work import close_kept, connection, unit_of_work
from lms.identity.models import Account
from lms.learning.queries import activity
from lms.testing.building import make_app, migrate
from plugins.supervision import queries
from plugins.supervision.models import Bundle, Paper
from plugins.supervision.services import packing, planning, station
from plugins.supervision.services.planning import Offer
from plugins.supervision.services.serving import ONLY
from quizzes.api import ITEM_TYPES

A, B, P = Account.__table__, Bundle.__table__, Paper.__table__
CHEAP = {"n": 2**14, "r": 8, "p": 1}  # the least that is read: codes are stretched for long on purpose


@dataclass(frozen=True)
class Planned:
    """A session with people, and the officer who planned it."""

    id: int
    uuid: UUID
    officer: int
    people: list[int]


def citizens_check() -> Offer:
    """The final check of the starter's course for citizens. There may be other quizzes to plan a session for."""
    quiz = activity("quiz", "kiem-tra-cuoi-nguoi-dan")
    assert quiz is not None
    offer = planning.offer_of(quiz.id)
    assert offer is not None
    return offer


def plan(app: Flask, people: int = 3, seats: int = 5) -> Planned:
    """A session of the starter's exam for so many people, with the PIN 482915."""
    with app.app_context():
        officer = connection().execute(text("SELECT account_id, org_id FROM lms_grant ORDER BY id LIMIT 1")).one()
        offer = citizens_check()
        pin = planning.pin_hash("482915")
        with unit_of_work():
            uuid = planning.make(
                planning.Plan(
                    "Sát hạch tháng 12", officer.org_id, "Nhà văn hóa thôn Na Lo", offer.activity_id,
                    clock.seconds() + 3600, 120, seats, True,
                ),
                pin, officer.account_id,
            )  # fmt: skip
            row = queries.session_by_uuid(uuid)
            assert row is not None
            lines = [planning.Line(f"Người {n}", f"Trần Thị Học {'ABCDEFGH'[n]}", 1950 + n) for n in range(people)]
            ids = planning.enter_named(row, lines, officer.account_id)
            planning.expect(row, ids, officer.account_id)
        return Planned(row.id, uuid, officer.account_id, ids)


def pack(app: Flask, planned: Planned, spare: int = 2) -> tuple[bytes, str]:
    """The file with papers, and the code that opens it."""
    with app.app_context():
        with unit_of_work():
            made = packing.make(planned.id, spare, planned.officer)
        content = connection().execute(select(B.c.content).where(B.c.uuid == made.uuid)).scalar_one()
        return bytes(content), made.code


def _made(folder: Path) -> Flask:
    return make_app(
        folder, f"sqlite:///{folder}/tram.sqlite", only=ONLY, steady_clock=str(folder / "clock.json"),
        secret_key="another secret, of the station",
    )  # fmt: skip


def an_empty_station(folder: Path) -> Path:
    """The database of a station on which nothing happened yet, to be copied: making its tables takes seconds."""
    app = _made(folder)
    migrate(app)
    with app.app_context():
        close_kept()
        with db.engine.connect() as line:
            line.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    clock.let_go()
    return folder / "tram.sqlite"


@contextmanager
def a_station(folder: Path, empty: Path | None = None) -> Iterator[Flask]:
    """A station with nothing in it, in its own folder; `empty`: the database to begin with."""
    if empty is not None:
        shutil.copy(empty, folder / "tram.sqlite")
    app = _made(folder)
    try:
        if empty is None:
            migrate(app)
        yield app
    finally:
        clock.let_go()
        with app.app_context():
            close_kept()
            db.engine.dispose()


def open_at(app: Flask, content: bytes, code: str, watch: int | None = None) -> UUID:
    """Brings the papers to a station and opens them; the bundle's name."""
    with app.app_context():
        with unit_of_work():
            uuid = station.bring(content)
        found, key, opened = station.unsealed(uuid, code)
        station.keep_pictures(opened)
        with unit_of_work():
            station.open_papers(found, key, opened, watch)
        return uuid


def an_answer(version: Any, number: int) -> list[Any] | None:
    """An answer that this question can have, another one for another number; None where it is not a plain choice."""
    if version.type not in ("single_choice", "multiple_choice", "true_false"):
        return None
    if version.type == "true_false":
        return [bool(number % 2)]
    return [number % ITEM_TYPES.get(version.type).size(version.spec)]


def sit_all(app: Flask, uuid: UUID, answers: Sequence[Sequence[Any]] | None = None) -> None:
    """Everybody who is expected begins, answers and hands in, without pages."""
    from plugins.supervision.services import prepared
    from quizzes import queries as quizzes
    from quizzes.api import begin, hand_in
    from quizzes.services import attempts

    with app.app_context():
        row = station.brought_one(uuid)
        assert row.session_id is not None
        session = queries.session_by_id(row.session_id)
        assert session is not None
        assert session.revision_id is not None
        for seat in queries.seats(session.id):
            if seat.account_id is None:
                continue
            with unit_of_work():
                paper = prepared.for_seat(session.id, seat.id, seat.account_id)
                attempt = begin(
                    seat.account_id, session.course_id, session.activity_id, session.revision_id, None,
                    session=session.name, paper=paper,
                )  # fmt: skip
            found = quizzes.attempt_by_uuid(attempt)
            assert found is not None
            for position in range(found.total):
                (version,) = quizzes.versions([found.paper[position][0]])
                answer = an_answer(version, seat.number + position)
                if answer is not None:
                    with unit_of_work():
                        attempts.save_answer(found.id, position, answer)
            with unit_of_work():
                hand_in(attempt)


def file_from(app: Flask, uuid: UUID) -> bytes:
    """The file with the answers."""
    with app.app_context():
        return station.hand_over(station.brought_one(uuid))
