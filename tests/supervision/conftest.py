"""A hall in a commune: an officer who plans, people of the unit, a room with its PIN, devices with tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from lms.api.learning import activity
from lms.api.people import NewPerson, hash_password, make_people
from lms.api.work import clock, connection, unit_of_work
from lms.identity import accounts, grants
from lms.learning.models import SyllabusEntry
from lms.orgs.queries import org_by_code
from lms.progress import join_unit
from plugins.supervision import queries
from plugins.supervision.queries import SeatRow, SessionRow
from plugins.supervision.services import planning
from plugins.supervision.services.planning import Plan
from quizzes.queries import revision
from quizzes.services.importing import publish_quiz
from tests.quizzes.world import newest

HERE, ELSEWHERE = "02839", "00004"
PASSWORD = "nước chảy đá mòn"
NOON = datetime(2026, 11, 28, 1, tzinfo=UTC)  # eight in the morning there
START = int(NOON.timestamp())
QUIZ = "kiem-tra-cuoi-hoc-sinh"
E = SyllabusEntry.__table__
NAMES = (("Nguyễn Thị Hương", 1958), ("Hoàng Văn Sỉnh", 1961), ("Lù A Páo", None))


class Device:
    """A browser without script."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:2000])
        return answer.get_data(as_text=True)

    def post(self, path: str, status: int = 303, **form: Any) -> TestResponse:
        answer: TestResponse = self.client.post(path, data=form)
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[-3000:])
        return answer

    def refused(self, path: str, status: int, **form: Any) -> str:
        return self.post(path, status, **form).get_data(as_text=True)


@dataclass
class Hall:
    """A planned session, and who is there. `people`: accounts on the list, by seat from 1."""

    app: Flask
    officer: int = 0
    uuid: UUID | None = None
    pin: str = ""
    people: list[int] = field(default_factory=list)

    @property
    def session(self) -> SessionRow:
        with self.app.app_context():
            assert self.uuid is not None
            found = queries.session_by_uuid(self.uuid)
            assert found is not None
            return found

    def seat(self, number: int) -> SeatRow:
        with self.app.app_context():
            found = queries.seat(self.session.id, number)
            assert found is not None
            return found

    def ticket(self, number: int) -> str:
        with self.app.app_context():
            return self.seat(number).code(self.session)

    def device(self) -> Device:
        return Device(self.app)

    def office(self) -> Device:
        """The officer's browser."""
        device = self.device()
        device.post("/dang-nhap", identifier="0911222333", password=PASSWORD)
        return device

    def proctor(self, name: str = "Lê Thị Coi") -> Device:
        """A browser that supervises, by the PIN."""
        device = self.device()
        device.post("/coi-thi", room=self.session.code, pin=self.pin, name=name)
        return device

    def open(self) -> Device:
        """The same, with the door open."""
        device = self.proctor()
        device.post("/coi-thi/bang", do="open")
        return device

    def with_ticket(self, number: int, device: Device | None = None) -> Device:
        """A device that has typed a ticket."""
        device = device or self.device()
        device.post("/phong", room=self.session.code, ticket=self.ticket(number))
        return device

    def seated(self, number: int) -> Device:
        """A device on which somebody has begun."""
        device = self.with_ticket(number)
        year = NAMES[number - 1][1]
        device.post("/phong/toi", year=str(year or ""), agreed="1")
        return device

    def paper(self, number: int) -> str:
        return f"/luot/{self.seat(number).attempt_uuid}"

    def kinds(self) -> list[str]:
        """What was noted, in order."""
        with self.app.app_context():
            return [row.kind for row in queries.incidents(self.session.id)]


def hall_in(
    app: Flask, *, limit: int | None = 30, walk_ins: bool = True, seats: int = 6, starts_at: int = START
) -> Hall:
    """A hall whose session begins at NOON; three people are on its list."""
    hall = Hall(app)
    with app.app_context():
        here, quiz = org_by_code(HERE), activity("quiz", QUIZ)
        assert here is not None
        assert quiz is not None
        with unit_of_work():
            hall.officer = accounts.sign_up(
                "Trần Văn Quản", "0911222333", hash_password(PASSWORD), target_group="officials"
            )
            grants.give(hall.officer, "manager", here.id, None)
            hall.people = make_people([NewPerson(name, birth_year=year) for name, year in NAMES], hall.officer, here.id)
            for account in hall.people:
                join_unit(account, here.id, "citizens")
        body = {k: v for k, v in revision(newest(quiz.id)).items() if k not in ("limit", "policy")}
        body |= {"limit": limit} if limit is not None else {}
        body["policy"] = {"purpose": "final", "supervised": "required", "where": "Ở nhà văn hóa."}
        body["needs_birth_date"] = False
        with unit_of_work():
            publish_quiz(quiz.id, body, 1, None)
            # As if the course had been published again with it.
            connection().execute(update(E).where(E.c.activity_id == quiz.id).values(content_id=newest(quiz.id)))
        hall.pin = planning.drawn_pin()
        hashed = planning.pin_hash(hall.pin)
        with unit_of_work():
            plan = Plan(
                "Kiểm tra cuối khóa, đợt 1", here.id, "Nhà văn hóa Nà Hối", quiz.id, starts_at, 120, seats, walk_ins
            )
            hall.uuid = planning.make(plan, hashed, hall.officer)
            session = queries.session_by_uuid(hall.uuid)
            assert session is not None
            planning.expect(session, hall.people, hall.officer)
    return hall


@pytest.fixture
def hall(any_app: Flask) -> Iterator[Hall]:
    """The hall at eight in the morning, once on each database."""
    with clock.frozen_at(NOON):
        yield hall_in(any_app)


@pytest.fixture
def one_hall(app: Flask) -> Iterator[Hall]:
    """The hall on SQLite."""
    with clock.frozen_at(NOON):
        yield hall_in(app)
