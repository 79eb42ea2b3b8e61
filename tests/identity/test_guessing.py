"""Ten thousand guesses spread over devices get nowhere, and strangers who guess lock nobody out of their own phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db.unit_of_work import unit_of_work
from lms.errors import TooMany
from lms.identity import guarding
from tests.identity.ways import NOON, PASSWORD, inside, make, sign_in


def guess(app: Flask, device: int, password: str, login: str = "0912345678", browser: FlaskClient | None = None) -> int:
    """A try from a device with an address of its own."""
    sent: dict[str, Any] = {"environ_overrides": {"REMOTE_ADDR": f"10.{device // 250}.7.{device % 250}"}}
    data = {"identifier": login, "password": password}
    return (browser or app.test_client()).post("/dang-nhap", data=data, **sent).status_code


def test_guesses_at_one_account_from_many_devices(any_app: Flask) -> None:
    """Ten at once, one each minute and a half, thirty a day: what comes after is not even looked at."""
    make(any_app)
    tried = 0
    for hour in range(10):
        with clock.frozen_at(NOON + timedelta(hours=hour)):
            answers = [guess(any_app, hour * 12 + n, f"27194{n}") for n in range(12)]
            assert set(answers) <= {422, 429}
            tried += answers.count(422)
    assert 30 <= tried <= 45
    with clock.frozen_at(NOON + timedelta(hours=9)):
        assert guess(any_app, 999, PASSWORD) == 429, "not even the right one, from a strange device"


def test_the_owners_phone_is_not_locked_out(any_app: Flask) -> None:
    make(any_app)
    with clock.frozen_at(NOON):
        mine = sign_in(any_app)
        mine.post("/dang-xuat")
        assert not inside(mine)
    for hour in range(6):
        with clock.frozen_at(NOON + timedelta(hours=hour + 1)):
            for n in range(10):
                guess(any_app, hour * 10 + n, f"27194{n}")
    with clock.frozen_at(NOON + timedelta(hours=6, minutes=20)):
        assert guess(any_app, 500, PASSWORD) == 429
        assert guess(any_app, 501, PASSWORD, browser=mine) == 303
        assert inside(mine)


def test_what_the_known_browser_keeps_says_nothing(any_app: Flask) -> None:
    make(any_app)
    browser = sign_in(any_app)
    browser.post("/dang-xuat")
    with browser.session_transaction() as kept:
        assert set(kept) <= {"known", "t"}
        assert "912345678" not in str(kept["known"])
        assert len(kept["known"][0]) == 12


def test_many_accounts_from_many_devices_make_limits_tight(any_app: Flask) -> None:
    """A thousand wrong secrets in an hour are an attack: then each account has three a day for strange devices."""
    make(any_app)
    with clock.frozen_at(NOON):
        with any_app.test_request_context():
            for n in range(guarding.WRONG_ANYWHERE + 1):
                with unit_of_work():
                    guarding.count_wrong(f"other{n}", f"10.1.{n // 250}.{n % 250}")
            guarding.refuse_guessers("+84912345678", "10.9.9.9")
        answers = [guess(any_app, 2000 + n, f"27194{n}") for n in range(6)]
        assert answers == [422] * 3 + [429] * 3
        refused = 0
        with any_app.test_request_context():
            for n in range(40):
                try:
                    guarding.refuse_guessers(f"new{n}", "10.8.8.8")
                except TooMany:
                    refused += 1
                    continue
                with unit_of_work():
                    guarding.count_wrong(f"new{n}", "10.8.8.8")
        assert refused == 40 - guarding.IN_ALARM_AN_ADDRESS
    with clock.frozen_at(NOON + timedelta(hours=1, minutes=5)):
        assert guess(any_app, 3000, PASSWORD) == 303, "an hour later it is over"


def test_the_refusal_says_what_to_do(app: Flask) -> None:
    make(app)
    with clock.frozen_at(NOON):
        with app.test_request_context(), unit_of_work():
            for _n in range(guarding.WRONG_A_DAY):
                guarding.count_wrong("+84912345678", "10.1.1.1")
        answer = app.test_client().post("/dang-nhap", data={"identifier": "0912345678", "password": PASSWORD})
        assert answer.status_code == 429
        assert "mã gửi về điện thoại, thẻ, hoặc nhờ người hướng dẫn" in answer.get_data(as_text=True)
        assert int(answer.headers["Retry-After"]) > 0
