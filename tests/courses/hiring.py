"""People of a province and its commune who write, review and publish."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db.unit_of_work import let_go, unit_of_work
from lms.identity import accounts, grants
from lms.identity.passwords import hash_password
from lms.orgs.queries import ancestors, nation_id, org_by_code
from tests.studio.conftest import Author

PASSWORD = "phan trang bang den"
NAMES = [
    "Lù Seo Pao", "Vàng Thị Súa", "Hoàng Văn Páo", "Lý Thị Mỷ", "Sùng A Lử", "Tẩn Mẩy Pham", "Ma Thị Say",
]  # fmt: skip


class Colleague(Author):
    """Somebody with a role at a unit, signed in."""

    def __init__(self, client: FlaskClient, account_id: int, org_id: int) -> None:
        super().__init__(client)
        self.id, self.org = account_id, org_id


Hire = Callable[..., Colleague]


@pytest.fixture
def hire(app: Flask) -> Hire:
    """`hire("reviewer", "province")`: a new person with that role at the nation, a province or the commune in it."""
    count = iter(range(len(NAMES)))

    def hired(role: str, where: str = "commune") -> Colleague:
        with app.app_context():
            commune = org_by_code("02839")
            assert commune is not None
            org_id = {"commune": commune.id, "province": ancestors(commune.id)[1], "nation": nation_id()}[where]
            assert org_id is not None
            number = next(count)
            login = f"canbo{number}"
            with unit_of_work():
                account_id = accounts.sign_up(NAMES[number], login, hash_password(PASSWORD))
                grants.give(account_id, role, org_id, None)
            let_go()
        client = app.test_client()
        answer = client.post("/dang-nhap", data={"identifier": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return Colleague(client, account_id, org_id)

    return hired
