"""Whose account an identity opens: on both databases, whoever comes, in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.api.people import NewPerson, identity_key, make_people
from lms.api.work import connection, unit_of_work
from lms.testing.building import make_app
from tests.openid import places
from tests.openid.liar import Liar
from tests.openid.test_lies import sent
from tests.openid.test_logout import is_in, told

NUMBER = "010190001234"
MAI = {"name": "Nguyễn Thị Mai", "birthdate": "19900203", "number": NUMBER, "level": "high"}
NEW, LINK = "/danh-tinh-moi/tai-khoan-moi", "/danh-tinh-moi/lien-ket"


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, liar: Liar, prepared_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application with one provider that may prove level 3, once on each database."""
    liar.claims = dict(MAI)
    plain: Flask = request.getfixturevalue("app" if request.param == "sqlite" else "postgres_app")
    settings = plain.extensions["lms.settings"]
    described = places.described("one", liar.issuer) + '[provider.claims]\nname = "name"\nbirth_date = "birthdate"\n'
    described += 'identity_number = "number"\n[provider.claims.level]\nclaim = "level"\nvalues = { "high" = 3 }\n'
    (tmp_path / "openid.toml").write_text(described, encoding="utf-8")
    made = make_app(settings.data_dir, settings.database_url, openid_file=str(tmp_path / "openid.toml"))
    yield made
    places.let_go(made)


def comes(app: Flask, liar: Liar, client: FlaskClient | None = None) -> tuple[FlaskClient, str]:
    """Somebody comes back from the provider: their browser, and where they are led."""
    client = client or app.test_client()
    answer = client.get(liar.authorized(sent(client)))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client, answer.location


def entered(app: Flask, **more: Any) -> int:
    """Somebody whom an officer entered, from a list say."""
    with app.app_context(), unit_of_work() as database:
        officer = database.execute(text("SELECT id FROM lms_account WHERE username = 'quantri'")).scalar_one()
        person = NewPerson(**{"full_name": "NGUYỄN THỊ MAI", "identity_number": NUMBER, "consent": "helper", **more})
        return make_people([person], officer, None)[0]


def account(app: Flask, account_id: int) -> dict[str, Any]:
    with app.app_context():
        found = connection().execute(text("SELECT * FROM lms_account WHERE id = :i"), {"i": account_id})
        return dict(found.mappings().one())


def how_many(app: Flask) -> int:
    with app.app_context():
        found: int = connection().execute(text("SELECT COUNT(*) FROM lms_account")).scalar_one()
        return found


@pytest.mark.parametrize("known", [{}, {"birth_year": 1990}, {"birth_date": date(1990, 2, 3)}])
def test_whoever_was_entered_by_others_finds_the_account_that_waits(
    both: Flask, liar: Liar, known: dict[str, Any]
) -> None:
    waiting = entered(both, **known)
    before = how_many(both)
    client, led_to = comes(both, liar)
    assert (led_to, how_many(both)) == ("/cua-toi", before)
    assert is_in(client)
    row = account(both, waiting)
    assert (row["full_name"], str(row["birth_date"]), row["assurance_level"]) == ("Nguyễn Thị Mai", "1990-02-03", 3)


@pytest.mark.parametrize(
    "entry",
    [
        {"full_name": "Nguyễn Thị Lan"},
        {"birth_year": 1991},
        {"birth_date": date(1990, 3, 2)},
        {"phone": "+84912000999"},
        {"password_hash": "x", "username": "mai1990"},
    ],
)
def test_an_account_with_the_number_that_may_be_somebodys_must_be_proved(
    both: Flask, liar: Liar, entry: dict[str, Any]
) -> None:
    """Another name or day, or a way in that its owner has: no second account either, and nothing is told of it."""
    entered(both, **entry)
    before = how_many(both)
    client, led_to = comes(both, liar)
    assert led_to.startswith("/danh-tinh-moi")
    page = client.get(led_to).get_data(as_text=True)
    assert "đã có một tài khoản mang số định danh" in page
    assert NEW not in page
    assert "Lan" not in page
    assert "912000999" not in page
    fields = {"full_name": "Nguyễn Thị Mai", "address": "chị", "agree": "yes"}
    assert client.post(NEW, data=fields).status_code == 409
    assert how_many(both) == before
    assert not is_in(client)


def test_a_provider_that_proves_little_finds_no_account_by_a_number(both: Flask, liar: Liar) -> None:
    waiting = entered(both)
    liar.claims["level"] = "none"
    client, led_to = comes(both, liar)
    assert led_to.startswith("/danh-tinh-moi")
    assert not is_in(client)
    assert account(both, waiting)["assurance_level"] == 0


def test_the_state_changes_a_name_and_the_account_follows(both: Flask, liar: Liar) -> None:
    client, led_to = comes(both, liar)
    client.post(NEW, data={"full_name": "Ai Đó Khác", "address": "chị", "agree": "yes"})
    with both.app_context():
        who = connection().execute(text("SELECT account_id FROM lms_identity")).scalar_one()
        key = identity_key(NUMBER)
    row = account(both, who)
    assert row["full_name"] == "Nguyễn Thị Mai", "what the State says goes before what was typed"
    assert (bytes(row["identity_key"]), row["identity_tail"]) == (key, "1234")
    liar.claims |= {"name": "Nguyễn Thị Thanh Mai", "birthdate": "03/02/1990"}
    _, led_to = comes(both, liar)
    assert led_to == "/cua-toi"
    assert account(both, who)["full_name"] == "Nguyễn Thị Thanh Mai"
    liar.claims["level"] = "none"
    liar.claims["name"] = "Kẻ Mạo Danh"
    comes(both, liar)
    assert account(both, who)["full_name"] == "Nguyễn Thị Thanh Mai", "only a State's word changes a name"


def test_the_back_channel_on_both_databases(both: Flask, liar: Liar) -> None:
    liar.in_token["sid"] = "there"
    entered(both)
    client, _ = comes(both, liar)
    assert is_in(client)
    token = liar.logout_token(sid="there")
    assert told(both, token) == 200
    assert not is_in(client)
    assert told(both, token) == 400


def test_a_closed_account_is_not_opened_again(both: Flask, liar: Liar) -> None:
    waiting = entered(both)
    comes(both, liar)
    with both.app_context(), unit_of_work() as database:
        database.execute(text("UPDATE lms_account SET closed_at = made_at WHERE id = :i"), {"i": waiting})
    client, led_to = comes(both, liar)
    assert led_to.startswith("/danh-tinh-moi")
    client.post(NEW, data={"full_name": "Nguyễn Thị Mai", "address": "chị", "agree": "yes"})
    assert not is_in(client)
    assert account(both, waiting)["closed_at"] is not None
