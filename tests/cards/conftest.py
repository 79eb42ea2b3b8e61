"""A commune with a helper, learners whom others entered, and what the tests do with them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.api.people import NewPerson, Person, make_people, person_by_id
from lms.api.work import connection, unit_of_work
from lms.identity import accounts, grants
from lms.orgs.queries import org_by_code
from lms.progress import join_unit
from plugins.cards import queries
from plugins.cards.models import Card
from plugins.cards.services import issuing, proving

HERE, ELSEWHERE = "02839", "00004"
PASSWORD = "nước chảy đá mòn"
RIGHT = (0, 5, 9, 3)
WRONG = (1, 2, 4, 8)
_addresses = itertools.count(1)


@dataclass
class Commune:
    """Ids of who is there."""

    app: Flask
    helper: int = 0
    stranger: int = 0
    learners: list[int] = field(default_factory=list)
    other: int = 0

    def person(self, account_id: int) -> Person:
        with self.app.app_context():
            found = person_by_id(account_id)
            assert found is not None
            return found

    def uuid(self, account_id: int) -> UUID:
        return self.person(account_id).uuid

    def issue(self, *account_ids: int) -> list[issuing.Issued]:
        """Cards, as they go to the printer."""
        with self.app.app_context():
            people = [p for i in account_ids if (p := person_by_id(i))]
            with unit_of_work():
                return issuing.issue(people, self.helper)

    def choose(self, account_id: int, secret: Sequence[int] = RIGHT) -> None:
        """Somebody chose their pictures."""
        with self.app.app_context():
            kept = proving.hashed(secret)
            with unit_of_work():
                proving.set_pictures(account_id, kept)

    def holder(self, account_id: int) -> queries.HolderRow:
        with self.app.app_context():
            row = queries.holder(account_id)
            assert row is not None
            return row

    def valid_cards(self, account_id: int) -> int:
        c = Card.__table__
        with self.app.app_context():
            counted = select(func.count()).select_from(c).where(c.c.account_id == account_id, c.c.revoked_at.is_(None))
            return int(connection().execute(counted).scalar_one())

    def client(self, account_id: int | None = None) -> Client:
        return Client(self, account_id)


class Client:
    """A browser without script, at a network address of its own; `account_id`: a helper or learner with a password."""

    def __init__(self, commune: Commune, account_id: int | None = None) -> None:
        self.commune = commune
        self.browser: FlaskClient = commune.app.test_client()
        n = next(_addresses)
        self.address = f"10.{n // 62500}.{n // 250 % 250}.{n % 250 + 1}"
        if account_id is not None:
            person = commune.person(account_id)
            self.post("/dang-nhap", 303, identifier=person.username, password=PASSWORD)

    def get(self, path: str, status: int = 200) -> TestResponse:
        answer = self.browser.get(path, environ_overrides={"REMOTE_ADDR": self.address})
        assert answer.status_code == status, (path, answer.status_code, answer.location, answer.text[:1500])
        return answer

    def post(self, path: str, status: int = 303, **fields: object) -> TestResponse:
        answer = self.browser.post(path, data=fields, environ_overrides={"REMOTE_ADDR": self.address})
        assert answer.status_code == status, (path, answer.status_code, answer.location, answer.text[:3000])
        return answer

    def press(self, path: str, secret: Sequence[int], status: int = 303, first: Sequence[int] = ()) -> TestResponse:
        """Presses four pictures one after another, as without script."""
        chosen = ""
        for picture in secret[:-1]:
            page = self.post(path, 200, chosen=chosen, first="-".join(map(str, first)), picture=str(picture)).text
            chosen = re.search(r'name="chosen" value="([\d-]*)"', page)[1]  # type: ignore[index]
        return self.post(path, status, chosen=chosen, first="-".join(map(str, first)), picture=str(secret[-1]))

    def scan(self, card: issuing.Issued) -> None:
        assert self.get(f"/the/{card.secret}", 303).location == "/the/hinh"

    def enter(self, card: issuing.Issued, secret: Sequence[int] = RIGHT, status: int = 303) -> TestResponse:
        """Scans a card and presses its pictures."""
        self.scan(card)
        return self.press("/the/hinh", secret, status)

    def is_in(self) -> bool:
        """Whether somebody is signed in here."""
        answer = self.browser.get("/cua-toi", environ_overrides={"REMOTE_ADDR": self.address})
        return answer.status_code == 200


def make_commune(app: Flask) -> Commune:
    """Tiên Lãng's helper, one of another commune, four learners here and one there."""
    made = Commune(app)
    with app.app_context():
        here, there = org_by_code(HERE), org_by_code(ELSEWHERE)
        assert here is not None
        assert there is not None
        hashed = accounts.prepared_password("Người Giúp", "nguoigiup", PASSWORD)
        with unit_of_work():
            made.helper = accounts.sign_up("Trần Thị Giúp", "chigiup", hashed, target_group="officials")
            made.stranger = accounts.sign_up("Lê Văn Xa", "anhxa", hashed, target_group="officials")
            join_unit(made.helper, here.id, "officials")
            join_unit(made.stranger, there.id, "officials")
            grants.give(made.helper, "mentor", here.id, None)
            grants.give(made.stranger, "mentor", there.id, None)
            names = ["Hoàng Thị Mận", "Vàng A Pao", "Y Krông Niê", "Nguyễn Thị Đào", "Lò Thị Xa"]
            people = [NewPerson(name, "citizens", address_form="bác", consent="helper") for name in names]
            *made.learners, made.other = make_people(people, made.helper, here.id)
            for account_id in made.learners:
                join_unit(account_id, here.id, "citizens")
            join_unit(made.other, there.id, "citizens")
    return made


@pytest.fixture
def commune(any_app: Flask) -> Commune:
    """The commune, once on each database."""
    return make_commune(any_app)


@pytest.fixture
def lone(app: Flask) -> Commune:
    """The commune on SQLite."""
    return make_commune(app)
